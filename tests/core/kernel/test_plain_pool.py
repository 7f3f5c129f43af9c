"""Connections are lent, never more than there may be, and come back as they were or not at all."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest

from core.kernel import plain_pool
from core.kernel.database import Database, connect_arguments
from core.kernel.plain_pool import PlainPool
from core.kernel.roles import Role

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool(database: Database) -> AsyncGenerator[PlainPool]:
    url = database.pool(Role.APP).url
    opened = PlainPool(url, 2, connect_arguments(url))
    yield opened
    await opened.close()


async def backend(pool: PlainPool) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_texts_come_as_bytes(pool: PlainPool) -> None:
    async with pool.connection() as connection:
        assert await connection.fetchval("SELECT 'grün'::text") == "grün".encode()


async def test_no_more_are_opened_than_there_may_be(pool: PlainPool) -> None:
    lent, most = 0, 0

    async def use() -> int:
        nonlocal lent, most
        async with pool.connection() as connection:
            lent += 1
            most = max(most, lent)
            found = await connection.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.01)")
            lent -= 1
        return int(found)

    assert len(set(await asyncio.gather(*(use() for _ in range(30))))) == 2
    assert most == 2


async def test_a_statement_that_fails_costs_no_connection(pool: PlainPool) -> None:
    first = await backend(pool)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with pool.connection() as connection:
            await connection.fetchval("SELECT 1 / 0")
    assert await backend(pool) == first


async def test_a_connection_left_in_a_transaction_is_ended(pool: PlainPool) -> None:
    first = await backend(pool)
    async with pool.connection() as connection:
        await connection.execute("BEGIN")
    assert await backend(pool) != first


async def test_a_cancelled_statement_ends_its_connection_and_frees_the_place(pool: PlainPool) -> None:
    async def sleep() -> None:
        async with pool.connection() as connection:
            await connection.fetchval("SELECT pg_sleep(30)")

    for _ in range(5):
        tasks = [asyncio.create_task(sleep()) for _ in range(2)]
        while pool.lent < 2:  # noqa: ASYNC110 - the pool tells nobody
            await asyncio.sleep(0)
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert pool.lent == 0
    assert await backend(pool) > 0


async def test_who_waits_in_vain_is_told_and_takes_nobody_s_place(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_pool, "PATIENCE_S", 0.05)
    url = database.pool(Role.APP).url
    pool = PlainPool(url, 2, connect_arguments(url))
    first, second = await pool.take(), await pool.take()
    with pytest.raises(TimeoutError):
        await pool.take()
    waiting = asyncio.create_task(pool.take())
    leaving = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    leaving.cancel()
    pool.give(first, sound=True)
    assert await waiting is first
    pool.give(first, sound=True)
    pool.give(second, sound=True)
    assert pool.lent == 0
    await pool.close()


async def test_a_connection_that_was_ended_from_outside_is_replaced(pool: PlainPool, admin: Any) -> None:
    first = await backend(pool)
    await admin.execute("SELECT pg_terminate_backend($1)", first)
    async with asyncio.timeout(10):
        while True:
            try:
                second = await backend(pool)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError):
                continue
            break
    assert second != first


async def test_no_setting_outlives_its_statement(pool: PlainPool) -> None:
    async with pool.connection() as connection:
        await connection.fetchval("SELECT set_config('app.tenant_id', 'x', true)")
        assert await connection.fetchval("SELECT coalesce(current_setting('app.tenant_id', true), '')") == b""


async def test_a_single_statement_is_prepared_once_and_leaves_its_connection_as_it_was(pool: PlainPool) -> None:
    first = await pool.row("SELECT pg_backend_pid(), 'grün'::text || $1::text", ["er"])
    again = await pool.row("SELECT pg_backend_pid(), 'grün'::text || $1::text", ["es"])
    assert (first[0], first[1].decode()) == (again[0], "grüner")
    assert again[1].decode() == "grünes"
    told = await pool.row("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%grün%'", [])
    assert told[0] == 2  # and this one
    assert await pool.row("SELECT 1 WHERE false", []) is None
    assert pool.lent == 0


async def test_a_single_statement_that_fails_costs_no_connection(pool: PlainPool) -> None:
    first = await backend(pool)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await pool.row("SELECT 1 / $1::int", [0])
    assert pool.lent == 0
    assert await backend(pool) == first


async def test_a_single_statement_is_prepared_anew_where_its_table_has_changed(pool: PlainPool) -> None:
    async with pool.connection() as connection:
        await connection.execute("CREATE TEMPORARY TABLE changing (id int)")
        await connection.execute("INSERT INTO changing VALUES (1)")
    assert tuple(await pool.row("SELECT * FROM changing", [])) == (1,)
    async with pool.connection() as connection:
        await connection.execute("ALTER TABLE changing ADD COLUMN more int DEFAULT 2")
    assert tuple(await pool.row("SELECT * FROM changing", [])) == (1, 2)
    assert tuple(await pool.row("SELECT * FROM changing", [])) == (1, 2)


async def test_a_cancelled_single_statement_ends_its_connection_and_frees_the_place(pool: PlainPool) -> None:
    tasks = [asyncio.create_task(pool.row("SELECT pg_sleep(30)", [])) for _ in range(4)]
    while pool.lent < 2:  # noqa: ASYNC110 - the pool tells nobody
        await asyncio.sleep(0)
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert pool.lent == 0
    assert await backend(pool) > 0


async def test_a_single_statement_that_takes_too_long_is_cancelled_and_frees_the_place(pool: PlainPool) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await pool.row("SELECT pg_sleep(30)", (), 0.02)
    assert pool.lent == 0
    assert (await pool.row("SELECT 1", (), 30))[0] == 1
