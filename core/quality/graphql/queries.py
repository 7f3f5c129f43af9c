"""Queries of quality: the dashboards, and the scores of records."""

from core.kernel.graphql.queries import query_field
from core.kernel.reads import Breadth
from core.kernel.unit import Unit
from core.quality.dashboard import network_dashboard, own_dashboard
from core.quality.graphql.types import QualityDashboardType, QualityPeriodInput, dashboard_of
from core.quality.permissions import READ_NETWORK_QUALITY, READ_QUALITY
from core.quality.repository import Period

COST = 50


def period_of(input: QualityPeriodInput) -> Period:
    """Read the period asked for."""
    return Period(standard_code=input.standard_code, first=input.first_day, last=input.last_day)


@query_field(
    permission=READ_QUALITY,
    description="How well the tenant acted in serves, against a standard.",
    arguments={"period": "The standard and the days."},
    cost=COST,
)
async def quality_dashboard(unit: Unit, period: QualityPeriodInput) -> QualityDashboardType:
    """Read the tenant's own dashboard."""
    return dashboard_of(await own_dashboard(unit, period_of(period)))


@query_field(
    permission=READ_NETWORK_QUALITY,
    description="How well the tenant acted in and every unit below it serve, against a standard; the read is audited.",
    arguments={"period": "The standard and the days."},
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def network_quality(unit: Unit, period: QualityPeriodInput) -> QualityDashboardType:
    """Read the dashboard of a part of the network."""
    return dashboard_of(await network_dashboard(unit, period_of(period)))
