"""A connection that was lost while it lay in the pool is replaced before anybody meets an error on it."""

import asyncio
import select
from collections.abc import Callable
from threading import Thread
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

from core.kernel import freshness, plain_pool
from core.kernel.database import Database
from core.kernel.roles import Role
from tests.support.cluster import Address, admin_database_url, execute


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


async def test_a_connection_that_the_server_ended_while_the_loop_stood_still_is_replaced(
    own: Database, address: Address
) -> None:
    """A loaded process meets it: the server's farewell has come, and nobody had the time to read it."""
    before = await backend(own)
    end_meanwhile(address, before)
    assert await backend(own) != before


async def test_a_plain_connection_that_the_server_ended_while_the_loop_stood_still_is_replaced(
    own: Database, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_pool, "JUST_S", 0.0)  # Ending it may take less.

    async def plain_backend() -> int:
        async with own.plain(Role.APP).connection() as connection:
            return int(await connection.fetchval("SELECT pg_backend_pid()"))

    before = await plain_backend()
    end_meanwhile(address, before)
    assert await plain_backend() != before


async def test_a_word_that_is_no_farewell_is_read_and_the_connection_kept(
    own: Database, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with own.pool(Role.APP).connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        before: int = await driver.fetchval("SELECT pg_backend_pid()")
        await driver.execute("LISTEN word")
    asked = pings(monkeypatch)
    do_meanwhile(admin_database_url(address.admin_url, own.url.rpartition("/")[2]), "NOTIFY word")
    assert select.select([driver._transport.get_extra_info("socket")], [], [], 30)[0]
    assert await backend(own) == before
    assert len(asked) == 1


def end_meanwhile(address: Address, backend: int) -> None:
    do_meanwhile(address.admin_url, f"SELECT pg_terminate_backend({backend}, 10000)")


def do_meanwhile(admin_url: str, statement: str) -> None:
    """Do something as the superuser while this event loop stands still."""
    other = Thread(target=asyncio.run, args=(execute(admin_url, statement),))
    other.start()
    other.join()
