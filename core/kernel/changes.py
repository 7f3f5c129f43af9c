"""Waiting for changes of a tenant, as the outbox tells of them, without asking again and again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, suppress
from typing import Protocol
from uuid import UUID


class Changes(Protocol):
    """Tells when a tenant has changed: one look at the outbox for all who wait in this process."""

    def following(self, tenant_id: UUID) -> AbstractContextManager[None]:
        """Follow a tenant as long as the block lasts."""
        ...

    def revision(self, tenant_id: UUID) -> int:
        """Give a number that goes up when the tenant changes while it is followed."""
        ...

    async def changed_since(self, tenant_id: UUID, revision: int) -> None:
        """Wait until a tenant has another revision."""
        ...


async def occasions(changes: Changes | None, tenant_id: UUID, at_least_every_s: float) -> AsyncGenerator[None]:
    """Tell when to look at something of a tenant: now, whenever the tenant has changed, and every few seconds.

    Args:
        changes: Tells of changes; without, only time does.
        tenant_id: The tenant.
        at_least_every_s: Seconds after which to look although nobody told of a change.
    """
    if changes is None:
        while True:
            yield
            await asyncio.sleep(at_least_every_s)
    with changes.following(tenant_id):
        while True:
            revision = changes.revision(tenant_id)
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(at_least_every_s):
                    await changes.changed_since(tenant_id, revision)
