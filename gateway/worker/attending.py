"""Attend the queue: an arq worker that is started again whenever Redis was away, and drains before it ends."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from arq.connections import RedisSettings
from arq.worker import Worker, func

from core.kernel.perform import perform
from core.kernel.queue import Handover
from core.kernel.relay import wait_for_any
from core.kernel.work import Background
from gateway.worker.arq_queue import FUNCTION, QUEUE, read_job, write_job
from gateway.worker.redis_address import OUTAGES

log = structlog.get_logger("touchstone.worker")

POLL_S = 0.1
PAUSE_S = 0.5
# Handlers have limits of their own; this one only ends what hangs outside of them.
JOB_LIMIT_S = 600


class Attendant:
    """Takes hand-overs from the queue and does their work.

    Args:
        background: What background work stands on.
        settings: Where Redis is.
        at_once: Most hand-overs worked on at a time.
        grace_s: How long work under way may go on after the process was told to end.
    """

    def __init__(self, background: Background, settings: RedisSettings, *, at_once: int, grace_s: float) -> None:
        self._background = background
        self._settings = settings
        self._at_once = at_once
        self._grace_s = grace_s
        self._turns = asyncio.Semaphore(at_once)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then let what is under way end, and give back what does not end in time."""
        try:
            while not stop.is_set():
                await self._attend(stop)
        finally:
            await self._drain()

    async def take(self, ctx: dict[Any, Any], tenant: str, network: str, command: str, number: int) -> None:
        """Do the work of one hand-over; this is the function that arq calls.

        The work is a task of its own: it goes on when arq gives up because Redis is away, since how it ends is
        written to the database and nowhere else.
        """
        del ctx
        handover = Handover(tenant_id=UUID(tenant), network_id=UUID(network), command_id=UUID(command), number=number)
        task = asyncio.create_task(self._perform(handover))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def _perform(self, handover: Handover) -> None:
        async with self._turns:
            try:
                await perform(self._background, handover)
            except Exception as error:  # noqa: BLE001 - the row's lease ends and it is handed over again
                log.warning("worker.outage", error=type(error).__name__, command_id=str(handover.command_id))

    async def _attend(self, stop: asyncio.Event) -> None:
        """Run one arq worker until it fails or the process is told to stop."""
        worker = self._worker()
        main = asyncio.create_task(worker.async_run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((main, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        worker.allow_pick_jobs = False
        if main.done() and (error := main.exception()) is not None:
            log.warning("worker.queue_is_down", error=type(error).__name__)
        main.cancel()
        await ended(main)
        await ended(asyncio.create_task(worker.close()))  # It says goodbye to a Redis that may be away.
        with suppress(Exception):  # Where it did not come so far.
            await worker.pool.aclose(close_connection_pool=True)
        await wait_for_any(PAUSE_S, stop)

    def _worker(self) -> Worker:
        return Telling(
            functions=[func(self.take, name=FUNCTION, timeout=JOB_LIMIT_S, max_tries=1, keep_result=0)],
            queue_name=QUEUE,
            redis_settings=self._settings,
            handle_signals=False,
            max_jobs=self._at_once,
            keep_result=0,
            poll_delay=POLL_S,
            retry_jobs=False,
            job_serializer=write_job,
            job_deserializer=read_job,
        )

    async def _drain(self) -> None:
        """Wait for what is under way; cancel, and thereby give back, what does not end in time."""
        if not self._under_way:
            return
        log.info("worker.draining", count=len(self._under_way))
        _, late = await asyncio.wait(set(self._under_way), timeout=self._grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class Telling(Worker):
    """An arq worker to which it is no failure of the work that its end cannot be told to Redis.

    The row in the database has it already. arq tells it in a task that outlives the worker's own end, where a
    connection closed meanwhile would be an error that nobody is there to hear.
    """

    async def finish_job(self, *told: Any, **more: Any) -> None:  # noqa: ANN401 - arq's own
        """Tell Redis that a job has ended, where it is there to be told."""
        with suppress(*OUTAGES):
            await super().finish_job(*told, **more)


async def ended(task: asyncio.Task[None]) -> None:
    """Wait until a task has ended, however it did.

    arq cancels what it has under way and waits for that, which cancels whatever waited. Awaited here, it would look as
    if this worker had been cancelled: it would go on and never take any work again.
    """
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()
