"""Carry a rollout out in the background, chunk by chunk: put units into waves, reach them, ask gates, end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.kernel.jobs import advance
from core.kernel.outbox import send
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.repository.adaptations import next_head
from core.standards.rollouts.adopt import FOLLOW
from core.standards.rollouts.attach import ASSIGN, GATE_IS_DUE
from core.standards.rollouts.gates import RolloutGates
from core.standards.rollouts.lead import Lead, asked_of, gate_passed, state_of
from core.standards.rollouts.models import Rollout, RolloutWave
from core.standards.rollouts.plan import rollout_moved
from core.standards.rollouts.policy.assignment import Share, assign
from core.standards.rollouts.policy.schedule import opened_at, over_at
from core.standards.rollouts.repository.plans import (
    add_members,
    members_after,
    rollout_by_id,
    rollout_of_wave,
    waves_of,
)
from core.standards.rollouts.repository.standing import add_assignments
from core.standards.rollouts.settle import REACH, reach, settle
from core.standards.rollouts.vocabulary import Phase, RolloutStatus, WaveKind

AT_ONCE: Final = 500
"""How many units one transaction deals with, so that it ends well within its five seconds."""
ASK_AGAIN: Final = timedelta(hours=1)
"""How long a gate that does not hold is left alone."""
GATE_ITEM: Final = "standards.gate_does_not_hold"


async def assign_next(unit: Unit, rollout_id: UUID, job_id: UUID, after: UUID | None) -> None:
    """Put the next units into their waves, as they stood in the tree when the rollout started.

    The last step lets the first wave begin; until then nobody is in any, so what holds does not wait for this.
    """
    rollout = await rollout_by_id(unit, rollout_id)
    if rollout is None or rollout.status != RolloutStatus.STARTING or rollout.job_id != job_id:
        return
    waves = await waves_of(unit, rollout_id)
    every = await wave_of_every_unit(unit, rollout, waves)
    left = sorted(one for one in every if after is None or one > after)
    chunk = [(one, every[one]) for one in left[:AT_ONCE]]
    await add_members(unit, rollout_id, chunk)
    last = len(left) <= AT_ONCE
    await advance(unit, job_id, len(chunk) + last)
    head = await next_head(unit, rollout.code)
    if last:
        rollout.status = RolloutStatus.RUNNING.value
        await rollout_moved(unit, rollout, "standards.begin_rollout")
    else:
        await send(unit, ASSIGN, {"rollout_id": rollout_id, "job_id": job_id, "after": chunk[-1][0]})
    if rollout.published_version_id is not None:
        await add_assignments(unit, rollout.code, rollout.published_version_id, chunk, head.recorded_at)
    if last:
        await settle(unit, rollout, waves, head)


async def wave_of_every_unit(unit: Unit, rollout: Rollout, waves: Sequence[RolloutWave]) -> dict[UUID, UUID]:
    """Tell the wave of every unit that was below the publisher when the rollout started."""
    since = rollout.started_at or unit.now
    units = await unit.tree.units_below(unit.network_id, unit.tenant_id, since)
    shares = [
        Share(
            wave_id=wave.id,
            kind=WaveKind(wave.kind),
            tenants=frozenset(map(UUID, wave.tenant_ids)) & set(units),
            percentage=wave.percentage or 0,
        )
        for wave in waves
    ]
    regions = {one for share in shares if share.kind is WaveKind.REGIONS for one in share.tenants}
    below = {one: [one, *await unit.tree.units_below(unit.network_id, one, since)] for one in sorted(regions)}
    return assign(shares, units, below, rollout.id)


async def begin_wave(unit: Unit, wave_id: UUID) -> None:
    """Have the units of a wave that has begun, or has come into force, look at the rollout."""
    rollout_id = await rollout_of_wave(unit, wave_id)
    rollout = None if rollout_id is None else await rollout_by_id(unit, rollout_id)
    if rollout is not None:
        wave = next(one for one in await waves_of(unit, rollout.id) if one.id == wave_id)
        if state_of(wave, unit.now) is Phase.BEGUN:
            await reach(unit, wave)


async def reach_next(unit: Unit, wave_id: UUID, job_id: UUID, after: UUID | None) -> None:
    """Send the rollout to the next units of a wave."""
    rollout_id = await rollout_of_wave(unit, wave_id)
    rollout = None if rollout_id is None else await rollout_by_id(unit, rollout_id)
    units = await members_after(unit, wave_id, after, AT_ONCE)
    if rollout is None or not units:
        return
    await advance(unit, job_id, len(units))
    for one in units:
        facts = {"code": rollout.code, "version_id": rollout.published_version_id}
        await send(unit, FOLLOW, facts, target_tenant_id=one)
    if len(units) == AT_ONCE:
        await send(unit, REACH, {"wave_id": wave_id, "job_id": job_id, "after": units[-1]})


async def ask_gate(unit: Unit, wave_id: UUID, gates: RolloutGates) -> None:
    """Ask the gate of a wave whether the next one may begin; one that does not hold is asked again later."""
    rollout_id = await rollout_of_wave(unit, wave_id)
    rollout = None if rollout_id is None else await rollout_by_id(unit, rollout_id)
    if rollout is None or rollout.status != RolloutStatus.RUNNING:
        return
    head = await next_head(unit, rollout.code)
    lead = Lead(rollout=rollout, waves=await waves_of(unit, rollout.id), head=head)
    wave = lead.wave(wave_id)
    if state_of(wave, unit.now) is not Phase.BEGUN or opened_at(wave, wave.begins_at) is not None:
        return
    finding = await gates.find(wave.gate, unit, asked_of(lead, wave))
    if finding.holds:
        await settle_item(unit, GATE_ITEM, wave.id)
        await gate_passed(unit, lead, wave, finding.reason)
        return
    facts = {"code": rollout.code, "number": rollout.number, "wave": wave.name, "gate": wave.gate}
    await open_item(unit, kind=GATE_ITEM, subject_kind="rollout wave", subject_id=wave.id, facts=facts)
    await set_timer(unit, GATE_IS_DUE, wave.id, unit.now + ASK_AGAIN)


async def finish_rollout(unit: Unit, rollout_id: UUID) -> None:
    """End a rollout that time has brought to its end."""
    rollout = await rollout_by_id(unit, rollout_id)
    if rollout is None or rollout.status != RolloutStatus.RUNNING:
        return
    over = over_at(await waves_of(unit, rollout_id))
    if over is not None and over <= unit.now:
        rollout.status, rollout.ended_at = RolloutStatus.FINISHED.value, over
        await rollout_moved(unit, rollout, "standards.finish_rollout")
