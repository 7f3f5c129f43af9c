"""Small typed builders for the plugin host."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from touchstone_sdk import JsonValue

from core.kernel.scope import Actor, ActorKind, Scope
from core.plugin_host.activation import ActivationState

GRANTED = frozenset({"records.read", "standards.read"})
ALLOWED = ActivationState(approved=True, enabled=True, scopes=GRANTED)


def a_scope() -> Scope:
    """The root tenant of a network of its own."""
    tenant = uuid4()
    return Scope(
        network_id=uuid4(),
        tenant_id=tenant,
        lineage=(tenant,),
        actor=Actor(kind=ActorKind.SYSTEM, id=uuid4()),
        permissions=frozenset(),
        instant=datetime(2026, 11, 21, tzinfo=UTC),
    )


@dataclass
class Activations:
    """Activations kept in memory; what is not set is allowed."""

    states: dict[tuple[Scope, str], ActivationState] = field(default_factory=dict[tuple[Scope, str], ActivationState])

    async def state(self, scope: Scope, plugin: str) -> ActivationState:
        await asyncio.sleep(0)
        return self.states.get((scope, plugin), ALLOWED)

    def configure(self, scope: Scope, plugin: str, config: Mapping[str, JsonValue]) -> None:
        self.states[scope, plugin] = replace(ALLOWED, config=config)


@dataclass
class Stopwatch:
    """A monotonic clock that stands still until it is moved."""

    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds
