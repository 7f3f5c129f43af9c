"""Who looks for work is woken by a hint after the commit: at once when it is quiet, once for many when it is busy."""

import asyncio
from typing import Any

import pytest

from core.kernel.database import Database
from core.kernel.hints import CHANNEL, Hints
from core.kernel.outbox import send
from tests.core.kernel.building import Stage
from tests.support.cluster import ROLE_SECRET


async def test_many_wishes_are_few_hints_and_the_last_wish_is_heard() -> None:
    asked, heard = 0, list[int]()

    async def notify() -> None:
        heard.append(asked)
        await asyncio.sleep(0)

    hints = Hints(notify, apart_s=0.01)
    for _ in range(50):
        asked += 1
        hints.soon()
        await asyncio.sleep(0)
    await hints.settle()
    assert heard[-1] == 50
    assert len(heard) < 25


async def test_a_hint_that_fails_hurts_nobody_and_the_next_one_is_sent() -> None:
    tried = 0

    async def notify() -> None:
        nonlocal tried
        tried += 1
        raise ConnectionError

    hints = Hints(notify, apart_s=0)
    for wish in (1, 2):
        hints.soon()
        await hints.settle()
        assert tried == wish


async def undone(database: Database, stage: Stage) -> None:
    async with database.unit(stage.north) as unit:
        await send(unit, "test.undone", {})
        raise LookupError


async def test_a_commit_is_told_and_what_was_undone_is_not(stage: Stage, admin: Any) -> None:
    await stage.database._hints.settle()  # pyright: ignore[reportPrivateUsage] - what building the stage has sent
    told: list[Any] = []

    def tell(*_: Any) -> None:
        told.append(_)

    await admin.add_listener(CHANNEL, tell)
    database = Database(stage.database.url, ROLE_SECRET, pool_size=2)
    with pytest.raises(LookupError):
        await undone(database, stage)
    await database.close()
    await admin.execute("SELECT 1")
    assert told == []
    async with database.unit(stage.north) as unit:
        await send(unit, "test.done", {})
    await database.close()
    await admin.execute("SELECT 1")
    assert len(told) == 1
