"""Settle when waves begin once something about a rollout has changed: rows, timers and, last, stages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.jobs import open_job
from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.standards.repository.adaptations import Head
from core.standards.repository.published import versions_by_id
from core.standards.rollouts.attach import GATE_IS_DUE, ROLLOUT_IS_OVER, WAVE_BEGINS, WAVE_IN_FORCE
from core.standards.rollouts.models import Rollout, RolloutWave
from core.standards.rollouts.policy.schedule import (
    beginnings,
    deadline_of,
    due_at,
    in_force,
    opened_at,
    over_at,
    unless_later,
)
from core.standards.rollouts.repository.plans import count_members
from core.standards.rollouts.stages import restage
from core.standards.rollouts.vocabulary import MANUAL_GATE, RolloutStatus

REACH = "standards.reach_wave"


async def settle(
    unit: Unit, rollout: Rollout, waves: Sequence[RolloutWave], head: Head, begun: Sequence[RolloutWave] = ()
) -> None:
    """Settle what follows from the rows of a rollout as they are now.

    Args:
        unit: The publisher's transaction.
        rollout: The rollout; it has started.
        waves: Its waves in their order.
        head: The revision the change is made under.
        begun: Waves that begin by this very change.
    """
    for wave in begun:
        await set_timer(unit, WAVE_BEGINS, wave.id, unit.now)
    await begin_waves(unit, rollout, waves)
    forces = in_force(waves)
    for wave in waves:
        wave.enforced_from = unless_later(forces[wave.id], rollout.halted_at)
        await keep_timer(unit, WAVE_IN_FORCE, wave.id, later(unit, rollout, wave, forces[wave.id]))
    over = over_at(waves) if rollout.status == RolloutStatus.RUNNING else None
    await keep_timer(unit, ROLLOUT_IS_OVER, rollout.id, over)
    await unit.session.flush()
    await restage(unit, rollout, waves, unit.now, head.recorded_at)


async def begin_waves(unit: Unit, rollout: Rollout, waves: Sequence[RolloutWave]) -> None:
    """Write when waves begin, as far as it is known now; while the rollout does not run, no other one does."""
    runs = rollout.status == RolloutStatus.RUNNING
    floor = await starts(unit, rollout)
    found = beginnings(waves, unit.now, floor)
    for place, wave in enumerate(waves):
        waits = wave.rolled_back_at is None and (wave.begins_at is None or wave.begins_at > unit.now)
        begins = found[wave.id] if runs or not waits else None
        if begins != wave.begins_at:
            wave.begins_at, wave.deadline = begins, None if begins is None else deadline_of(wave, begins)
            await keep_timer(unit, WAVE_BEGINS, wave.id, begins)
        before = waves[place - 1] if place else None
        if before is not None:
            due = due_at(wave, before.begins_at, first=False) if runs and waits else None
            asks = before.gate != MANUAL_GATE and opened_at(before, before.begins_at) is None
            reached = before.begins_at is not None and before.rolled_back_at is None
            await keep_timer(unit, GATE_IS_DUE, before.id, due if asks and reached else None)


async def starts(unit: Unit, rollout: Rollout) -> datetime:
    """Tell when the version of a rollout starts.

    Raises:
        RuntimeError: The rollout has not started; this is a mistake.
    """
    if rollout.published_version_id is None:
        msg = f"The rollout {rollout.id} has not started."
        raise RuntimeError(msg)
    return (await versions_by_id(unit, [rollout.published_version_id]))[rollout.published_version_id].valid_from


def later(unit: Unit, rollout: Rollout, wave: RolloutWave, force: datetime | None) -> datetime | None:
    """Give when a wave comes into force, where that is after its beginning and still to come."""
    runs = rollout.status == RolloutStatus.RUNNING and wave.begins_at is not None
    return force if runs and force is not None and force > unit.now and force != wave.begins_at else None


async def keep_timer(unit: Unit, kind: str, subject_id: UUID, due: datetime | None) -> None:
    """Set a timer, or take it away."""
    if due is None:
        await clear_timer(unit, kind, subject_id)
    else:
        await set_timer(unit, kind, subject_id, due)


async def reach(unit: Unit, wave: RolloutWave) -> None:
    """Have every unit of a wave look at the rollout again, by a job with visible progress."""
    units = await count_members(unit, wave.id)
    if units:
        job = await open_job(unit, kind=REACH, subject_kind="rollout wave", subject_id=wave.id, total=units)
        await send(unit, REACH, {"wave_id": wave.id, "job_id": job.id})
