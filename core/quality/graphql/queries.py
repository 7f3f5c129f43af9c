"""Queries of quality: the dashboards, and the scores of records."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.kernel.graphql.asked import Asked
from core.kernel.graphql.queries import query_field
from core.kernel.reads import Breadth, Kept
from core.kernel.unit import Unit
from core.quality.dashboard import network_dashboard, own_dashboard
from core.quality.graphql.types import QualityDashboardType, QualityPeriodInput, dashboard_of
from core.quality.models import QualityHead
from core.quality.permissions import READ_NETWORK_QUALITY, READ_QUALITY
from core.quality.repository import Period
from core.quality.sums import Part, Parts

COST = 50
SHOWN_BY: Final[Mapping[Part, Sequence[str]]] = {
    Part.FIGURES: ("whole.figures",),
    Part.SCORES: ("whole.scores",),
    Part.MEDIAN: ("whole.medianResolutionSeconds",),
    Part.DAYS: ("days",),
    Part.TENANTS: ("tenants",),
    Part.TENANT_SCORES: ("tenants.performance.scores",),
    Part.TENANT_MEDIANS: ("tenants.performance.medianResolutionSeconds",),
    Part.TENANT_LIMITS: ("tenants.publishedLimitSeconds", "tenants.effectiveLimitSeconds"),
}
"""Which fields show each part."""

KEPT: Final = Kept(head=QualityHead, revision="revision", names_tenant=True)
"""The head's revision goes up with every change of scores, figures and sums; a tenant's row tells its name and key."""


def period_of(input: QualityPeriodInput) -> Period:
    """Read the period asked for."""
    return Period(standard_code=input.standard_code, first=input.first_day, last=input.last_day)


def parts_of(asked: Asked) -> Parts:
    """Name the parts that somebody looks at."""
    return frozenset(part for part, paths in SHOWN_BY.items() if asked.any(*paths))


@query_field(
    permission=READ_QUALITY,
    description="How well the tenant acted in serves, against a standard.",
    arguments={"period": "The standard and the days."},
    cost=COST,
    kept=KEPT,
)
async def quality_dashboard(unit: Unit, asked: Asked, period: QualityPeriodInput) -> QualityDashboardType:
    """Read the tenant's own dashboard."""
    return dashboard_of(await own_dashboard(unit, period_of(period), parts_of(asked)))


@query_field(
    permission=READ_NETWORK_QUALITY,
    description="How well the tenant acted in and every unit below it serve, against a standard; the read is audited.",
    arguments={"period": "The standard and the days."},
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def network_quality(unit: Unit, asked: Asked, period: QualityPeriodInput) -> QualityDashboardType:
    """Read the dashboard of a part of the network."""
    return dashboard_of(await network_dashboard(unit, period_of(period), parts_of(asked)))
