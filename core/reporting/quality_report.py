"""The quality report: the dashboard as a page that can be printed, mailed and kept."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from core.kernel.frozen import frozen
from core.quality.dashboard import Dashboard, TenantPerformance
from core.quality.policy import DimensionScore
from core.reporting import charts

if TYPE_CHECKING:
    from jinja2 import Template

ENOUGH = 100
GOOD_SHARE = 0.8
NOTHING = "-"


@frozen
class Card:
    """A key figure and what it is."""

    value: str
    label: str


@frozen(kw_only=True)
class Line:
    """One tenant's line of the table, as text."""

    name: str
    records: str
    resolved: str
    published: str
    own: str
    limit: str
    median: str
    mark: str
    scores: Sequence[str]


def render_quality_report(dashboard: Dashboard, *, title: str, made_at: datetime, source: str = "") -> str:
    """Render the report as one HTML document that fetches nothing.

    Args:
        dashboard: What it shows.
        title: Its heading.
        made_at: When it is made, in UTC.
        source: Where the records come from, as a sentence without personal data.
    """
    dimensions = [(score.rule, score.dimension) for score in dashboard.whole.scores]
    rows = [line(one, dimensions) for one in dashboard.tenants]
    return template().render(
        dashboard=dashboard,
        title=title,
        headline=headline(dashboard),
        first_day=dashboard.days[0][0] if dashboard.days else None,
        last_day=dashboard.days[-1][0] if dashboard.days else None,
        cards=cards(dashboard),
        charts={
            "within": Markup(charts.within_limit_by_tenant(dashboard)),  # noqa: S704 - the chart library escapes text
            "median": Markup(charts.median_by_tenant(dashboard)),  # noqa: S704
            "days": Markup(charts.days(dashboard)),  # noqa: S704
            "scores": Markup(charts.scores(dashboard)),  # noqa: S704
        },
        dimensions=[dimension.replace("_", " ") for _, dimension in dimensions],
        rows=rows,
        few=any(one.performance.figures.resolved < ENOUGH for one in dashboard.tenants),
        hidden=len(dashboard.tenants) > charts.MOST_TENANTS,
        charted=charts.MOST_TENANTS,
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        source=source,
    )


@cache
def template() -> "Template":
    """Load the page's template; text is escaped, a missing value is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - for those who ask for a page

    loader = PackageLoader("core.reporting", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("quality.html")


def headline(dashboard: Dashboard) -> str:
    """Say in a sentence what the figures say."""
    figures = dashboard.whole.figures
    if not figures.resolved:
        return "No record of this period is resolved yet."
    behind = [one for one in dashboard.tenants if (one.performance.figures.within_published_share or 0) < GOOD_SHARE]
    return (
        f"{share(figures.within_published_share)} of {figures.resolved:,} resolved records were resolved in time; "
        f"{len(behind)} of {len(dashboard.tenants)} tenants are below {GOOD_SHARE:.0%}."
    )


def cards(dashboard: Dashboard) -> list[Card]:
    """Choose the key figures."""
    figures = dashboard.whole.figures
    return [
        Card(f"{len(dashboard.tenants):,}", "tenants"),
        Card(f"{figures.records:,}", "records"),
        Card(f"{figures.steps:,}", "steps"),
        Card(f"{figures.resolved:,}", "resolved"),
        Card(f"{figures.within_published:,}", "resolved within the published limit"),
        Card(duration(dashboard.whole.median_seconds), "median time to resolution"),
    ]


def line(one: TenantPerformance, dimensions: Sequence[tuple[str, str]]) -> Line:
    """Write one tenant's line."""
    figures = one.performance.figures
    known = {(score.rule, score.dimension): score for score in one.performance.scores}
    kept = figures.within_published_share
    return Line(
        name=one.tenant.name + ("" if figures.resolved >= ENOUGH else " *"),
        records=f"{figures.records:,}",
        resolved=f"{figures.resolved:,}",
        published=share(kept),
        own=share(figures.within_effective_share),
        limit=duration(one.limits.effective_limit_seconds),
        median=duration(one.performance.median_seconds),
        mark="" if kept is None else ("good" if kept >= GOOD_SHARE else "bad"),
        scores=[mean(known.get(dimension)) for dimension in dimensions],
    )


def share(value: float | None) -> str:
    """Write a share as percent."""
    return NOTHING if value is None else f"{value:.1%}"


def mean(score: DimensionScore | None) -> str:
    """Write a mean score."""
    return NOTHING if score is None or score.mean is None else f"{score.mean:.1f}"


def duration(seconds: float | None) -> str:
    """Write a duration in the unit a person would use."""
    if seconds is None:
        return NOTHING
    if seconds >= charts.HOUR:
        return f"{round(seconds / charts.HOUR, 2):,} h".replace(".0 h", " h")
    return f"{round(seconds / 60, 1):,} min".replace(".0 min", " min")
