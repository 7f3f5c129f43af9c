"""Write down how waves stand from an instant on, where units below read it; the last statements of a transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.policy.spans import Span
from core.standards.rollouts.models import Rollout, RolloutStage, RolloutWave
from core.standards.rollouts.policy.schedule import Standing, in_force, standings
from core.standards.rollouts.repository.standing import add_stages, close_stages, stages_of
from core.standards.rollouts.vocabulary import Phase, WaveKind


async def restage(
    unit: Unit, rollout: Rollout, waves: Sequence[RolloutWave], since: datetime, recorded: datetime
) -> None:
    """Write how the waves stand from an instant on, as far as that is not what is known already.

    Args:
        unit: The publisher's transaction.
        rollout: The rollout; it has started.
        waves: Its waves.
        since: The instant; what was before stays as it is known.
        recorded: Since when that is known.
    """
    forces = in_force(waves)
    rows = await stages_of(unit, rollout.code, [unit.tenant_id])
    closed: list[UUID] = []
    added: list[RolloutStage] = []
    for wave in waves:
        known = [row for row in rows if row.wave_id == wave.id]
        start = max([since, *(min(row.valid_from for row in known),)]) if known else since
        wanted = standings(wave, forces, start, rollout.halted_at)
        later = [row for row in known if Span(row.valid_from, row.valid_to).meets(Span(start))]
        if [facts(clipped(row, start)) for row in later] == [facts(one) for one in wanted]:
            continue
        closed += [row.id for row in later]
        earlier = [row for row in later if row.valid_from < start]
        added += [copy_until(row, start, recorded) for row in earlier]
        added += [stage_row(unit, rollout, wave, one, recorded) for one in wanted]
    if closed:
        await close_stages(unit, closed, recorded)
    if added:
        await add_stages(unit, added)


def facts(one: Standing) -> tuple[object, ...]:
    """Give what makes two standings the same; when a wave is planned to begin is no more than told."""
    return (one.phase, one.span, one.halted, one.deadline, one.enforced_from, one.planned_at)


def clipped(row: RolloutStage, start: datetime) -> Standing:
    """Give what a row says from an instant on."""
    return Standing(
        phase=Phase(row.phase),
        span=Span(max(start, row.valid_from), row.valid_to),
        halted=row.halted,
        planned_at=row.planned_at,
        deadline=row.deadline,
        enforced_from=row.enforced_from,
    )


def copy_until(row: RolloutStage, end: datetime, recorded: datetime) -> RolloutStage:
    """Give the part of a row that stays: what was before an instant."""
    kept = row.model_dump(exclude={"id", "valid_to", "recorded_from", "recorded_to"})
    return RolloutStage(**kept, id=new_id(), valid_to=end, recorded_from=recorded)


def stage_row(unit: Unit, rollout: Rollout, wave: RolloutWave, one: Standing, recorded: datetime) -> RolloutStage:
    """Make the row of a standing.

    Raises:
        RuntimeError: The rollout has not started; this is a mistake.
    """
    if rollout.published_version_id is None:
        msg = f"The rollout {rollout.id} has not started."
        raise RuntimeError(msg)
    return RolloutStage(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        code=rollout.code,
        number=rollout.number,
        published_version_id=rollout.published_version_id,
        rollout_id=rollout.id,
        wave_id=wave.id,
        position=wave.position,
        name=wave.name,
        is_rest=wave.kind == WaveKind.REST,
        mode=wave.mode,
        phase=one.phase.value,
        halted=one.halted,
        planned_at=one.planned_at,
        deadline=one.deadline,
        enforced_from=one.enforced_from,
        reminder_days=rollout.reminder_days,
        valid_from=one.span.start,
        valid_to=one.span.end,
        recorded_from=recorded,
    )
