"""The whole life of a waiver with the worker as it serves: real PostgreSQL, real Valkey."""

import asyncio
from datetime import UTC, datetime

from touchstone_runtime.valkey import EmbeddedValkey

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.services import Services
from gateway.worker.serving import serve_work
from gateway.worker.worker_settings import WorkerSettings
from tenants.directory import TenantDirectory
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.core.standards.builders import Stage
from tests.core.standards.waivers.asking import whole_life
from tests.gateway.worker.conftest import until
from tests.gateway.worker.quick import QUICK, settings_for
from tests.support.cluster import ROLE_SECRET, Address, database_url
from tests.support.networks import build_network

WAITS = (
    "SELECT (SELECT count(*) FROM outbox WHERE status <> 'done'"
    " AND NOT (topic = 'standards.tell_below' AND due_at > $1))"
    " + (SELECT count(*) FROM timers WHERE due_at <= $1)"
)
"""Work that is due; the second look after a publication waits for the clock, which stands still."""


async def test_a_waiver_lives_with_the_worker_as_it_serves(address: Address, valkey: EmbeddedValkey) -> None:
    valkey.start()
    async with cloned(address, "waivers") as name, behind_the_walls(address, name) as admin:
        database = Database(database_url(address.admin_url, name), ROLE_SECRET, pool_size=5)
        clock = SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
        stage = Stage(database, clock, await build_network(database, clock), admin)
        services, stop = Services(), asyncio.Event()
        services.put(Directory, TenantDirectory(database))

        async def nothing_waits() -> bool:
            return await admin.fetchval(WAITS, clock.now()) == 0

        working = asyncio.create_task(
            serve_work(
                settings_for(valkey.url),
                database,
                services,
                stop,
                clock=clock,
                pace=QUICK,
                worker_settings=WorkerSettings(grace_s=5.0),
            )
        )
        try:
            await whole_life(stage, lambda: until(nothing_waits))
        finally:
            stop.set()
            await working
            await database.close()
