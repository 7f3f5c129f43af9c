"""The dashboard: each tenant against the standard, over a period; only what is asked for is read."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from core.kernel.directory import TenantFacts
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.quality.permissions import READ_NETWORK_QUALITY, READ_QUALITY
from core.quality.policy import DimensionScore, Figures, merge_scores, total
from core.quality.repository import Period, Reach
from core.quality.sums import EVERYTHING, Limits, Part, Parts, Sums, read_sums

NO_LIMITS = Limits(published_limit_seconds=None, effective_limit_seconds=None)


@frozen(kw_only=True)
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


@frozen(kw_only=True)
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


@frozen(kw_only=True)
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


async def own_dashboard(unit: Unit, period: Period, parts: Parts = EVERYTHING) -> Dashboard:
    """Read the dashboard of the tenant acted in; parts that are not asked for are empty.

    Raises:
        NotPermitted: The actor may not see the tenant's figures.
    """
    unit.scope.require(READ_QUALITY)
    return await read(unit, Reach(network_id=unit.network_id, tenant_ids=(unit.tenant_id,)), period, parts)


async def network_dashboard(unit: Unit, period: Period, parts: Parts = EVERYTHING) -> Dashboard:
    """Read the dashboard of the tenant acted in and all below it, as for one's own; the unit reads that far.

    Raises:
        NotPermitted: The actor may not see figures of other tenants.
    """
    unit.scope.require(READ_NETWORK_QUALITY)
    if unit.scope.is_root:
        return await read(unit, Reach(network_id=unit.network_id, tenant_ids=None), period, parts)
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.scope.instant)
    return await read(unit, Reach(network_id=unit.network_id, tenant_ids=(unit.tenant_id, *below)), period, parts)


async def read(unit: Unit, reach: Reach, period: Period, parts: Parts) -> Dashboard:
    """Read the figures in reach and set them beside one another."""
    sums = await read_sums(unit.session, reach, period, parts)
    found = [one for one in sums.figures if one is not None] if Part.TENANTS in parts else []
    whole = Performance(
        figures=total(sums.figures.values()),
        median_seconds=sums.medians.get(None),
        scores=merge_scores(score for some in sums.scores.values() for score in some),
    )
    tenants = await side_by_side(unit, sums, found) if found else []
    return Dashboard(period=period, whole=whole, tenants=tenants, days=sums.days)


async def side_by_side(unit: Unit, sums: Sums, ids: Collection[UUID]) -> list[TenantPerformance]:
    """Tell of each tenant that has figures who it is, those with most records first."""
    tenants = [
        TenantPerformance(
            tenant=facts,
            limits=sums.limits.get(facts.id, NO_LIMITS),
            performance=Performance(
                figures=sums.figures[facts.id],
                median_seconds=sums.medians.get(facts.id),
                scores=sums.scores.get(facts.id, []),
            ),
        )
        for facts in await unit.tree.tenants(unit.network_id, ids)
    ]
    return sorted(tenants, key=lambda one: (-one.performance.figures.records, one.tenant.key))
