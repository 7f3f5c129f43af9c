"""SQL of the publisher's own rows: plans, waves and members."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.rollouts.models import Rollout, RolloutMember, RolloutWave
from core.standards.rollouts.vocabulary import RolloutStatus

LIVE: Final = (RolloutStatus.STARTING.value, RolloutStatus.RUNNING.value, RolloutStatus.HALTED.value)
"""Where a rollout is that has started and is not over."""


async def rollout_by_id(unit: Unit, rollout_id: UUID) -> Rollout | None:
    """Find a rollout of the tenant as it is now, and keep everybody else from changing it."""
    return await one_rollout(unit, col(Rollout.id) == rollout_id)


async def rollout_of_version(unit: Unit, version_id: UUID) -> Rollout | None:
    """Find the rollout of a version, and keep everybody else from changing it."""
    return await one_rollout(unit, col(Rollout.version_id) == version_id)


async def one_rollout(unit: Unit, condition: object) -> Rollout | None:
    """Find and lock the rollout of which a condition holds."""
    chosen = select(Rollout).where(col(Rollout.tenant_id) == unit.tenant_id, condition)  # type: ignore[arg-type]
    found = await unit.session.execute(chosen.with_for_update().execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def live_rollouts(unit: Unit, code: str) -> Sequence[Rollout]:
    """List the rollouts of a standard that have started and are not over, locked."""
    found = await unit.session.execute(
        select(Rollout)
        .where(col(Rollout.tenant_id) == unit.tenant_id, col(Rollout.code) == code, col(Rollout.status).in_(LIVE))
        .order_by(col(Rollout.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def waves_of(unit: Unit, rollout_id: UUID) -> Sequence[RolloutWave]:
    """List the waves of a rollout in their order."""
    found = await unit.session.execute(
        select(RolloutWave)
        .where(col(RolloutWave.tenant_id) == unit.tenant_id, col(RolloutWave.rollout_id) == rollout_id)
        .order_by(col(RolloutWave.position))
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def rollout_of_wave(unit: Unit, wave_id: UUID) -> UUID | None:
    """Find which rollout a wave belongs to."""
    return await unit.session.scalar(
        select(RolloutWave.rollout_id).where(
            col(RolloutWave.tenant_id) == unit.tenant_id, col(RolloutWave.id) == wave_id
        )
    )


async def drop_waves(unit: Unit, rollout_id: UUID) -> None:
    """Take the waves of a plan away, to write others."""
    await unit.session.execute(
        delete(RolloutWave)
        .where(col(RolloutWave.tenant_id) == unit.tenant_id, col(RolloutWave.rollout_id) == rollout_id)
        .execution_options(synchronize_session=False)
    )


async def add_members(unit: Unit, rollout_id: UUID, waves: Collection[tuple[UUID, UUID]]) -> None:
    """Count units among those of their waves, each once; given as unit and wave."""
    if not waves:
        return
    rows = [
        {
            "tenant_id": unit.tenant_id,
            "network_id": unit.network_id,
            "id": new_id(),
            "rollout_id": rollout_id,
            "wave_id": wave_id,
            "adopter_id": adopter_id,
            "told_revision": 0,
        }
        for adopter_id, wave_id in waves
    ]
    await unit.session.execute(insert(RolloutMember).values(rows).on_conflict_do_nothing())


async def members_after(unit: Unit, wave_id: UUID, after: UUID | None, most: int) -> Sequence[UUID]:
    """List the next units of a wave, by id."""
    chosen = select(RolloutMember.adopter_id).where(
        col(RolloutMember.tenant_id) == unit.tenant_id, col(RolloutMember.wave_id) == wave_id
    )
    if after is not None:
        chosen = chosen.where(col(RolloutMember.adopter_id) > after)
    found = await unit.session.execute(chosen.order_by(col(RolloutMember.adopter_id)).limit(most))
    return found.scalars().all()


async def count_members(unit: Unit, wave_id: UUID) -> int:
    """Count the units of a wave."""
    found = await unit.session.scalar(
        select(func.count()).where(
            col(RolloutMember.tenant_id) == unit.tenant_id, col(RolloutMember.wave_id) == wave_id
        )
    )
    return found or 0


async def tell_adoption(unit: Unit, rollout_id: UUID, adopter_id: UUID, at: datetime) -> None:
    """Write that a unit has adopted by itself."""
    await unit.session.execute(
        update(RolloutMember)
        .where(
            col(RolloutMember.tenant_id) == unit.tenant_id,
            col(RolloutMember.rollout_id) == rollout_id,
            col(RolloutMember.adopter_id) == adopter_id,
        )
        .values(adopted_at=at)
        .execution_options(synchronize_session=False)
    )


async def tell_acknowledgement(
    unit: Unit, rollout_id: UUID, adopter_id: UUID, at: datetime | None, revision: int
) -> None:
    """Write whether a unit has acknowledged, unless something later was told before."""
    await unit.session.execute(
        update(RolloutMember)
        .where(
            col(RolloutMember.tenant_id) == unit.tenant_id,
            col(RolloutMember.rollout_id) == rollout_id,
            col(RolloutMember.adopter_id) == adopter_id,
            col(RolloutMember.told_revision) < revision,
        )
        .values(acknowledged_at=at, told_revision=revision)
        .execution_options(synchronize_session=False)
    )


async def forget_adoptions(unit: Unit, wave_id: UUID) -> None:
    """Write that nobody of a wave is on the version by a decision of its own any more."""
    await unit.session.execute(
        update(RolloutMember)
        .where(
            col(RolloutMember.tenant_id) == unit.tenant_id,
            col(RolloutMember.wave_id) == wave_id,
            col(RolloutMember.adopted_at).is_not(None),
        )
        .values(adopted_at=None)
        .execution_options(synchronize_session=False)
    )


async def count_waves(unit: Unit, wave_ids: Collection[UUID], now: datetime) -> Sequence[tuple[UUID, int, int, int]]:
    """Count the units of waves: all, those on the version at an instant, and those that have acknowledged it."""
    stands = col(RolloutWave.rolled_back_at).is_(None)
    adopted = stands & ((col(RolloutWave.enforced_from) <= now) | (col(RolloutMember.adopted_at) <= now))
    found = await unit.session.execute(
        select(
            RolloutMember.wave_id,
            func.count(),
            func.count().filter(adopted),
            func.count(RolloutMember.acknowledged_at),  # type: ignore[arg-type]
        )
        .join(
            RolloutWave,
            (col(RolloutWave.tenant_id) == col(RolloutMember.tenant_id))
            & (col(RolloutWave.id) == col(RolloutMember.wave_id)),
        )
        .where(
            col(RolloutMember.tenant_id) == unit.tenant_id,
            col(RolloutWave.tenant_id) == unit.tenant_id,
            col(RolloutMember.wave_id).in_(wave_ids),
        )
        .group_by(col(RolloutMember.wave_id))
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]
