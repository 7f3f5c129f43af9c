"""A line to the database that is lost is told from a mistake of one's own, at whatever moment it is noticed."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.database import Database
from core.kernel.outages import line_is_gone
from core.kernel.roles import Role
from core.kernel.walls import network_context
from core.records.importing.retrying import Patience, persist

FIELDS = b"SFATAL\0VFATAL\0C57P02\0Mterminating connection because of crash of another server process\0\0"
FAREWELL = b"E" + (len(FIELDS) + 4).to_bytes(4, "big") + FIELDS


async def driver_of(session: AsyncSession) -> Any:
    return (await (await session.connection()).get_raw_connection()).driver_connection


async def say_farewell(own: Database) -> None:
    """Let an idle connection read that its server has crashed; that the line was closed comes a moment later."""
    async with own.transaction(Role.APP, {}) as session:
        driver = await driver_of(session)
    driver._protocol.data_received(FAREWELL)
    assert not driver.is_closed()


async def backend(own: Database) -> int:
    async with own.transaction(Role.APP, network_context(uuid4())) as session:
        return (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()


async def test_a_farewell_read_before_the_line_is_closed(own: Database) -> None:
    before = await backend(own)
    await say_farewell(own)
    with pytest.raises(DBAPIError, match="cannot switch to state") as raised:
        await backend(own)
    assert line_is_gone(raised.value)
    assert await backend(own) != before


async def test_a_farewell_read_within_a_transaction(own: Database) -> None:
    with pytest.raises(DBAPIError) as raised:  # noqa: PT012 - it is the end of the transaction that tells of it
        async with own.transaction(Role.APP, {}) as session:
            (await driver_of(session))._protocol.data_received(FAREWELL)
            await session.execute(text("SELECT 1"))
    assert line_is_gone(raised.value)
    assert await backend(own)


async def test_a_line_closed_within_a_transaction(own: Database) -> None:
    with pytest.raises(DBAPIError) as raised:  # noqa: PT012 - as above
        async with own.transaction(Role.APP, {}) as session:
            (await driver_of(session)).terminate()
            await session.execute(text("SELECT 1"))
    assert line_is_gone(raised.value)
    assert await backend(own)


async def test_two_statements_at_once_are_a_mistake(own: Database) -> None:
    async with own.transaction(Role.APP, {}) as session:
        driver = await driver_of(session)
        answers = await asyncio.gather(*(driver.fetch("SELECT 1") for _ in range(2)), return_exceptions=True)
    [error] = [one for one in answers if isinstance(one, BaseException)]
    assert isinstance(error, asyncpg.InterfaceError)
    assert not line_is_gone(error)


async def test_an_import_goes_on_after_a_farewell(own: Database) -> None:
    before = await backend(own)
    await say_farewell(own)
    assert await persist(lambda: backend(own), Patience(first=0.0)) != before
