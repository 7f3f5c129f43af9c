"""Plan the rollout of an approved version, and change the plan as long as it has not started."""

from collections.abc import Sequence
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.models import Standard, StandardVersion
from core.standards.permissions import ROLL_OUT_STANDARDS
from core.standards.repository.drafts import standard_of, version_by_id
from core.standards.rollouts.errors import RolloutIsElsewhere, RolloutIsPlanned
from core.standards.rollouts.gates import RolloutGates
from core.standards.rollouts.models import Rollout, RolloutWave
from core.standards.rollouts.policy.plans import REMINDER_DAYS, WavePlan, check_plan, checked_reminders
from core.standards.rollouts.repository.plans import drop_waves, rollout_by_id, rollout_of_version
from core.standards.rollouts.vocabulary import RolloutStatus
from core.standards.vocabulary import VersionStatus


@frozen(kw_only=True)
class PlanRollout:
    """Plan a rollout.

    Attributes:
        version_id: The approved version.
        waves: The waves in their order; the last is the rest.
        reminder_days: How many days before a deadline units are reminded.
    """

    version_id: UUID
    waves: Sequence[WavePlan]
    reminder_days: Sequence[int] = REMINDER_DAYS


@frozen(kw_only=True)
class ChangeRollout:
    """Write a plan anew.

    Attributes:
        rollout_id: The rollout.
        expected_revision: Its revision as it was read.
        waves: The waves in their order.
        reminder_days: How many days before a deadline units are reminded.
    """

    rollout_id: UUID
    expected_revision: int
    waves: Sequence[WavePlan]
    reminder_days: Sequence[int] = REMINDER_DAYS


async def plan_rollout(unit: Unit, command: PlanRollout, gates: RolloutGates) -> Rollout:
    """Plan the rollout of a version; publishing the version starts it.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is not approved, or published already.
        RolloutIsPlanned: It has a rollout already.
        InvalidInput: The plan is not well formed.
        TenantInTwoWaves: A unit is named twice.
        TenantIsNotBelow: A tenant that is named is no unit below.
        PercentagesExceed: The percentages add up to more than 100.
        UnknownGate: Nobody knows one of the gates.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    standard, version = await approved_version(unit, command.version_id)
    await check_waves(unit, command.waves, gates)
    if await rollout_of_version(unit, version.id) is not None:
        raise RolloutIsPlanned(standard=standard.code, number=version.number)
    rollout = Rollout(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        version_id=version.id,
        code=standard.code,
        number=version.number,
        status=RolloutStatus.PLANNED.value,
        reminder_days=checked_reminders(command.reminder_days),
        author_id=unit.scope.actor.id,
        revision=0,
        recorded_at=recorded_now(),
    )
    unit.session.add(rollout)
    await unit.session.flush()
    await write_waves(unit, rollout, command.waves)
    return await rollout_moved(unit, rollout, "standards.plan_rollout")


async def change_rollout(unit: Unit, command: ChangeRollout, gates: RolloutGates) -> Rollout:
    """Write the plan of a rollout anew; who is in which wave is decided when it starts.

    Raises:
        NotPermitted: The actor may not roll out.
        NotFound: There is no such rollout in this tenant.
        RolloutIsElsewhere: It has started.
        StaleEdit: It was changed since it was read.
        InvalidInput: The plan is not well formed.
        TenantInTwoWaves: A unit is named twice.
        TenantIsNotBelow: A tenant that is named is no unit below.
        PercentagesExceed: The percentages add up to more than 100.
        UnknownGate: Nobody knows one of the gates.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    rollout = await rollout_in(unit, command.rollout_id, (RolloutStatus.PLANNED,))
    if rollout.revision != command.expected_revision:
        raise StaleEdit(kind="rollout", expected=command.expected_revision, actual=rollout.revision)
    await check_waves(unit, command.waves, gates)
    rollout.reminder_days = checked_reminders(command.reminder_days)
    await drop_waves(unit, rollout.id)
    await write_waves(unit, rollout, command.waves)
    return await rollout_moved(unit, rollout, "standards.change_rollout")


async def approved_version(unit: Unit, version_id: UUID) -> tuple[Standard, StandardVersion]:
    """Find a version that may be published."""
    version = await version_by_id(unit, version_id)
    if version is None:
        raise NotFound(kind="version", key=str(version_id))
    standard = await standard_of(unit, version)
    if version.status != VersionStatus.APPROVED:
        raise VersionIsElsewhere(
            standard=standard.code, number=version.number, status=version.status, needed=VersionStatus.APPROVED.value
        )
    return standard, version


async def check_waves(unit: Unit, waves: Sequence[WavePlan], gates: RolloutGates) -> None:
    """Refuse waves that are not well formed, or name what nobody knows."""
    check_plan(waves, await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now))
    for wave in waves:
        gates.check(wave.gate)


async def write_waves(unit: Unit, rollout: Rollout, waves: Sequence[WavePlan]) -> None:
    """Write the waves of a plan."""
    unit.session.add_all(
        RolloutWave(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            rollout_id=rollout.id,
            position=position,
            name=wave.name.strip(),
            kind=wave.kind.value,
            tenant_ids=[str(one) for one in dict.fromkeys(wave.tenants)],
            percentage=wave.percentage,
            mode=wave.mode.value,
            gate=wave.gate,
            starts_at=wave.starts_at,
            starts_after=wave.starts_after,
            deadline_at=wave.deadline_at,
            deadline_after=wave.deadline_after,
        )
        for position, wave in enumerate(waves, start=1)
    )
    await unit.session.flush()


async def rollout_in(unit: Unit, rollout_id: UUID, needed: Sequence[RolloutStatus]) -> Rollout:
    """Lock a rollout that is where it must be."""
    rollout = await rollout_by_id(unit, rollout_id)
    if rollout is None:
        raise NotFound(kind="rollout", key=str(rollout_id))
    check_status(rollout, needed)
    return rollout


def check_status(rollout: Rollout, needed: Sequence[RolloutStatus]) -> None:
    """Refuse a rollout that is not where it must be."""
    if rollout.status not in needed:
        names = " or ".join(needed)
        raise RolloutIsElsewhere(standard=rollout.code, number=rollout.number, status=rollout.status, needed=names)


async def rollout_moved(unit: Unit, rollout: Rollout, action: str, **details: str) -> Rollout:
    """Write the next revision of a rollout with its audit entry and event."""
    rollout.revision, rollout.recorded_at = rollout.revision + 1, recorded_now()
    await unit.session.flush()
    facts = {"code": rollout.code, "number": rollout.number, "revision": rollout.revision, "status": rollout.status}
    await record_act(unit, action=action, subject_kind="rollout", subject_id=rollout.id, details={**facts, **details})
    await send(unit, "standards.rollout_moved", {"rollout_id": rollout.id, "revision": rollout.revision})
    return rollout
