"""What a handler receives, and what all background work stands on."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from core.kernel.clock import Clock, SystemClock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.pace import Pace
from core.kernel.permissions import every_permission
from core.kernel.receipts import receive
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.started import Started
from core.kernel.unit import Unit


@frozen(kw_only=True)
class Background:
    """What background work stands on: one per process.

    Attributes:
        database: The database.
        services: Implementations by Protocol; ``Directory`` must be among them.
        clock: Tells what is due.
        pace: Times and amounts.
    """

    database: Database
    services: Services
    clock: Clock = field(default_factory=SystemClock)
    pace: Pace = field(default_factory=Pace)


@dataclass(slots=True, kw_only=True)
class Work:
    """One attempt at an event or command, in the scope of the tenant it is meant for.

    Attributes:
        started: The event or command.
        scope: The system as actor, in the target tenant, with every permission.
        background: What the process stands on.
        effects: How many transactions that leave a receipt were opened.
    """

    started: Started
    scope: Scope
    background: Background
    effects: int = 0

    @property
    def payload(self) -> Mapping[str, Any]:
        """Ids and figures that were sent along."""
        return self.started.payload

    @property
    def command_id(self) -> UUID:
        """The id of the event or command; the same in every attempt."""
        return self.started.command_id

    @property
    def attempt(self) -> int:
        """1 for the first attempt."""
        return self.started.attempt

    @property
    def clock(self) -> Clock:
        """Tells the instant the work is done at."""
        return self.background.clock

    @property
    def services(self) -> Services:
        """Implementations by Protocol."""
        return self.background.services

    @property
    def directory(self) -> Directory:
        """Answers about the tenant tree."""
        return self.services.get(Directory)

    @asynccontextmanager
    async def senders_unit(self) -> AsyncGenerator[Unit, None]:
        """Read in the tenant that sent the command, which carries ids alone."""
        sender = self.started.tenant_id
        theirs = replace(self.scope, tenant_id=sender, lineage=(sender,))
        async with self.background.database.unit(theirs, clock=self.clock, read_only=True) as unit:
            yield unit

    @asynccontextmanager
    async def unit(self, *, read_only: bool = False, once: bool | None = None) -> AsyncGenerator[Unit, None]:
        """Open a transaction in the tenant.

        Args:
            read_only: Read one snapshot and write nothing.
            once: Leave a receipt, so that a repeated run ends here and the effect is there once. This is always so
                for a command from another tenant, whose whole effect is therefore one transaction.

        Raises:
            RuntimeError: A second transaction that leaves a receipt was opened; this is a mistake in the handler.
        """
        receipt = not read_only and (self.started.crosses if once is None else once)
        if receipt and self.effects:
            msg = f"{self.started.topic}: an effect that happens once is one transaction; send a command for the rest."
            raise RuntimeError(msg)
        async with self.background.database.unit(
            self.scope, clock=self.clock, directory=self.directory, read_only=read_only
        ) as unit:
            if receipt:
                self.effects += 1
                await receive(unit, self.started)
            yield unit

    @asynccontextmanager
    async def unit_in(self, tenant_id: UUID, lineage: tuple[UUID, ...]) -> AsyncGenerator[Unit, None]:
        """Open a transaction in one of the tenants that one command is for, on behalf of whoever sent it.

        Each of them keeps a receipt, so that a repeated run does what is left in the others.

        Args:
            tenant_id: The tenant, which is of the same network.
            lineage: The tenant and all above it, root first.

        Raises:
            AlreadyReceived: The command had its effect in this tenant before.
        """
        scope = replace(self.scope, tenant_id=tenant_id, lineage=lineage, on_behalf_of=self.scope.tenant_id)
        async with self.background.database.unit(scope, clock=self.clock, directory=self.directory) as unit:
            await receive(unit, self.started)
            yield unit


async def open_work(background: Background, started: Started) -> Work:
    """Build the scope in which an event or command is handled.

    Raises:
        NotFound: The target is not a tenant of the sender's network.
    """
    now = background.clock.now()
    directory = background.services.get(Directory)
    lineage = await directory.lineage(started.network_id, started.target_tenant_id, now)
    if not lineage:
        raise NotFound(kind="tenant", key=str(started.target_tenant_id))
    scope = Scope(
        network_id=started.network_id,
        tenant_id=started.target_tenant_id,
        lineage=lineage,
        actor=Actor(ActorKind.SYSTEM, started.command_id),
        permissions=every_permission(),
        instant=now,
        on_behalf_of=started.tenant_id if started.crosses else None,
    )
    return Work(started=started, scope=scope, background=background)
