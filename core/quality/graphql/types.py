"""Types of the dashboard: values made by code, since they are sums and no rows."""

from datetime import date

import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value
from core.quality.dashboard import Dashboard, Performance, TenantPerformance
from core.quality.permissions import READ_QUALITY
from core.quality.policy import DimensionScore, Figures


@value(permission=READ_QUALITY, description="Sums over the records opened in a period.")
class QualityFiguresType:
    """Sums over records."""

    records: int = shows("Records opened in the period.")
    steps: int = shows("Steps of all of them.")
    resolved: int = shows("How many of the records are resolved.")
    within_published_limit: int = shows("How many are resolved within the time limit headquarters published.")
    within_effective_limit: int = shows("How many are resolved within the time limit that held for their tenant.")
    within_published_share: float | None = shows("Share of resolved records within the published limit, 0 to 1.")
    within_effective_share: float | None = shows("Share of resolved records within their tenant's limit, 0 to 1.")


@value(permission=READ_QUALITY, description="The mean score of some records in one dimension of a scoring rule.")
class DimensionScoreType:
    """A mean score."""

    rule: str = shows("The scoring rule, as plugin and rule.")
    dimension: str = shows("What was judged, such as time_limits or step_conformance.")
    scored: int = shows("How many records got a score.")
    mean: float | None = shows("Mean score, 0 to 100; empty where nothing was scored.")


@value(permission=READ_QUALITY, description="How well one tenant, or several together, served in a period.")
class QualityPerformanceType:
    """Figures, median and scores."""

    figures: QualityFiguresType = shows("Sums over the period.")
    median_resolution_seconds: float | None = shows("Median elapsed seconds from opening to first resolution.")
    scores: list[DimensionScoreType] = shows("Mean score for each rule and dimension.")


@value(permission=READ_QUALITY, description="One tenant beside the standard.")
class TenantQualityType:
    """One tenant beside the standard."""

    tenant_key: str = shows("The tenant's short name.")
    tenant_name: str = shows("The tenant's name.")
    published_limit_seconds: int | None = shows("Time limit to resolution that headquarters published, in seconds.")
    effective_limit_seconds: int | None = shows("Time limit to resolution that held for the tenant, in seconds.")
    performance: QualityPerformanceType = shows("How well it served.")


@value(permission=READ_QUALITY, description="Sums over the records opened on one day, in the time zone of each tenant.")
class QualityDayType:
    """One day."""

    day: date = shows("The day.")
    figures: QualityFiguresType = shows("Sums over the day.")


@value(permission=READ_QUALITY, description="Tenants against a standard, over a period.")
class QualityDashboardType:
    """Everything one screen shows."""

    standard_code: str = shows("The standard's code.")
    first_day: date | None = shows("First day of the period; empty where it is open.")
    last_day: date | None = shows("Last day of the period; empty where it is open.")
    whole: QualityPerformanceType = shows("All tenants in reach together.")
    tenants: list[TenantQualityType] = shows("Tenants with records in the period, most records first.")
    days: list[QualityDayType] = shows("Sums of each day with records, in order.")


@input_type(description="Which standard and which days a dashboard covers.")
class QualityPeriodInput:
    """A period."""

    standard_code: str = strawberry.field(description="The standard's code.")
    first_day: date | None = strawberry.field(default=None, description="First day; open where it is left out.")
    last_day: date | None = strawberry.field(default=None, description="Last day; open where it is left out.")


def figures_of(figures: Figures) -> QualityFiguresType:
    """Show sums."""
    return QualityFiguresType(
        records=figures.records,
        steps=figures.steps,
        resolved=figures.resolved,
        within_published_limit=figures.within_published,
        within_effective_limit=figures.within_effective,
        within_published_share=figures.within_published_share,
        within_effective_share=figures.within_effective_share,
    )


def score_of(score: DimensionScore) -> DimensionScoreType:
    """Show a mean score."""
    return DimensionScoreType(rule=score.rule, dimension=score.dimension, scored=score.scored, mean=score.mean)


def performance_of(performance: Performance) -> QualityPerformanceType:
    """Show how well somebody served."""
    return QualityPerformanceType(
        figures=figures_of(performance.figures),
        median_resolution_seconds=performance.median_seconds,
        scores=[score_of(score) for score in performance.scores],
    )


def tenant_of(one: TenantPerformance) -> TenantQualityType:
    """Show one tenant beside the standard."""
    return TenantQualityType(
        tenant_key=one.tenant.key,
        tenant_name=one.tenant.name,
        published_limit_seconds=one.limits.published_limit_seconds,
        effective_limit_seconds=one.limits.effective_limit_seconds,
        performance=performance_of(one.performance),
    )


def dashboard_of(dashboard: Dashboard) -> QualityDashboardType:
    """Show a dashboard."""
    return QualityDashboardType(
        standard_code=dashboard.period.standard_code,
        first_day=dashboard.period.first,
        last_day=dashboard.period.last,
        whole=performance_of(dashboard.whole),
        tenants=[tenant_of(one) for one in dashboard.tenants],
        days=[QualityDayType(day=day, figures=figures_of(figures)) for day, figures in dashboard.days],
    )
