"""Run a worker: look for work, hand it over, do it, and end without losing any."""

import asyncio
import signal

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
from gateway.worker.redis_address import redis_settings

log = structlog.get_logger("touchstone.worker")

GRACE_S = 20.0


async def serve_work(
    settings: Settings,
    database: Database,
    services: Services,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    grace_s: float = GRACE_S,
) -> None:
    """Do background work until told to stop; an outage of PostgreSQL or Redis is waited out.

    Args:
        settings: Where Redis is; work is done on one connection less than the pool has, the rest is for leases.
        database: The database.
        services: Implementations by Protocol, ``Directory`` among them.
        stop: Set it to end: nothing new is begun, what is under way may end.
        clock: Tells what is due; real time by default.
        pace: Times and amounts.
        grace_s: How long work under way may go on after ``stop``.
    """
    known = load_handlers()
    background = Background(database=database, services=services, clock=clock or SystemClock(), pace=pace or Pace())
    address = redis_settings(settings.redis_url.get_secret_value())
    queue = ArqQueue(address, background.pace.capacity)
    attendant = Attendant(background, address, at_once=max(1, settings.pool_size - 1), grace_s=grace_s)
    hint = asyncio.Event()
    log.info("worker.started", count=len(known))
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Relay(background, queue).run(stop, hint))
            tasks.create_task(listen(database, hint, stop))
            tasks.create_task(attendant.run(stop))
    finally:
        await queue.close()
        log.info("worker.ended")


def stop_on_signals(stop: asyncio.Event) -> None:
    """End on SIGTERM and SIGINT; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told, number)
