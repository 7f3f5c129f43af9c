"""What a publication does to rollouts: the one planned for the version starts, those of versions before are over."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.jobs import open_job
from core.kernel.outbox import send
from core.kernel.timers import clear_timer
from core.kernel.unit import Unit
from core.standards.rollouts.models import Rollout, RolloutWave
from core.standards.rollouts.plan import rollout_moved
from core.standards.rollouts.policy.schedule import own_force, unless_later
from core.standards.rollouts.repository.plans import live_rollouts, rollout_of_version, waves_of
from core.standards.rollouts.stages import restage
from core.standards.rollouts.vocabulary import RolloutStatus

ASSIGN = "standards.assign_waves"
WAVE_BEGINS = "standards.wave_begins"
WAVE_IN_FORCE = "standards.wave_in_force"
GATE_IS_DUE = "standards.gate_is_due"
ROLLOUT_IS_OVER = "standards.rollout_is_over"


@frozen(kw_only=True)
class Attached:
    """A rollout whose stages are to be written, and the instant from which they are."""

    rollout: Rollout
    waves: Sequence[RolloutWave]
    since: datetime


async def attach_rollouts(
    unit: Unit, code: str, version_id: UUID, published_version_id: UUID, valid_from: datetime
) -> list[Attached]:
    """Write in the publisher's own rows what a publication does to rollouts.

    Args:
        unit: The publisher's transaction.
        code: The standard.
        version_id: The version that is published.
        published_version_id: Its id as units below read it.
        valid_from: When it starts.

    Returns:
        What :func:`stage` writes where units below read it, as the last statements.
    """
    found = await end_rollouts(unit, code)
    planned = await rollout_of_version(unit, version_id)
    if planned is not None:
        found.append(await started(unit, planned, published_version_id, valid_from))
    return found


async def end_rollouts(unit: Unit, code: str) -> list[Attached]:
    """End the rollouts of a standard that have started, because another version holds from now on."""
    return [await superseded(unit, one) for one in await live_rollouts(unit, code)]


async def stage(unit: Unit, attached: Sequence[Attached], recorded: datetime) -> None:
    """Write the stages of rollouts that a publication has started or ended."""
    for one in attached:
        await restage(unit, one.rollout, one.waves, one.since, recorded)


async def superseded(unit: Unit, rollout: Rollout) -> Attached:
    """End a rollout: waves that have not begun never will, those that have keep their deadlines unless it is halted."""
    waves = await waves_of(unit, rollout.id)
    for wave in waves:
        force = own_force(wave)
        if unless_later(force, rollout.halted_at) is None and force is not None:
            wave.deadline = None
        if wave.begins_at is not None and wave.begins_at > unit.now:
            wave.begins_at, wave.deadline = None, None
            await clear_timer(unit, WAVE_BEGINS, wave.id)
        await clear_timer(unit, GATE_IS_DUE, wave.id)
    await clear_timer(unit, ROLLOUT_IS_OVER, rollout.id)
    rollout.status, rollout.halted_at = RolloutStatus.SUPERSEDED.value, None
    rollout.ended_at = unit.now
    await rollout_moved(unit, rollout, "standards.supersede_rollout")
    return Attached(rollout=rollout, waves=waves, since=unit.now)


async def started(unit: Unit, rollout: Rollout, published_version_id: UUID, valid_from: datetime) -> Attached:
    """Start a rollout: units are put into waves by a job, and the first wave begins when that is done."""
    every = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    rollout.status, rollout.published_version_id = RolloutStatus.STARTING.value, published_version_id
    rollout.started_at = unit.now
    await send_to_waves(unit, rollout, len(every))
    await rollout_moved(unit, rollout, "standards.start_rollout")
    return Attached(rollout=rollout, waves=await waves_of(unit, rollout.id), since=valid_from)


async def send_to_waves(unit: Unit, rollout: Rollout, units: int) -> None:
    """Have units put into waves by a job with visible progress; its last step lets the first wave begin."""
    job = await open_job(unit, kind=ASSIGN, subject_kind="rollout", subject_id=rollout.id, total=units + 1)
    rollout.job_id = job.id
    await send(unit, ASSIGN, {"rollout_id": rollout.id, "job_id": job.id})
