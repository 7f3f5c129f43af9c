"""SQL of what became of adaptations."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.unit import Unit
from core.standards.merging.models import MergeOutcomeRow
from core.standards.merging.vocabulary import MergeStatus, Resolution
from core.standards.models import Adaptation, StandardHead

LEFT: Final = (Resolution.KEEP_SUSPENDED.value, Resolution.ASK_WAIVER.value)
"""Decisions that leave an adaptation as it is."""


async def hold_head(unit: Unit, code: str) -> None:
    """Keep everybody else from changing the tenant's side of a standard, without a change of one's own."""
    await unit.session.execute(
        select(StandardHead.revision)
        .where(col(StandardHead.tenant_id) == unit.tenant_id, col(StandardHead.code) == code)
        .with_for_update()
    )


async def open_outcomes(unit: Unit, code: str) -> Sequence[MergeOutcomeRow]:
    """List the outcomes of a standard that wait, the oldest first."""
    found = await unit.session.execute(
        select(MergeOutcomeRow)
        .where(
            col(MergeOutcomeRow.tenant_id) == unit.tenant_id,
            col(MergeOutcomeRow.code) == code,
            col(MergeOutcomeRow.settled_at).is_(None),
        )
        .order_by(col(MergeOutcomeRow.id))
    )
    return found.scalars().all()


async def outcome_by_id(unit: Unit, outcome_id: UUID) -> MergeOutcomeRow | None:
    """Find an outcome; whoever changes it holds the head of its standard."""
    found = await unit.session.execute(
        select(MergeOutcomeRow).where(
            col(MergeOutcomeRow.tenant_id) == unit.tenant_id, col(MergeOutcomeRow.id) == outcome_id
        )
    )
    return found.scalar_one_or_none()


async def outcome_waived_by(unit: Unit, waiver_id: UUID) -> MergeOutcomeRow | None:
    """Find the outcome about which a waiver was asked for, the latest where there are several."""
    found = await unit.session.execute(
        select(MergeOutcomeRow)
        .where(col(MergeOutcomeRow.tenant_id) == unit.tenant_id, col(MergeOutcomeRow.waiver_id) == waiver_id)
        .order_by(col(MergeOutcomeRow.id).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def standing_outcomes(unit: Unit, code: str) -> tuple[dict[UUID, MergeOutcomeRow], dict[UUID, MergeOutcomeRow]]:
    """Find what waits of a standard, and what its owner left, be it under a waiver, each by its adaptation."""
    found = await unit.session.execute(
        select(MergeOutcomeRow)
        .where(
            col(MergeOutcomeRow.tenant_id) == unit.tenant_id,
            col(MergeOutcomeRow.code) == code,
            or_(
                col(MergeOutcomeRow.settled_at).is_(None),
                col(MergeOutcomeRow.resolution).in_(LEFT),
            ),
        )
        .order_by(col(MergeOutcomeRow.id))
    )
    rows = found.scalars().all()
    waiting = {one.adaptation_id: one for one in rows if one.settled_at is None}
    return waiting, {one.adaptation_id: one for one in rows if one.resolution in LEFT}


async def kept_suspended(unit: Unit, code: str) -> set[UUID]:
    """List the adaptations that their owner left suspended, and of which nothing waits since."""
    waiting, kept = await standing_outcomes(unit, code)
    return set(kept) - set(waiting)


async def adaptations_by_ids(unit: Unit, ids: Collection[UUID]) -> Sequence[Adaptation]:
    """Read adaptations of the tenant, also those that are known no longer."""
    found = await unit.session.execute(
        select(Adaptation)
        .where(col(Adaptation.tenant_id) == unit.tenant_id, col(Adaptation.id).in_(ids))
        .order_by(col(Adaptation.id))
    )
    return found.scalars().all()


async def overtake(unit: Unit, adaptation_ids: Collection[UUID]) -> Sequence[UUID]:
    """Say of what waits about some adaptations that something else came first.

    Returns:
        The adaptations of which something waited.
    """
    found = await unit.session.execute(
        update(MergeOutcomeRow)
        .where(
            col(MergeOutcomeRow.tenant_id) == unit.tenant_id,
            col(MergeOutcomeRow.adaptation_id).in_(adaptation_ids),
            col(MergeOutcomeRow.settled_at).is_(None),
        )
        .values(status=MergeStatus.OVERTAKEN.value, settled_at=recorded_now())
        .returning(col(MergeOutcomeRow.adaptation_id))
        .execution_options(synchronize_session=False)
    )
    return found.scalars().all()
