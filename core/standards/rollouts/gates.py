"""Gates: what must hold before the next wave may begin.

Features above register theirs by key where the services are made; ``none`` and ``manual`` are known without that.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.services import Services
from core.kernel.unit import Unit
from core.standards.rollouts.errors import UnknownGate
from core.standards.rollouts.vocabulary import MANUAL_GATE, NO_GATE


@frozen(kw_only=True)
class GateAsked:
    """What a gate is asked about.

    Attributes:
        rollout_id: The rollout.
        wave_id: The wave whose gate it is.
        code: The standard.
        number: The version's number.
        published_version_id: The version.
        began_at: Since when the wave has begun.
    """

    rollout_id: UUID
    wave_id: UUID
    code: str
    number: str
    published_version_id: UUID
    began_at: datetime


@frozen(kw_only=True)
class GateFinding:
    """Whether a gate holds, and why or why not, in words without personal data."""

    holds: bool
    reason: str


class RolloutGate(Protocol):
    """A gate that looks at figures by itself."""

    @property
    def key(self) -> str:
        """Its stable name, ``<feature>.<what must hold>``."""
        ...

    async def find(self, unit: Unit, asked: GateAsked) -> GateFinding:
        """Find out, in the publisher's scope and without writing anything, whether it holds."""
        ...


class RolloutGates:
    """The gates that are known, by key."""

    def __init__(self, gates: Iterable[RolloutGate] = ()) -> None:
        self._known = {gate.key: gate for gate in gates}

    def register(self, gate: RolloutGate) -> None:
        """Make a gate known.

        Raises:
            ValueError: There is one of that key; this is a mistake in the wiring.
        """
        if gate.key in self.keys:
            msg = f"There is a gate {gate.key} already."
            raise ValueError(msg)
        self._known[gate.key] = gate

    @property
    def keys(self) -> tuple[str, ...]:
        """Name all that are known."""
        return (NO_GATE, MANUAL_GATE, *sorted(self._known))

    def check(self, key: str) -> None:
        """Refuse a gate that nobody knows."""
        if key not in self.keys:
            raise UnknownGate(gate=key, known=self.keys)

    async def find(self, key: str, unit: Unit, asked: GateAsked) -> GateFinding:
        """Ask a gate; one that is known no longer does not hold."""
        gate = self._known.get(key)
        if gate is None:
            return GateFinding(holds=False, reason="It has not been passed.")
        return await gate.find(unit, asked)


def gates_in(services: Services) -> RolloutGates:
    """Give the gates that are wired, or the built-in ones alone."""
    try:
        return services.get(RolloutGates)
    except LookupError:
        return RolloutGates()
