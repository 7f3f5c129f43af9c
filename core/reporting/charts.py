"""Charts as SVG inside the page: no script, no font and nothing else is fetched from anywhere."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pygal
from pygal.etree import etree
from pygal.style import Style

from core.quality.dashboard import Dashboard, TenantPerformance

serializer: Any = etree

# The library leaves an import hook of an older form behind, for plug-ins of its own that nobody has; Python warns of it
# at every import that follows.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

MOST_TENANTS = 30
HOUR = timedelta(hours=1).total_seconds()
LOOK = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#334155",
    foreground_strong="#0f172a",
    foreground_subtle="#94a3b8",
    font_family="system-ui, sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    title_font_size=17,
    legend_font_size=14,
    colors=("#0f766e", "#f59e0b", "#6366f1", "#dc2626"),
)
PLAIN: dict[str, Any] = {
    "style": LOOK,
    "js": (),
    "disable_xml_declaration": True,
    "explicit_size": False,
    "width": 1040,
    "height": 400,
    "legend_at_bottom": True,
    "x_label_rotation": 35,
    "truncate_label": -1,
    "no_data_text": "No records in this period",
}


def charted(dashboard: Dashboard) -> Sequence[TenantPerformance]:
    """Give the tenants that fit into a chart: those with most records."""
    return dashboard.tenants[:MOST_TENANTS]


def percent(share: float | None) -> float | None:
    """Show a share as percent, to a tenth."""
    return None if share is None else round(share * 100, 1)


def within_limit_by_tenant(dashboard: Dashboard) -> str:
    """Draw how many resolved records were in time, tenant by tenant, against the published and the own limit."""
    shown = charted(dashboard)
    chart: Any = pygal.Bar(title="Resolved in time, % of resolved records", range=(0, 100), **PLAIN)
    chart.x_labels = [one.tenant.key for one in shown]
    chart.add("published limit", [percent(one.performance.figures.within_published_share) for one in shown])
    chart.add("tenant's own limit", [percent(one.performance.figures.within_effective_share) for one in shown])
    return drawn(chart)


def median_by_tenant(dashboard: Dashboard) -> str:
    """Draw the median time to resolution, tenant by tenant; logarithmic, since outlets differ by whole magnitudes."""
    shown = charted(dashboard)
    hours, unit = time_unit(dashboard)
    chart: Any = pygal.Bar(title=f"Median time to resolution, {unit} (logarithmic)", logarithmic=True, **PLAIN)
    chart.x_labels = [one.tenant.key for one in shown]
    values = [one.performance.median_seconds for one in shown]
    chart.add("median", [round(value / hours, 2) or None if value else None for value in values])
    return drawn(chart)


def days(dashboard: Dashboard) -> str:
    """Draw the share of records resolved in time, day by day, and how it moves over seven days."""
    chart: Any = pygal.Line(
        title="Resolved in time by day of opening, % (published limit, seven days together)",
        range=(0, 100),
        show_dots=False,
        show_minor_x_labels=False,
        x_labels_major_count=10,
        **PLAIN,
    )
    chart.x_labels = [day.isoformat() for day, _ in dashboard.days]
    chart.add("in time", moving_share([(one.within_published, one.resolved) for _, one in dashboard.days]))
    return drawn(chart)


def scores(dashboard: Dashboard) -> str:
    """Draw the mean scores of all tenants in every dimension."""
    chart: Any = pygal.HorizontalBar(title="Mean score, 0 to 100", range=(0, 100), **PLAIN)
    for score in dashboard.whole.scores:
        chart.add(score.dimension.replace("_", " "), [None if score.mean is None else round(score.mean, 1)])
    return drawn(chart)


def moving_share(days: Sequence[tuple[int, int]], window: int = 7) -> list[float | None]:
    """Give for each day the percentage (part, whole) over it and the days before it, ``window`` days together."""
    shares: list[float | None] = []
    for end in range(1, len(days) + 1):
        some = days[max(0, end - window) : end]
        whole = sum(of for _, of in some)
        shares.append(percent(sum(part for part, _ in some) / whole) if whole else None)
    return shares


def time_unit(dashboard: Dashboard) -> tuple[float, str]:
    """Choose hours or minutes, whichever makes the medians readable, as seconds of the unit and its name."""
    middle = dashboard.whole.median_seconds or 0
    return (HOUR, "hours") if middle >= HOUR else (60.0, "minutes")


def drawn(chart: Any) -> str:  # noqa: ANN401 - the charting library is untyped
    """Render a chart as SVG text, without the script that the library puts into it: names may stand in that."""
    tree: Any = chart.render_tree()
    for parent in list(tree.iter()):
        for child in list(parent):
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == "script":
                parent.remove(child)
    return str(serializer.tostring(tree, encoding="unicode"))
