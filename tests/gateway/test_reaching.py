"""Whoever is told to end while the first connection is made ends; the database is not blamed for it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import ResourceClosedError

from gateway.reaching import reached
from gateway.unreachable import DatabaseIsUnreachable


async def close_when_cancelled() -> None:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        msg = "This Connection is closed"
        raise ResourceClosedError(msg) from None


async def refuse() -> None:
    msg = "This Connection is closed"
    raise ResourceClosedError(msg)


def database(detect: Any) -> Any:
    return SimpleNamespace(url="postgresql://127.0.0.1:1/nowhere", detect=detect)


async def test_one_that_is_told_to_end_is_not_told_of_the_database() -> None:
    task = asyncio.create_task(reached(database(close_when_cancelled)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_one_that_is_not_is() -> None:
    with pytest.raises(DatabaseIsUnreachable):
        await reached(database(refuse))
