import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from arq.connections import create_pool
from touchstone_runtime.throwaway import throwaway_folder
from touchstone_runtime.valkey import EmbeddedValkey

from core.kernel.audit import record_act
from core.kernel.clock import SystemClock
from core.kernel.database import Database
from core.kernel.handlers import HANDLERS, Handler
from core.kernel.outbox import send
from core.kernel.scope import Scope
from core.kernel.work import Work
from gateway.worker.redis_address import redis_settings
from gateway.worker.serving import serve_work
from gateway.worker.worker_settings import WorkerSettings
from tests.core.kernel.building import Tree
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.gateway.worker.quick import QUICK, settings_for
from tests.support.cluster import ROLE_SECRET, Address, database_url

ROOM = 64 * 1024**2
PATIENCE_S = 30


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.02)


async def leave_mark(work: Work) -> None:
    """An effect that shows if it happens twice."""
    async with work.unit(once=True) as unit:
        await record_act(unit, action="test.mark", subject_kind="test", subject_id=UUID(work.payload["subject"]))


@dataclass
class Yard:
    """A database and a queue of its own, and the network whose work is done there."""

    database: Database
    admin: Any
    valkey: EmbeddedValkey
    tree: Tree
    scope: Scope

    async def send(self, topic: str, payload: dict[str, Any] | None = None, **more: Any) -> Any:
        async with self.database.unit(self.scope) as unit:
            return await send(unit, topic, payload or {}, **more)

    async def count(self, condition: str) -> int:
        return await self.admin.fetchval(f"SELECT count(*) FROM outbox WHERE {condition}")

    async def all_done(self) -> bool:
        return await self.count("status <> 'done'") == 0

    async def marks(self) -> int:
        """Count the marks that work has left; see :func:`leave_mark`."""
        return await self.admin.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'test.mark'")

    async def wipe_queue(self) -> None:
        pool: Any = await create_pool(redis_settings(self.valkey.url))
        await pool.flushall()
        await pool.aclose(close_connection_pool=True)

    @asynccontextmanager
    async def working(self, grace_s: float = 5.0) -> AsyncGenerator[asyncio.Event, None]:
        """Run a worker in this process; it ends with the block, or when the event it gives is set."""
        stop = asyncio.Event()
        services = self.tree.background(self.database, SystemClock()).services
        settings = settings_for(self.valkey.url)
        own = WorkerSettings(grace_s=grace_s)
        running = asyncio.create_task(
            serve_work(settings, self.database, services, stop, pace=QUICK, worker_settings=own)
        )
        try:
            yield stop
        finally:
            stop.set()
            await running


@pytest.fixture(scope="session")
def valkey() -> Generator[EmbeddedValkey, None, None]:
    """A Valkey that may be wiped, stopped and started."""
    with throwaway_folder(room=ROOM) as folder, EmbeddedValkey(folder / "valkey") as server:
        yield server


@pytest.fixture
async def yard(address: Address, valkey: EmbeddedValkey) -> AsyncGenerator[Yard, None]:
    valkey.start()
    async with cloned(address, "worker") as name, behind_the_walls(address, name) as admin:
        database = Database(database_url(address.admin_url, name), ROLE_SECRET, pool_size=5)
        tree = Tree()
        try:
            yield Yard(database, admin, valkey, tree, tree.scope(tree.north, SystemClock().now()))
        finally:
            await database.close()


@pytest.fixture
def handler() -> Generator[Callable[[Handler], str], None, None]:
    """Declare handlers for the time of a test."""
    added: list[str] = []

    def declare(one: Handler) -> str:
        HANDLERS[one.topic] = one
        added.append(one.topic)
        return one.topic

    yield declare
    for topic in added:
        HANDLERS.pop(topic, None)
