"""Which tenants have changed, as the outbox tells: one look for all live queries of the process, however many.

Every change sends an event or a command, committed with what it changed. A notification wakes the feed, which then
reads the keys of the rows sent or done lately; they are remembered by their ids, since rows do not become visible in
the order of their making. Without a notification the feed looks now and then; without live queries it rests.
"""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog

from core.kernel.clock import recorded_now
from core.kernel.database import Database
from core.kernel.roles import Role
from gateway.worker.hints import listen

LOOK_EVERY_S = 1.0
GATHER_S = 0.05
LOOK_BACK = timedelta(seconds=15)
"""Longer than a transaction that writes may take."""

LATELY = sa.text(
    "SELECT id, tenant_id, false FROM outbox WHERE tenant_id = ANY(:tenants) AND id > :floor"
    " UNION ALL"
    " SELECT id, tenant_id, true FROM outbox WHERE status = 'done' AND finished_at > :since"
)

log = structlog.get_logger("touchstone.live")


class ChangeFeed:
    """Tells when a tenant has changed.

    Args:
        database: Where the outbox is.
        look_every_s: Seconds between two looks when nobody notifies.
    """

    def __init__(self, database: Database, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._database = database
        self._look_every_s = look_every_s
        self._followed: Counter[UUID] = Counter()
        self._revisions: Counter[UUID] = Counter()
        self._changed = asyncio.Condition()
        self._seen: frozenset[tuple[UUID, bool]] = frozenset()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def following(self, tenant_id: UUID) -> Generator[None]:
        """Follow a tenant as long as the block lasts."""
        self._followed[tenant_id] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._followed[tenant_id] -= 1
            if not self._followed[tenant_id]:
                del self._followed[tenant_id]
                self._revisions.pop(tenant_id, None)
            if not self._followed:
                self._rest()

    def _rest(self) -> None:
        """Look no more until somebody follows a tenant again."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def revision(self, tenant_id: UUID) -> int:
        """Give a number that goes up when the tenant changes while it is followed."""
        return self._revisions[tenant_id]

    async def changed_since(self, tenant_id: UUID, revision: int) -> None:
        """Wait until a tenant has another revision."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._revisions[tenant_id] != revision)

    async def _run(self) -> None:
        hint, stop = asyncio.Event(), asyncio.Event()
        listening = asyncio.create_task(listen(self._database, hint, stop))
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look_every_s):
                        await hint.wait()
                # Whoever commits next is looked at together with whoever woke us.
                await asyncio.sleep(GATHER_S)
                hint.clear()
        finally:
            stop.set()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _look(self) -> None:
        try:
            rows = await self._lately()
        except Exception as error:  # noqa: BLE001 - looked at again a moment later
            log.warning("live.feed_lost", error=type(error).__name__)
            return
        fresh = {tenant for key, tenant in rows.items() if key not in self._seen}
        self._seen = frozenset(rows)
        told = fresh & set(self._followed)
        if told:
            async with self._changed:
                self._revisions.update(told)
                self._changed.notify_all()

    async def _lately(self) -> dict[tuple[UUID, bool], UUID]:
        """Read the keys of what the tenants sent lately, and of what was done lately; its role sees nothing else."""
        since = recorded_now() - LOOK_BACK
        given = {"tenants": list(self._followed), "floor": first_id(since), "since": since}
        async with self._database.transaction(Role.WORKER, {}, read_only=True) as session:
            found = await session.execute(LATELY, given)
            return {(one[0], one[2]): one[1] for one in found}


def first_id(instant: datetime) -> UUID:
    """Give the least id (UUIDv7, RFC 9562, section 5.7) made at an instant."""
    return UUID(int=(int(instant.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))
