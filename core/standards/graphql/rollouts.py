"""Queries and mutations of rollouts."""

from core.kernel.errors import DomainError, InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.unit import Unit
from core.standards.errors import CodeIsTaken, VersionIsElsewhere, VersionIsNotNewer
from core.standards.graphql.rollout_inputs import (
    AcknowledgeVersionInput,
    AdoptVersionInput,
    ChangeRolloutInput,
    HaltRolloutInput,
    PassGateInput,
    PlanRolloutInput,
    ResumeRolloutInput,
    RollBackWaveInput,
    StartRolloutInput,
    StartWaveInput,
)
from core.standards.graphql.rollout_types import (
    AcknowledgementType,
    AdoptionType,
    RolloutFilter,
    RolloutType,
    RolloutWaveType,
    TenantRolloutType,
    own_rollout_shown,
)
from core.standards.permissions import ADOPT_STANDARDS, READ_STANDARDS, ROLL_OUT_STANDARDS
from core.standards.rollouts import acknowledge as acknowledging
from core.standards.rollouts import adopt as adopting
from core.standards.rollouts import lead as leading
from core.standards.rollouts import mine
from core.standards.rollouts import plan as planning
from core.standards.rollouts import start as starting
from core.standards.rollouts.errors import (
    AlreadyOnVersion,
    DifferenceHasChanged,
    GateDoesNotHold,
    GateIsNotManual,
    PercentagesExceed,
    RolloutIsElsewhere,
    RolloutIsPlanned,
    TenantInTwoWaves,
    TenantIsNotBelow,
    UnknownGate,
    WaveIsElsewhere,
)
from core.standards.rollouts.gates import gates_in

PLANNING: tuple[type[DomainError], ...] = (
    InvalidInput,
    NotFound,
    TenantInTwoWaves,
    TenantIsNotBelow,
    PercentagesExceed,
    UnknownGate,
)
LEADING: tuple[type[DomainError], ...] = (InvalidInput, NotFound, RolloutIsElsewhere, WaveIsElsewhere)
COST = 50

rollouts = query_connection(
    "rollouts",
    RolloutType,
    order=("-id",),
    filter=RolloutFilter,
    description="The rollouts that the tenant acted in has planned or leads, the latest first.",
)
rollout = query_one("rollout", RolloutType, description="Such a rollout, with its waves and their counts.")


@query_field(
    permission=READ_STANDARDS,
    description="The rollouts that concern the tenant acted in, with what each changes for it.",
    arguments={"code": "Of this standard alone."},
    cost=COST,
)
async def my_rollouts(unit: Unit, code: str | None = None) -> list[TenantRolloutType]:
    """List own rollouts."""
    return [own_rollout_shown(one) for one in await mine.my_rollouts(unit, code)]


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("PlanRolloutSuccess", rollout=RolloutType),
    errors=(*PLANNING, VersionIsElsewhere, RolloutIsPlanned),
    description="Plans in which waves an approved version reaches the units below; publishing it starts the rollout.",
)
async def plan_rollout(unit: Unit, context: RequestContext, input: PlanRolloutInput) -> Refs:
    """Plan a rollout."""
    gates = gates_in(context.services)
    return Refs(rollout=(await planning.plan_rollout(unit, input.to_command(), gates)).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("ChangeRolloutSuccess", rollout=RolloutType),
    errors=(*PLANNING, StaleEdit, RolloutIsElsewhere),
    description="Writes a plan anew that has not started.",
)
async def change_rollout(unit: Unit, context: RequestContext, input: ChangeRolloutInput) -> Refs:
    """Change a plan."""
    gates = gates_in(context.services)
    return Refs(rollout=(await planning.change_rollout(unit, input.to_command(), gates)).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("StartRolloutSuccess", rollout=RolloutType),
    errors=(InvalidInput, NotFound, StaleEdit, RolloutIsElsewhere, VersionIsElsewhere, VersionIsNotNewer, CodeIsTaken),
    description="Publishes the version of a rollout; its first wave begins once every unit is put into one.",
)
async def start_rollout(unit: Unit, input: StartRolloutInput) -> Refs:
    """Start a rollout."""
    return Refs(rollout=(await starting.start_rollout(unit, input.to_command())).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("StartWaveSuccess", wave=RolloutWaveType),
    errors=(*LEADING, GateDoesNotHold),
    description="Lets a wave begin now, by hand; one that was rolled back begins again.",
)
async def start_wave(unit: Unit, context: RequestContext, input: StartWaveInput) -> Refs:
    """Let a wave begin."""
    gates = gates_in(context.services)
    return Refs(wave=(await leading.start_wave(unit, input.to_command(), gates)).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("PassGateSuccess", wave=RolloutWaveType),
    errors=(*LEADING, GateIsNotManual),
    description="Says that the manual gate of a wave holds; the next wave begins when it is due.",
)
async def pass_gate(unit: Unit, input: PassGateInput) -> Refs:
    """Pass a gate."""
    return Refs(wave=(await leading.pass_gate(unit, input.to_command())).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("HaltRolloutSuccess", rollout=RolloutType),
    errors=(InvalidInput, NotFound, RolloutIsElsewhere),
    description="Halts a rollout: no wave begins and no deadline brings the version into force until it is resumed.",
)
async def halt_rollout(unit: Unit, input: HaltRolloutInput) -> Refs:
    """Halt a rollout."""
    return Refs(rollout=(await leading.halt_rollout(unit, input.to_command())).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("ResumeRolloutSuccess", rollout=RolloutType),
    errors=(NotFound, RolloutIsElsewhere),
    description="Lets a halted rollout go on; units get back the time they had left before their deadlines.",
)
async def resume_rollout(unit: Unit, input: ResumeRolloutInput) -> Refs:
    """Resume a rollout."""
    return Refs(rollout=(await leading.resume_rollout(unit, local_id(RolloutType, input.rollout))).id)


@mutation(
    permission=ROLL_OUT_STANDARDS,
    success=payload("RollBackWaveSuccess", wave=RolloutWaveType),
    errors=LEADING,
    description="Brings the units of a wave back to the version before, from now on.",
)
async def roll_back_wave(unit: Unit, input: RollBackWaveInput) -> Refs:
    """Roll a wave back."""
    return Refs(wave=(await leading.roll_back_wave(unit, input.to_command())).id)


@mutation(
    permission=ADOPT_STANDARDS,
    success=payload("AdoptVersionSuccess", adoption=AdoptionType),
    errors=(*LEADING, VersionIsElsewhere, AlreadyOnVersion),
    description="Takes a version for the tenant acted in from now on, ahead of its wave or deadline.",
)
async def adopt_version(unit: Unit, input: AdoptVersionInput) -> Refs:
    """Adopt a version."""
    return Refs(adoption=(await adopting.adopt_version(unit, input.to_command())).id)


@mutation(
    permission=ADOPT_STANDARDS,
    success=payload("AcknowledgeVersionSuccess", acknowledgement=AcknowledgementType),
    errors=(*LEADING, VersionIsElsewhere, DifferenceHasChanged),
    description="Acknowledges for the tenant acted in what a version changes; a later change is asked about again.",
)
async def acknowledge_version(unit: Unit, input: AcknowledgeVersionInput) -> Refs:
    """Acknowledge a version."""
    return Refs(acknowledgement=(await acknowledging.acknowledge_version(unit, input.to_command())).id)


QUERIES = (rollouts, rollout, my_rollouts)
MUTATIONS = (
    plan_rollout,
    change_rollout,
    start_rollout,
    start_wave,
    pass_gate,
    halt_rollout,
    resume_rollout,
    roll_back_wave,
    adopt_version,
    acknowledge_version,
)
