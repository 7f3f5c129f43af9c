"""Run a worker: look for work, hand it over, do it, and end without losing any."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import structlog

from core.kernel.clock import Clock, SystemClock
from core.kernel.database import Database
from core.kernel.handlers import load_handlers
from core.kernel.pace import Pace
from core.kernel.relay import Relay
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.kernel.work import Background
from gateway.worker.arq_queue import ArqQueue
from gateway.worker.attending import Attendant
from gateway.worker.hints import listen
from gateway.worker.metrics import served_metrics
from gateway.worker.redis_address import redis_settings
from gateway.worker.worker_settings import WorkerSettings

log = structlog.get_logger("touchstone.worker")


async def serve_work(
    settings: Settings,
    database: Database,
    services: Services,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    worker_settings: WorkerSettings | None = None,
) -> None:
    """Do background work until told to stop; an outage of PostgreSQL or Redis is waited out.

    Args:
        settings: Where Redis is.
        database: The database.
        services: Implementations by Protocol, ``Directory`` among them.
        stop: Set it to end: nothing new is begun, what is under way may end.
        clock: Tells what is due; real time by default.
        pace: Times and amounts.
        worker_settings: How this worker works; from the environment by default.
    """
    own = worker_settings or WorkerSettings()
    known = load_handlers()
    background = Background(database=database, services=services, clock=clock or SystemClock(), pace=pace or Pace())
    address = redis_settings(settings.redis_url.get_secret_value())
    queue = ArqQueue(address, background.pace.capacity)
    # One connection is left for leases and for looking around.
    at_once = own.at_once or max(1, settings.pool_size - 1)
    attendant = Attendant(background, address, at_once=at_once, grace_s=own.grace_s)
    hint = asyncio.Event()
    log.info("worker.started", count=len(known))
    try:
        with served_metrics(own):
            await gathered(Relay(background, queue).run(stop, hint), listen(database, hint, stop), attendant.run(stop))
    finally:
        await queue.close()
        log.info("worker.ended")


async def gathered(*parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts of a worker until all have ended; if one breaks, the others are ended too."""
    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(part)


def stop_on_signals(stop: asyncio.Event) -> None:
    """End on SIGTERM and SIGINT; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told, number)
