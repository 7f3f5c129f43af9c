"""Whoever gives up a query in the middle leaves neither a line in the log nor a connection in use."""

import asyncio
import gc
import logging
from typing import Any

import pytest
from sqlalchemy import text

from core.kernel.database import Database
from core.kernel.roles import Role

SLOW = text("SELECT pg_sleep(60)")


async def ask(database: Database) -> None:
    async with database.transaction(Role.APP, {}, read_only=True) as session:
        await session.execute(SLOW)


async def until(admin: Any, question: str, answer: int) -> None:
    async with asyncio.timeout(10):
        while True:
            if await admin.fetchval(question) == answer:
                return
            await asyncio.sleep(0.01)


async def test_a_query_that_is_given_up_is_rolled_back_quietly(
    database: Database, admin: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await database.detect()
    asked = [asyncio.create_task(ask(database)) for _ in range(4)]
    running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)'"
    await until(admin, f"{running} AND state = 'active'", 4)
    for one in asked:
        one.cancel()
    await asyncio.wait(asked)
    assert all(one.cancelled() for one in asked)
    await until(admin, f"{running} AND state <> 'idle'", 0)
    gc.collect()
    assert [record.getMessage() for record in caplog.records] == []
    async with database.transaction(Role.APP, {}, read_only=True) as session:
        assert await session.scalar(text("SELECT 1")) == 1
