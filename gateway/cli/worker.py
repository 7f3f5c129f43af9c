"""``touchstone worker``: background work."""

import asyncio

from core.kernel.database import Database
from core.kernel.logs import configure_logs
from core.kernel.settings import Settings
from core.kernel.telemetry import configure_telemetry
from gateway.cli.surroundings import surroundings
from gateway.collecting import settle
from gateway.server.loops import run_to_the_end
from gateway.wiring import make_services
from gateway.worker.serving import serve_work, stop_on_signals


def worker() -> None:
    """Find, hand over and do background work until told to stop; what is under way may end first."""
    with surroundings() as around:
        if around.servers:
            around.migrate()
        run_to_the_end(work(around.settings))


async def work(settings: Settings) -> None:
    """Work until a signal comes."""
    configure_logs(settings.service_name)
    configure_telemetry(settings)
    stop = asyncio.Event()
    stop_on_signals(stop)
    database = Database.from_settings(settings)
    try:
        services = make_services(database, settings)
        settle()
        await serve_work(settings, database, services, stop)
    finally:
        await database.close()
