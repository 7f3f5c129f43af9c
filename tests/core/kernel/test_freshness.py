"""A connection that was lost while it lay in the pool is replaced before anybody meets an error on it."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

from core.kernel import freshness
from core.kernel.database import Database
from core.kernel.roles import Role


@pytest.fixture
async def own(database: Database) -> AsyncGenerator[Database]:
    """A database of its own pools."""
    fresh = Database(database.url, database._secret, pool_size=1)
    yield fresh
    await fresh.close()


async def backend(database: Database) -> int:
    async with database.transaction(Role.APP, {}) as session:
        return (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()


def pings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect what is asked before a connection is used."""
    asked: list[object] = []
    ask = cast("Callable[[object], None]", AsyncAdapt_asyncpg_connection.ping)

    def told(connection: object) -> None:
        asked.append(connection)
        ask(connection)

    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "ping", told)
    return asked


async def test_a_connection_that_the_server_ended_is_replaced(own: Database, admin: Any) -> None:
    before = await backend(own)
    assert await admin.fetchval("SELECT pg_terminate_backend($1, 10000)", before)  # It waits until the end.
    assert await backend(own) != before


async def test_a_connection_used_just_now_is_not_asked(own: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pings(monkeypatch)
    assert await backend(own) == await backend(own)
    assert not asked


async def test_a_connection_idle_for_long_is_asked(own: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pings(monkeypatch)
    monkeypatch.setattr(freshness, "LONG_IDLE_S", 0.0)
    assert await backend(own) == await backend(own)
    assert len(asked) == 1
