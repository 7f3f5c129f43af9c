"""Listen for the hint that there may be work, on a connection of its own; without it the relay looks a little later."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from core.kernel.database import Database
from core.kernel.hints import CHANNEL
from core.kernel.relay import wait_for_any
from core.kernel.roles import Role

log = structlog.get_logger("touchstone.worker")

PAUSE_S = 1.0


async def listen(database: Database, hint: asyncio.Event, stop: asyncio.Event) -> None:
    """Set the hint whenever PostgreSQL notifies; connect again whenever the connection is lost."""
    while not stop.is_set():
        try:
            await listen_once(database, hint, stop)
        except Exception as error:  # noqa: BLE001 - a hint is never worth a failure
            log.warning("worker.hints_lost", error=type(error).__name__)
        await wait_for_any(PAUSE_S, stop)


async def listen_once(database: Database, hint: asyncio.Event, stop: asyncio.Event) -> None:
    """Listen until the connection is lost or the process is told to stop."""
    lost = asyncio.Event()
    async with database.pool(Role.WORKER).connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(told(lost))
        await driver.add_listener(CHANNEL, told(hint))
        try:
            # What was sent before anybody listened is found by looking.
            hint.set()
            await wait_for_any(None, lost, stop)
        finally:
            with suppress(Exception):
                await connection.invalidate()


def told(event: asyncio.Event) -> Callable[..., None]:
    """Make a callback that sets an event, whatever it is called with."""

    def tell(*_: object) -> None:
        event.set()

    return tell
