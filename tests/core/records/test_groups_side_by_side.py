"""Processes that write the same acts at the same time go through them in one order, so that none waits in a circle."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from core.kernel.clock import recorded_now
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.plain_pool import PlainPool
from tests.conftest import ROLE_SECRET
from tests.core.records.conftest import Chain
from tests.core.records.opening import Desk, call
from tests.core.records.test_opening_in_groups import TAKEN, prepared
from tests.support.api import Api

KEPT = """
    INSERT INTO idempotency_keys
        (tenant_id, network_id, actor_id, operation, key, fingerprint, ids, id, recorded_at)
    VALUES ($1, $2, $3, 'openRecord', $4, 'print', '{}', $5, $6)"""
WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()"""
PLACES = range(9)
MIDDLE = 4


class Refusals:
    """What PostgreSQL refuses of what is written for groups.

    Attributes:
        groups: How many acts each group had.
        refused: What came of those that were refused.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.groups: list[int] = []
        self.refused: list[str] = []
        rows = PlainPool.rows

        async def watched(
            pool: PlainPool, sql: str, values: Sequence[Any], timeout_s: float | None = None, *, most: int = 0
        ) -> Sequence[Any]:
            if "INSERT INTO record_keys" not in sql or most:
                return await rows(pool, sql, values, timeout_s, most=most)
            self.groups.append(len(values[-1]))
            try:
                return await rows(pool, sql, values, timeout_s, most=most)
            except asyncpg.PostgresError as error:
                self.refused.append(type(error).__name__)
                raise

        patch.setattr(PlainPool, "rows", watched)


@pytest.fixture
async def desks(api: Api, chain: Chain, patient: None) -> AsyncIterator[tuple[Desk, Desk]]:
    """One actor's desk in two processes: each has connections and groups of its own."""
    one = await prepared(Desk(api, chain, await chain.tenant("north")))
    database = Database(api.database.url, ROLE_SECRET)
    yield one, replace(one, api=replace(api, database=database))
    await database.close()


@pytest.fixture
def refusals(desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch) -> Refusals:
    return Refusals(monkeypatch)


def asking(desk: Desk, asked: Sequence[tuple[str, str]]) -> list["asyncio.Future[Any]"]:
    """Send names with their keys; the first goes alone, the others as a group."""
    return [asyncio.ensure_future(desk.one(call(name), key)) for name, key in asked]


async def until_both_wait(admin: Any) -> None:
    async with asyncio.timeout(10):
        while True:
            await admin.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # Otherwise a transaction sees who was there at first.
            if await admin.fetchval(WAITING) >= 2:
                return


async def test_the_same_keys_in_another_order(desks: tuple[Desk, Desk], admin: Any, refusals: Refusals) -> None:
    scope = desks[0].scope
    held = (scope.tenant_id, scope.network_id, scope.actor.id, f"key {MIDDLE}", new_id(), recorded_now())
    pairs = [(f"{place}", f"key {place}") for place in PLACES]
    taken = admin.transaction()
    await taken.start()
    await admin.execute(KEPT, *held)
    one = asking(desks[0], [("a", "a"), *pairs])
    other = asking(desks[1], [("b", "b"), *reversed(pairs)])
    await until_both_wait(admin)
    await taken.rollback()
    told, again = await asyncio.gather(*one), await asyncio.gather(*other)
    assert (refusals.groups, refusals.refused) == ([len(PLACES)] * 2, [])
    assert told[1:] == again[:0:-1]
    assert len({answer["record"]["id"] for answer in (*told, *again)}) == len(PLACES) + 2


async def test_the_same_names_in_another_order(desks: tuple[Desk, Desk], admin: Any, refusals: Refusals) -> None:
    """Each has keys of its own, as where a client makes fresh ones for what it asks for again."""
    scope = desks[0].scope
    taken = admin.transaction()
    await taken.start()
    await admin.execute(TAKEN, scope.tenant_id, scope.network_id, "phone", f"call {MIDDLE}", new_id())
    one = asking(desks[0], [("a", "a"), *((f"{place}", f"one {place}") for place in PLACES)])
    other = asking(desks[1], [("b", "b"), *((f"{place}", f"other {9 - place}") for place in reversed(PLACES))])
    await until_both_wait(admin)
    await taken.rollback()
    told, again = await asyncio.gather(*one), await asyncio.gather(*other)
    assert refusals.groups == [len(PLACES)] * 2
    assert refusals.refused == ["UniqueViolationError"], (
        "whoever comes second finds the names taken, and waits for none"
    )
    assert [answer["record"]["id"] for answer in told[1:]] == [answer["record"]["id"] for answer in again[:0:-1]]
