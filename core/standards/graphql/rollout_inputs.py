"""Inputs of rollouts."""

from datetime import datetime

import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.standards.graphql.rollout_types import RolloutType, RolloutWaveType
from core.standards.graphql.rollout_vocabulary import RolloutMode, WaveKind
from core.standards.graphql.types import StandardVersionType
from core.standards.rollouts import acknowledge as acknowledging
from core.standards.rollouts import adopt as adopting
from core.standards.rollouts import lead as leading
from core.standards.rollouts import plan as planning
from core.standards.rollouts import start as starting
from core.standards.rollouts.policy.plans import REMINDER_DAYS, WavePlan
from core.standards.rollouts.vocabulary import NO_GATE


@input_type(description="One wave of a plan; its times are optional.")
class RolloutWaveInput:
    """One wave."""

    name: str = strawberry.field(description="What it is called.")
    kind: WaveKind = strawberry.field(description="How it is said who is in it; the last wave is the rest.")
    tenants: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="For named units or regions: the tenants."
    )
    percentage: int | None = strawberry.field(default=None, description="For a percentage: from 1 to 100.")
    mode: RolloutMode = strawberry.field(default=RolloutMode.ENFORCED, description="What its beginning does.")
    gate: str = strawberry.field(
        default=NO_GATE,
        description="Key of what must hold before the next wave: `none`, `manual`, or one that a feature offers.",
    )
    starts_at: datetime | None = strawberry.field(default=None, description="When it is to begin.")
    starts_after: int | None = strawberry.field(
        default=None,
        description="How many seconds after the wave before; by hand where neither is given, but for the first wave.",
    )
    deadline_at: datetime | None = strawberry.field(default=None, description="When its units adopt by default.")
    deadline_after: int | None = strawberry.field(
        default=None, description="How many seconds after its beginning they do."
    )

    def to_plan(self) -> WavePlan:
        """Give the wave."""
        return WavePlan(
            name=self.name,
            kind=self.kind,
            tenants=tuple(local_id("Tenant", one) for one in self.tenants),
            percentage=self.percentage,
            mode=self.mode,
            gate=self.gate,
            starts_at=self.starts_at,
            starts_after=self.starts_after,
            deadline_at=self.deadline_at,
            deadline_after=self.deadline_after,
        )


def usual_days() -> list[int]:
    """Give the days on which units are reminded where a plan says nothing else."""
    return list(REMINDER_DAYS)


@input_type(description="Which version is rolled out, and in which waves.")
class PlanRolloutInput:
    """A plan."""

    version: strawberry.ID = strawberry.field(description="The approved version.")
    waves: list[RolloutWaveInput] = strawberry.field(description="The waves in their order; the last is the rest.")
    reminder_days: list[int] = strawberry.field(
        default_factory=usual_days, description="How many days before a deadline units are reminded."
    )

    def to_command(self) -> planning.PlanRollout:
        """Give the command."""
        return planning.PlanRollout(
            version_id=local_id(StandardVersionType, self.version),
            waves=[one.to_plan() for one in self.waves],
            reminder_days=self.reminder_days,
        )


@input_type(description="Which plan is written anew, and how.")
class ChangeRolloutInput:
    """A plan written anew."""

    rollout: strawberry.ID = strawberry.field(description="The rollout.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    waves: list[RolloutWaveInput] = strawberry.field(description="The waves in their order; the last is the rest.")
    reminder_days: list[int] = strawberry.field(
        default_factory=usual_days, description="How many days before a deadline units are reminded."
    )

    def to_command(self) -> planning.ChangeRollout:
        """Give the command."""
        return planning.ChangeRollout(
            rollout_id=local_id(RolloutType, self.rollout),
            expected_revision=self.expected_revision,
            waves=[one.to_plan() for one in self.waves],
            reminder_days=self.reminder_days,
        )


@input_type(description="Which rollout starts, and since when its version may hold.")
class StartRolloutInput:
    """Which rollout starts."""

    rollout: strawberry.ID = strawberry.field(description="The planned rollout.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    valid_from: datetime | None = strawberry.field(default=None, description="Since when it may hold; now by default.")

    def to_command(self) -> starting.StartRollout:
        """Give the command."""
        return starting.StartRollout(
            rollout_id=local_id(RolloutType, self.rollout),
            expected_revision=self.expected_revision,
            valid_from=self.valid_from,
        )


@input_type(description="Which wave begins now, by hand.")
class StartWaveInput:
    """Which wave begins."""

    wave: strawberry.ID = strawberry.field(description="The wave.")
    deadline: datetime | None = strawberry.field(default=None, description="Another deadline than planned.")

    def to_command(self) -> leading.StartWave:
        """Give the command."""
        return leading.StartWave(wave_id=local_id(RolloutWaveType, self.wave), deadline=self.deadline)


@input_type(description="Which wave's manual gate holds, and why.")
class PassGateInput:
    """Which gate holds."""

    wave: strawberry.ID = strawberry.field(description="The wave.")
    reason: str = strawberry.field(description="What was looked at, and found.")

    def to_command(self) -> leading.PassGate:
        """Give the command."""
        return leading.PassGate(wave_id=local_id(RolloutWaveType, self.wave), reason=self.reason)


@input_type(description="Which rollout is halted, and why.")
class HaltRolloutInput:
    """Which rollout is halted."""

    rollout: strawberry.ID = strawberry.field(description="The rollout.")
    reason: str = strawberry.field(description="Why.")

    def to_command(self) -> leading.HaltRollout:
        """Give the command."""
        return leading.HaltRollout(rollout_id=local_id(RolloutType, self.rollout), reason=self.reason)


@input_type(description="Which rollout goes on.")
class ResumeRolloutInput:
    """Which rollout goes on."""

    rollout: strawberry.ID = strawberry.field(description="The rollout.")


@input_type(description="Which wave is rolled back, and why.")
class RollBackWaveInput:
    """Which wave is rolled back."""

    wave: strawberry.ID = strawberry.field(description="The wave.")
    reason: str = strawberry.field(description="Why.")

    def to_command(self) -> leading.RollBackWave:
        """Give the command."""
        return leading.RollBackWave(wave_id=local_id(RolloutWaveType, self.wave), reason=self.reason)


@input_type(description="Which version the tenant takes now, and why.")
class AdoptVersionInput:
    """Which version is adopted."""

    code: str = strawberry.field(description="The standard's name in the network.")
    version: str = strawberry.field(description="The version's number.")
    reason: str = strawberry.field(description="Why now.")

    def to_command(self) -> adopting.AdoptVersion:
        """Give the command."""
        return adopting.AdoptVersion(code=self.code, number=self.version, reason=self.reason)


@input_type(description="Which version is acknowledged, and what it changes.")
class AcknowledgeVersionInput:
    """Which version is acknowledged."""

    code: str = strawberry.field(description="The standard's name in the network.")
    version: str = strawberry.field(description="The version's number.")
    difference_hash: str = strawberry.field(description="Hash of what changes for the tenant, as `myRollouts` gave it.")

    def to_command(self) -> acknowledging.AcknowledgeVersion:
        """Give the command."""
        return acknowledging.AcknowledgeVersion(
            code=self.code, number=self.version, difference_hash=self.difference_hash
        )
