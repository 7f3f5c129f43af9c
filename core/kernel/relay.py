"""The relay: finds what is due as the worker role, claims it inside its tenant, and hands it over.

PostgreSQL is the truth. A row that is handed over or running is lent for a while; when the time ends without an
answer (the worker died, the queue was wiped, this process was killed in between), the same look that finds new rows
finds it again. Hence nothing needs repair after a crash, and whatever is handed over may be handed over twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog

from core.kernel import outbox_rows
from core.kernel.clock import recorded_now
from core.kernel.handlers import HANDLERS, Following, tell_given_up
from core.kernel.outbox_rows import DEAD, DONE, Claimed, Tenancy
from core.kernel.queue import Handover, Queue, QueueIsDown
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.timers import fire_due, ring_after, tenants_with_timers
from core.kernel.work import Background
from core.kernel.work_figures import FIGURES

log = structlog.get_logger("touchstone.relay")

WORKER_LOST = "kernel.worker_lost"
NO_HANDLER = "kernel.no_handler"


@dataclass(slots=True)
class Swept:
    """What one look for work came to.

    Attributes:
        fired: Timers that fell due.
        handed: Rows handed over.
        finished: Rows nobody waits for, marked done.
        dead: Rows given up: their worker was lost too often, or no handler knows a command from another tenant.
    """

    fired: int = 0
    handed: int = 0
    finished: int = 0
    dead: int = 0

    @property
    def found(self) -> bool:
        """Tell whether there was anything to do."""
        return bool(self.fired or self.handed or self.finished or self.dead)


class Relay:
    """Hands due rows over to a queue; any number may run at the same time.

    Args:
        background: What background work stands on.
        queue: Takes what is handed over.
        network_id: Serve this network only; all of them by default.
    """

    def __init__(self, background: Background, queue: Queue, network_id: UUID | None = None) -> None:
        self._background = background
        self._queue = queue
        self._network_id = network_id
        self._following = background.services.find(Following) or Following({})
        self._pruned_at: datetime | None = None
        self._counted_at: datetime | None = None

    async def run(self, stop: asyncio.Event, hint: asyncio.Event) -> None:
        """Look for work until told to stop; wait for a hint or a while where there is none."""
        while not stop.is_set():
            hint.clear()
            if not await self._look():
                await wait_for_any(self._background.pace.poll.total_seconds(), stop, hint)

    async def _look(self) -> bool:
        """Sweep once; an outage of the database or the queue is told and waited out."""
        try:
            await self._do_chores()
            return (await self.sweep()).found
        except QueueIsDown:
            log.warning("relay.queue_is_down")
        except Exception as error:  # noqa: BLE001 - the relay outlives every outage
            log.warning("relay.look_failed", error=type(error).__name__)
        return False

    async def sweep(self) -> Swept:
        """Fire due timers and hand over due rows, of each tenant a batch.

        Raises:
            QueueIsDown: The queue does not answer; nothing was claimed, or what was claimed waits again.
        """
        swept = Swept(fired=await self._fire_timers())
        room = await self._queue.room()
        for tenancy in await self._tenants_with_due():
            if room <= 0:
                break
            room -= await self._serve(tenancy, min(room, self._background.pace.batch), swept)
        return swept

    async def backlog(self) -> dict[str, tuple[int, datetime]]:
        """Count the rows that are open or dead, by status."""
        async with self._background.database.transaction(Role.WORKER, {}, read_only=True) as session:
            return await outbox_rows.backlog(session)

    async def prune(self) -> None:
        """Delete rows done long ago."""
        before, most = recorded_now() - self._background.pace.kept, self._background.pace.tenants
        async with self._background.database.transaction(Role.WORKER, {}, read_only=True) as session:
            found = await outbox_rows.tenants_with_finished(session, before, most)
        for tenancy in found:
            async with self._background.database.transaction(Role.APP, tenancy.context) as session:
                await outbox_rows.delete_finished(session, tenancy.tenant_id, before)

    async def _do_chores(self) -> None:
        """Prune and count every now and then."""
        now, pace = recorded_now(), self._background.pace
        if self._pruned_at is None or now - self._pruned_at >= pace.prune:
            self._pruned_at = now
            await self.prune()
        if self._counted_at is None or now - self._counted_at >= pace.count:
            self._counted_at = now
            FIGURES.keep(await self.backlog())

    async def _tenants_with_due(self) -> list[Tenancy]:
        now = self._background.clock.now()
        async with self._background.database.transaction(Role.WORKER, {}, read_only=True) as session:
            return await outbox_rows.tenants_with_due(session, now, self._network_id, self._background.pace.tenants)

    async def _fire_timers(self) -> int:
        background, fired = self._background, 0
        now, pace = background.clock.now(), background.pace
        async with background.database.transaction(Role.WORKER, {}, read_only=True) as session:
            found = await tenants_with_timers(session, now, self._network_id, pace.tenants)
        for tenancy in found:
            async with background.database.unit(relay_scope(tenancy, now), clock=background.clock) as unit:
                fired += await fire_due(unit, pace.batch)
        return fired

    async def _serve(self, tenancy: Tenancy, most: int, swept: Swept) -> int:
        """Claim a batch of one tenant and hand it over; tell how many were handed over."""
        handovers = await self._claim(tenancy, most, swept)
        if not handovers:
            return 0
        try:
            await self._queue.put(handovers)
        except QueueIsDown:
            await self._put_back(tenancy, handovers)
            raise
        swept.handed += len(handovers)
        return len(handovers)

    async def _claim(self, tenancy: Tenancy, most: int, swept: Swept) -> list[Handover]:
        """Lock due rows; finish those nobody waits for and those lost too often; lend the rest to a worker."""
        background = self._background
        now, tenant_id = background.clock.now(), tenancy.tenant_id
        async with background.database.transaction(Role.APP, tenancy.context) as session:
            due = await outbox_rows.lock_due(session, tenant_id, now, most)
            for rows, status, error in given_up(due):
                await outbox_rows.mark_finished(session, tenant_id, ids(rows), status, error)
                if status == DONE:
                    swept.finished += len(rows)
                    continue
                swept.dead += len(rows)
                for row in rows:
                    await tell_given_up(session, tenant_id, row.topic, row.payload, error)
            runnable = [row for row in due if is_runnable(row)]
            if runnable:
                await outbox_rows.mark_handed(session, tenant_id, ids(runnable), now + background.pace.lease)
            for topic, pause in self._following.on(row.topic for row in due).items():
                await ring_after(session, tenancy, topic, now + pause)
        return [
            Handover(tenant_id=tenant_id, network_id=tenancy.network_id, command_id=one.id, number=one.handovers + 1)
            for one in runnable
        ]

    async def _put_back(self, tenancy: Tenancy, handovers: Sequence[Handover]) -> None:
        due_at = self._background.clock.now() + self._background.pace.retry
        async with self._background.database.transaction(Role.APP, tenancy.context) as session:
            await outbox_rows.put_back(session, handovers, due_at)


def is_runnable(row: Claimed) -> bool:
    """Tell whether a row has a handler that may try once more."""
    handler = HANDLERS.get(row.topic)
    return handler is not None and row.attempts < handler.attempts


def given_up(due: Sequence[Claimed]) -> list[tuple[list[Claimed], str, str]]:
    """Part the rows that are not to be run by what becomes of them: rows, status and reason.

    An event that nobody waits for is done. A command from another tenant that nobody knows is a dead letter: it was
    meant for somebody. A row tried too often without an answer is one too: its worker was lost each time.
    """
    unheard = [row for row in due if row.topic not in HANDLERS]
    parted = [
        ([row for row in unheard if not row.crosses], DONE, NO_HANDLER),
        ([row for row in unheard if row.crosses], DEAD, NO_HANDLER),
        ([row for row in due if row.topic in HANDLERS and not is_runnable(row)], DEAD, WORKER_LOST),
    ]
    for rows, status, error in parted:
        for row in rows if status == DEAD else ():
            log.error("relay.dead_letter", topic=row.topic, command_id=str(row.id), error=error)
    return [one for one in parted if one[0]]


def ids(claimed: Sequence[Claimed]) -> list[UUID]:
    """Give the rows' ids."""
    return [row.id for row in claimed]


def relay_scope(tenancy: Tenancy, now: datetime) -> Scope:
    """Give the scope in which a timer becomes an outbox row: one tenant, no permission, nothing inherited."""
    return Scope(
        network_id=tenancy.network_id,
        tenant_id=tenancy.tenant_id,
        lineage=(),
        actor=Actor(ActorKind.SYSTEM, uuid4()),
        permissions=frozenset(),
        instant=now,
    )


async def wait_for_any(seconds: float | None, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, or a time has passed where one is given."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
