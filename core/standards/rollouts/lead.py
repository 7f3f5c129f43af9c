"""Lead a rollout that has started: begin waves, pass gates, halt, resume and roll back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.permissions import ROLL_OUT_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.repository.adaptations import Head, next_head
from core.standards.resolve import zoned
from core.standards.rollouts.attach import send_to_waves
from core.standards.rollouts.errors import GateDoesNotHold, GateIsNotManual, WaveIsElsewhere
from core.standards.rollouts.gates import GateAsked, RolloutGates
from core.standards.rollouts.history import happened
from core.standards.rollouts.models import Rollout, RolloutWave
from core.standards.rollouts.plan import check_status, rollout_in, rollout_moved
from core.standards.rollouts.policy.schedule import deadline_of, opened_at, over_at
from core.standards.rollouts.repository.plans import forget_adoptions, rollout_of_wave, waves_of
from core.standards.rollouts.settle import reach, settle
from core.standards.rollouts.vocabulary import MANUAL_GATE, Phase, RolloutEventKind, RolloutStatus


@frozen(kw_only=True)
class StartWave:
    """Let a wave begin now.

    Attributes:
        wave_id: The wave.
        deadline: When its units adopt by default, where it is another instant than planned.
    """

    wave_id: UUID
    deadline: datetime | None = None


@frozen(kw_only=True)
class PassGate:
    """Say that the manual gate of a wave holds, and why."""

    wave_id: UUID
    reason: str


@frozen(kw_only=True)
class HaltRollout:
    """Halt a rollout, and say why."""

    rollout_id: UUID
    reason: str


@frozen(kw_only=True)
class RollBackWave:
    """Bring the units of a wave back to the version before, and say why."""

    wave_id: UUID
    reason: str


@dataclass(slots=True, kw_only=True)
class Lead:
    """A rollout in the hand of whoever leads it; nobody else changes it meanwhile.

    Attributes:
        rollout: The rollout.
        waves: Its waves in their order.
        head: The revision the change is made under.
    """

    rollout: Rollout
    waves: Sequence[RolloutWave]
    head: Head

    def wave(self, wave_id: UUID) -> RolloutWave:
        """Give one of its waves."""
        return next(one for one in self.waves if one.id == wave_id)

    def before(self, wave: RolloutWave) -> RolloutWave | None:
        """Give the wave before one; none before the first."""
        return next((one for one in self.waves if one.position == wave.position - 1), None)


async def start_wave(unit: Unit, command: StartWave, gates: RolloutGates) -> RolloutWave:
    """Let a wave begin now, by hand; one that was rolled back begins again.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such wave in this tenant.
        RolloutIsElsewhere: The rollout is not running.
        WaveIsElsewhere: The wave has begun, or the one before has not.
        GateDoesNotHold: The gate of the wave before does not hold.
        InvalidInput: The deadline has no zone.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    deadline = zoned(command.deadline, "deadline")
    lead = await lead_wave(unit, command.wave_id, (RolloutStatus.RUNNING,))
    wave, before = lead.wave(command.wave_id), lead.before(lead.wave(command.wave_id))
    if state_of(wave, unit.now) is Phase.BEGUN:
        raise WaveIsElsewhere(wave=wave.name, state="begun", needed="waiting or rolled_back")
    if before is not None:
        await check_open(unit, lead, before, gates)
    wave.rolled_back_at, wave.rollback_reason = None, ""
    wave.begins_at = unit.now
    wave.deadline = deadline or deadline_of(wave, unit.now)
    await happened(unit, lead.rollout, RolloutEventKind.WAVE_STARTED, wave=wave)
    await rollout_moved(unit, lead.rollout, "standards.start_wave", wave=wave.name)
    await settle(unit, lead.rollout, lead.waves, lead.head, begun=(wave,))
    return wave


async def pass_gate(unit: Unit, command: PassGate) -> RolloutWave:
    """Say that the manual gate of a wave holds; the next wave begins when it is due.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such wave in this tenant.
        RolloutIsElsewhere: The rollout is not running.
        WaveIsElsewhere: The wave has not begun.
        GateIsNotManual: The gate is not for a person to pass.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    lead = await lead_wave(unit, command.wave_id, (RolloutStatus.RUNNING,))
    wave = lead.wave(command.wave_id)
    check_begun(wave, unit.now)
    if wave.gate != MANUAL_GATE:
        raise GateIsNotManual(wave=wave.name, gate=wave.gate)
    return await gate_passed(unit, lead, wave, reason)


async def gate_passed(unit: Unit, lead: Lead, wave: RolloutWave, reason: str) -> RolloutWave:
    """Write that a gate holds, once."""
    if wave.gate_passed_at is None:
        wave.gate_passed_at, wave.gate_passed_by = unit.now, unit.scope.actor.id
        wave.gate_reason = reason
        await happened(unit, lead.rollout, RolloutEventKind.GATE_PASSED, wave=wave, reason=reason)
        await rollout_moved(unit, lead.rollout, "standards.pass_gate", wave=wave.name)
        await settle(unit, lead.rollout, lead.waves, lead.head)
    return wave


async def halt_rollout(unit: Unit, command: HaltRollout) -> Rollout:
    """Halt a rollout: no wave begins and no deadline brings the version into force until it is resumed.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such rollout in this tenant.
        RolloutIsElsewhere: It is not running.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    lead = await lead_rollout(unit, command.rollout_id, (RolloutStatus.RUNNING,))
    lead.rollout.status, lead.rollout.halted_at = RolloutStatus.HALTED.value, unit.now
    lead.rollout.halt_reason = reason
    await happened(unit, lead.rollout, RolloutEventKind.HALTED, reason=reason)
    await rollout_moved(unit, lead.rollout, "standards.halt_rollout")
    await settle(unit, lead.rollout, lead.waves, lead.head)
    return lead.rollout


async def resume_rollout(unit: Unit, rollout_id: UUID) -> Rollout:
    """Resume a halted rollout: units get back the time they had left before their deadlines.

    A rollout whose units were not all put into waves, because somebody stopped that, goes on with it.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such rollout in this tenant.
        RolloutIsElsewhere: It is not halted.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    lead = await lead_rollout(unit, rollout_id, (RolloutStatus.HALTED, RolloutStatus.STARTING))
    rollout = lead.rollout
    if rollout.halted_at is None:
        every = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
        await send_to_waves(unit, rollout, len(every))
        return await rollout_moved(unit, rollout, "standards.resume_rollout")
    begun = [wave for wave in lead.waves if state_of(wave, unit.now) is Phase.BEGUN]
    for wave in begun:
        if wave.deadline is not None and wave.deadline > rollout.halted_at:
            wave.deadline += unit.now - rollout.halted_at
    rollout.status, rollout.halted_at, rollout.halt_reason = RolloutStatus.RUNNING.value, None, ""
    await happened(unit, rollout, RolloutEventKind.RESUMED)
    await rollout_moved(unit, rollout, "standards.resume_rollout")
    for wave in begun:
        await reach(unit, wave)
    await settle(unit, rollout, lead.waves, lead.head)
    return rollout


async def roll_back_wave(unit: Unit, command: RollBackWave) -> RolloutWave:
    """Bring the units of a wave back to the version before, from now on; what was done until now stays as it was.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such wave in this tenant.
        RolloutIsElsewhere: The rollout has not started, or is over.
        WaveIsElsewhere: The wave has not begun, or is rolled back.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    lead = await lead_wave(unit, command.wave_id, (RolloutStatus.RUNNING, RolloutStatus.HALTED))
    wave = lead.wave(command.wave_id)
    check_begun(wave, unit.now)
    wave.rolled_back_at, wave.rollback_reason = unit.now, reason
    wave.gate_passed_at, wave.gate_passed_by, wave.gate_reason = None, None, ""
    await happened(unit, lead.rollout, RolloutEventKind.ROLLED_BACK, wave=wave, reason=reason)
    await forget_adoptions(unit, wave.id)
    await rollout_moved(unit, lead.rollout, "standards.roll_back_wave", wave=wave.name)
    await reach(unit, wave)
    await settle(unit, lead.rollout, lead.waves, lead.head)
    return wave


async def lead_wave(unit: Unit, wave_id: UUID, needed: Sequence[RolloutStatus]) -> Lead:
    """Take the rollout of a wave in hand."""
    rollout_id = await rollout_of_wave(unit, wave_id)
    if rollout_id is None:
        raise NotFound(kind="wave", key=str(wave_id))
    return await lead_rollout(unit, rollout_id, needed)


async def lead_rollout(unit: Unit, rollout_id: UUID, needed: Sequence[RolloutStatus]) -> Lead:
    """Take a rollout in hand that is where it must be; one that time has brought to its end is over."""
    rollout = await rollout_in(unit, rollout_id, list(RolloutStatus))
    head = await next_head(unit, rollout.code)
    waves = await waves_of(unit, rollout_id)
    over = over_at(waves) if rollout.status == RolloutStatus.RUNNING else None
    if over is not None and over <= unit.now:
        rollout.status = RolloutStatus.FINISHED.value
    check_status(rollout, needed)
    return Lead(rollout=rollout, waves=waves, head=head)


async def check_open(unit: Unit, lead: Lead, before: RolloutWave, gates: RolloutGates) -> None:
    """Refuse where the wave before has not begun, or its gate does not hold."""
    check_begun(before, unit.now)
    if opened_at(before, before.begins_at) is not None:
        return
    finding = await gates.find(before.gate, unit, asked_of(lead, before))
    if not finding.holds:
        raise GateDoesNotHold(wave=before.name, gate=before.gate, reason=finding.reason)
    before.gate_passed_at, before.gate_passed_by = unit.now, unit.scope.actor.id
    before.gate_reason = finding.reason
    await happened(unit, lead.rollout, RolloutEventKind.GATE_PASSED, wave=before, reason=finding.reason)


def asked_of(lead: Lead, wave: RolloutWave) -> GateAsked:
    """Give what a gate is asked about.

    Raises:
        RuntimeError: The wave has not begun; this is a mistake.
    """
    if wave.begins_at is None or lead.rollout.published_version_id is None:
        msg = f"The wave {wave.id} has not begun."
        raise RuntimeError(msg)
    return GateAsked(
        rollout_id=lead.rollout.id,
        wave_id=wave.id,
        code=lead.rollout.code,
        number=lead.rollout.number,
        published_version_id=lead.rollout.published_version_id,
        began_at=wave.begins_at,
    )


def state_of(wave: RolloutWave, now: datetime) -> Phase:
    """Tell where a wave is."""
    if wave.rolled_back_at is not None:
        return Phase.ROLLED_BACK
    return Phase.BEGUN if wave.begins_at is not None and wave.begins_at <= now else Phase.WAITING


def check_begun(wave: RolloutWave, now: datetime) -> None:
    """Refuse a wave that has not begun, or is rolled back."""
    state = state_of(wave, now)
    if state is not Phase.BEGUN:
        raise WaveIsElsewhere(wave=wave.name, state=state.value, needed=Phase.BEGUN.value)
