"""A unit of work: one transaction inside one tenant, with the clock and the directory that belong to it.

An act is the same without a transaction: what is to be written by one statement is made up before any connection is
taken.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.clock import Clock
from core.kernel.directory import Directory
from core.kernel.hints import hint
from core.kernel.scope import Scope


class Acting(Protocol):
    """Who acts, where and when: all that a row needs to know of whoever writes it."""

    @property
    def scope(self) -> Scope:
        """Who acts, where and with which permissions."""
        ...

    @property
    def now(self) -> datetime:
        """The instant of the act."""
        ...

    @property
    def tenant_id(self) -> UUID:
        """The tenant acted in."""
        ...

    @property
    def network_id(self) -> UUID:
        """The network of that tenant."""
        ...

    def wake(self) -> None:
        """Have whoever looks for work woken once this is committed."""
        ...


@dataclass(slots=True)
class Act:
    """An act that is made up before a connection is taken.

    Attributes:
        scope: Who acts, where and with which permissions.
        now: The instant of the act.
        directory: Answers about the tenant tree, as in a unit.
        wakes: Whether whoever looks for work is to be woken once it is committed.
    """

    scope: Scope
    now: datetime
    directory: Directory | None = None
    wakes: bool = False

    @property
    def tenant_id(self) -> UUID:
        """The tenant acted in."""
        return self.scope.tenant_id

    @property
    def network_id(self) -> UUID:
        """The network of that tenant."""
        return self.scope.network_id

    def wake(self) -> None:
        """Have whoever looks for work woken once this is committed."""
        self.wakes = True


@dataclass(slots=True)
class Unit:
    """What every use case receives.

    Attributes:
        session: The open transaction, walled to the scope's tenant.
        scope: Who acts, where and with which permissions.
        clock: Tells the instant the use case works at.
        directory: Answers about the tenant tree; ``None`` where a use case needs none.
        lock: Taken around each statement by readers that may run side by side on this one connection.
    """

    session: AsyncSession
    scope: Scope
    clock: Clock
    directory: Directory | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def now(self) -> datetime:
        """The instant the unit works at."""
        return self.clock.now()

    @property
    def tenant_id(self) -> UUID:
        """The tenant the unit is walled to."""
        return self.scope.tenant_id

    @property
    def network_id(self) -> UUID:
        """The network of that tenant."""
        return self.scope.network_id

    def wake(self) -> None:
        """Have whoever looks for work woken once this is committed."""
        hint(self.session)

    @property
    def tree(self) -> Directory:
        """The directory, where the caller cannot go on without one.

        Raises:
            RuntimeError: The unit was opened without a directory; this is a mistake in the wiring.
        """
        if self.directory is None:
            msg = "This use case asks about the tenant tree, but its unit was opened without a directory."
            raise RuntimeError(msg)
        return self.directory
