"""The dashboard: each tenant against the standard, over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.kernel.directory import TenantFacts
from core.kernel.unit import Unit
from core.quality.permissions import READ_NETWORK_QUALITY, READ_QUALITY
from core.quality.policy import DimensionScore, Figures, merge_scores, total
from core.quality.repository import (
    Limits,
    Period,
    Reach,
    figures_by_day,
    figures_by_tenant,
    latest_limits,
    medians,
    scores_by_tenant,
)

NO_LIMITS = Limits(published_limit_seconds=None, effective_limit_seconds=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How well some tenants served in a period.

    Attributes:
        figures: Sums.
        median_seconds: Median elapsed time to resolution; None where nothing is resolved.
        scores: Mean score per rule and dimension.
    """

    figures: Figures
    median_seconds: float | None
    scores: Sequence[DimensionScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPerformance:
    """One tenant beside the standard.

    Attributes:
        tenant: Who.
        limits: The published limit and the one that held for the tenant.
        performance: How well it served.
    """

    tenant: TenantFacts
    limits: Limits
    performance: Performance


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Everything one screen shows.

    Attributes:
        period: The standard and the days.
        whole: All tenants in reach together.
        tenants: Those with records in the period, most records first.
        days: Sums of each day, over all tenants in reach.
    """

    period: Period
    whole: Performance
    tenants: Sequence[TenantPerformance]
    days: Sequence[tuple[date, Figures]]


async def own_dashboard(unit: Unit, period: Period) -> Dashboard:
    """Read the dashboard of the tenant acted in.

    Raises:
        NotPermitted: The actor may not see the tenant's figures.
    """
    unit.scope.require(READ_QUALITY)
    return await read(unit, Reach(network_id=unit.network_id, tenant_ids=(unit.tenant_id,)), period)


async def network_dashboard(unit: Unit, period: Period) -> Dashboard:
    """Read the dashboard of the tenant acted in and all below it; the unit reads that far.

    Raises:
        NotPermitted: The actor may not see figures of other tenants.
    """
    unit.scope.require(READ_NETWORK_QUALITY)
    if unit.scope.is_root:
        return await read(unit, Reach(network_id=unit.network_id, tenant_ids=None), period)
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.scope.instant)
    return await read(unit, Reach(network_id=unit.network_id, tenant_ids=(unit.tenant_id, *below)), period)


async def read(unit: Unit, reach: Reach, period: Period) -> Dashboard:
    """Read the figures in reach and set them beside one another."""
    session = unit.session
    figures = await figures_by_tenant(session, reach, period)
    scores = await scores_by_tenant(session, reach, period)
    middle = await medians(session, reach, period)
    limits = await latest_limits(session, reach, period)
    tenants = [
        TenantPerformance(
            tenant=facts,
            limits=limits.get(facts.id, NO_LIMITS),
            performance=Performance(
                figures=figures[facts.id], median_seconds=middle.get(facts.id), scores=scores.get(facts.id, [])
            ),
        )
        for facts in await unit.tree.tenants(unit.network_id)
        if facts.id in figures
    ]
    whole = Performance(
        figures=total(figures.values()),
        median_seconds=middle.get(None),
        scores=merge_scores(score for some in scores.values() for score in some),
    )
    ordered = sorted(tenants, key=lambda one: (-one.performance.figures.records, one.tenant.key))
    return Dashboard(period=period, whole=whole, tenants=ordered, days=await figures_by_day(session, reach, period))
