"""Refusals of rollouts: facts with a stable code."""

from typing import ClassVar
from uuid import UUID

from core.kernel.errors import DomainError, fact


@fact
class TenantInTwoWaves(DomainError):  # noqa: N818 - errors are facts
    """A unit is named in two waves of one plan.

    Attributes:
        tenant: The unit.
        waves: The names of the waves.
    """

    tenant: UUID
    waves: tuple[str, ...]
    code: ClassVar[str] = "standards.tenant_in_two_waves"

    @property
    def message(self) -> str:
        """Say which unit is named twice."""
        return f"The unit {self.tenant} is named in the waves {' and '.join(self.waves)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name each unit once; a unit that is named is left out of regions and percentages by itself."


@fact
class PercentagesExceed(DomainError):  # noqa: N818 - errors are facts
    """The percentages of a plan add up to more than 100.

    Attributes:
        total: What they add up to.
    """

    total: int
    code: ClassVar[str] = "standards.percentages_exceed"

    @property
    def message(self) -> str:
        """Say what they add up to."""
        return f"The percentages of the waves add up to {self.total}, more than 100."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Percentages are of all units that are neither named nor in a region; keep their sum at 100 or below."


@fact
class TenantIsNotBelow(DomainError):  # noqa: N818 - errors are facts
    """A plan names a tenant that is not a unit below the publisher.

    Attributes:
        tenant: The tenant that was named.
    """

    tenant: UUID
    code: ClassVar[str] = "standards.tenant_not_below"

    @property
    def message(self) -> str:
        """Say which tenant it is."""
        return f"The tenant {self.tenant} is not a unit below yours."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name units of your own part of the tree."


@fact
class UnknownGate(DomainError):  # noqa: N818 - errors are facts
    """Nobody knows a gate of that key.

    Attributes:
        gate: The key that was given.
        known: The keys that are known.
    """

    gate: str
    known: tuple[str, ...]
    code: ClassVar[str] = "standards.unknown_gate"

    @property
    def message(self) -> str:
        """Say what is unknown."""
        return f"There is no gate {self.gate}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return f"Use one of {', '.join(self.known)}."


@fact
class GateDoesNotHold(DomainError):  # noqa: N818 - errors are facts
    """The gate of the wave before does not hold.

    Attributes:
        wave: Name of the wave before.
        gate: Key of its gate.
        reason: Why it does not hold.
    """

    wave: str
    gate: str
    reason: str
    code: ClassVar[str] = "standards.gate_does_not_hold"

    @property
    def message(self) -> str:
        """Say which gate."""
        return f"The gate {self.gate} of the wave {self.wave} does not hold: {self.reason}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Wait until it holds; a manual gate is passed by somebody who looked."


@fact
class GateIsNotManual(DomainError):  # noqa: N818 - errors are facts
    """The gate of a wave is not for a person to pass.

    Attributes:
        wave: Name of the wave.
        gate: Key of its gate.
    """

    wave: str
    gate: str
    code: ClassVar[str] = "standards.gate_not_manual"

    @property
    def message(self) -> str:
        """Say what the gate is."""
        return f"The gate of the wave {self.wave} is {self.gate}, which nobody passes by hand."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Such a gate is found to hold by itself; choose a manual gate where a person decides."


@fact
class RolloutIsElsewhere(DomainError):  # noqa: N818 - errors are facts
    """The rollout is not at the point of its life that the act needs.

    Attributes:
        standard: Code of the standard.
        number: Number of the version.
        status: Where the rollout is.
        needed: Where it would have to be.
    """

    standard: str
    number: str
    status: str
    needed: str
    code: ClassVar[str] = "standards.rollout_elsewhere"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"The rollout of {self.standard} {self.number} is {self.status}, not {self.needed}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "A rollout is planned, started, halted and resumed until it is over; read it again."


@fact
class WaveIsElsewhere(DomainError):  # noqa: N818 - errors are facts
    """The wave is not where the act needs it to be.

    Attributes:
        wave: Name of the wave.
        state: Where it is.
        needed: Where it would have to be.
    """

    wave: str
    state: str
    needed: str
    code: ClassVar[str] = "standards.wave_elsewhere"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"The wave {self.wave} is {self.state}, not {self.needed}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Waves begin in their order; only what has begun can be rolled back."


@fact
class RolloutIsPlanned(DomainError):  # noqa: N818 - errors are facts
    """The version has a rollout already.

    Attributes:
        standard: Code of the standard.
        number: Number of the version.
    """

    standard: str
    number: str
    code: ClassVar[str] = "standards.rollout_planned"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"Version {self.number} of {self.standard} has a rollout already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Change its plan as long as it has not started."


@fact
class AlreadyOnVersion(DomainError):  # noqa: N818 - errors are facts
    """The version holds for the tenant already.

    Attributes:
        standard: Code of the standard.
        number: Number of the version.
    """

    standard: str
    number: str
    code: ClassVar[str] = "standards.already_on_version"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"Version {self.number} of {self.standard} holds for your tenant already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Nothing needs to be done."


@fact
class DifferenceHasChanged(DomainError):  # noqa: N818 - errors are facts
    """What changes for the tenant is not what was acknowledged.

    Attributes:
        given: The hash that was given.
        actual: The hash of what changes for the tenant now.
    """

    given: str
    actual: str
    code: ClassVar[str] = "standards.difference_changed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "What changes for your tenant is not, or no longer, what you acknowledge."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Read the difference again, and acknowledge it with its hash."
