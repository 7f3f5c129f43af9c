"""What opening many leaves is what opening one by one leaves, in a number of statements that does not grow."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from core.kernel.database import Database
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.records.order_score import SCORE_RECORD, SCORE_RECORDS
from tests.core.records.conftest import Chain
from tests.core.records.opening import CODE, Desk, call, calls, row_ids
from tests.support.api import Api
from tests.support.cluster import ROLE_SECRET

SEQUENCES = 40
OWN = ("tenant_id", "id", "record_id", "recorded_at", "updated_at", "event_hash")
"""Columns that differ from tenant to tenant and from one writing to the next."""
ASKED = st.builds(
    call,
    st.sampled_from([*"abcde", None]),
    channel=st.sampled_from(["phone", "phone", "email"]),
    standardCode=st.sampled_from([CODE] * 6 + ["complaints"] * 3 + ["none"]),
    siteKey=st.sampled_from([None] * 5 + ["station", "harbour", "nowhere"]),
    priority=st.sampled_from([None, "high", " low ", "", "\x07"]) | st.just("high"),
)


@pytest.fixture
async def desks(api: Api, chain: Chain) -> tuple[Desk, Desk]:
    """Two tenants that have the same."""
    await chain.publish("complaints")
    north, south = [Desk(api, chain, await chain.tenant(key)) for key in ("north", "south")]
    for desk in (north, south):
        await desk.open_sites("station", "harbour")
    return north, south


async def empty(admin: Any, *desks: Desk) -> None:
    for desk in desks:
        for table in ("records", "record_keys", "record_events", "outbox", "audit_entries", "idempotency_keys"):
            await admin.execute(f"DELETE FROM {table} WHERE tenant_id = $1", desk.scope.tenant_id)


async def kept(admin: Any, scope: Scope) -> dict[str, Any]:
    """What a tenant holds, by the names of things instead of their ids."""
    sites = {row["id"]: row["key"] for row in await admin.fetch("SELECT id, key FROM sites")}
    rows = await admin.fetch("SELECT * FROM records WHERE tenant_id = $1 ORDER BY id", scope.tenant_id)
    called = {row["id"]: row["external_id"] for row in rows}
    called = {id_: "unnamed" if name == str(id_) else name for id_, name in called.items()}
    records = [
        {name: value for name, value in row.items() if name not in OWN}
        | {"external_id": called[row["id"]], "site_id": sites.get(row["site_id"])}
        for row in rows
    ]
    keys = await admin.fetch("SELECT * FROM record_keys WHERE tenant_id = $1", scope.tenant_id)
    held = sorted((row["channel"], called[row["record_id"]]) for row in keys)
    assert len({row["record_id"] for row in keys}) == len(keys) == len(rows)
    return {"records": sorted(records, key=str), "keys": held, **await told_of(admin, scope)}


async def told_of(admin: Any, scope: Scope) -> dict[str, list[str]]:
    """The records that events, commands and the audit name, by their names: each once."""
    called = dict(await admin.fetch("SELECT id::text, external_id FROM records WHERE tenant_id = $1", scope.tenant_id))
    sent = await admin.fetch("SELECT topic, payload::text FROM outbox WHERE tenant_id = $1", scope.tenant_id)
    events = await admin.fetch("SELECT record_id::text FROM record_events WHERE tenant_id = $1", scope.tenant_id)
    named: dict[str, list[str]] = {"opened": [], "scored": [], "told": []}
    for row in sent:
        payload = orjson.loads(row["payload"])
        ids = payload.get("record_ids") or [one for one in (payload.get("record_id"),) if one]
        scored = row["topic"] in {SCORE_RECORD, SCORE_RECORDS}
        named["scored" if scored else "opened"] += [known(called, one) for one in ids]
    named["told"] = [known(called, row["record_id"]) for row in events]
    return {name: sorted(ids) for name, ids in named.items()}


def known(called: dict[str, str], id_: str) -> str:
    return "unnamed" if called[id_] == id_ else called[id_]


async def compare(admin: Any, desks: tuple[Desk, Desk], before: Sequence[Any], asked: Sequence[Any]) -> None:
    """Open the same in two tenants, together and one by one."""
    together, apart = desks
    await empty(admin, *desks)
    for number, one in enumerate(before):
        for desk in desks:
            await desk.one(one, f"before {number}")
    start = await kept(admin, together.scope)
    single = [await apart.one(one, f"single {number}") for number, one in enumerate(asked)]
    told = await together.many(asked, "together")
    refused = [(place, one["code"]) for place, one in enumerate(single) if "record" not in one]
    if refused:
        assert told["__typename"] == "RecordsRefused", told
        assert [(one["index"], one["code"]) for one in told["refusals"]] == refused
        assert [one["message"] for one in told["refusals"]] == [single[place]["message"] for place, _ in refused]
        assert await kept(admin, together.scope) == start
        return
    after = await kept(admin, together.scope)
    assert after == await kept(admin, apart.scope)
    ids = [one["record"]["id"] for one in single]
    assert told["opened"] == len(after["records"]) - len(start["records"])
    assert told["opened"] + told["alreadyThere"] == len(asked)
    given = row_ids(told)
    assert [given.index(one) for one in given] == [ids.index(one) for one in ids]


async def test_many_together_leave_what_one_by_one_leave(desks: tuple[Desk, Desk], admin: Any) -> None:
    """Hypothesis runs in a thread of its own, so that everything else stays in one event loop."""
    rounds = settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    @rounds
    @given(st.lists(ASKED, max_size=3), st.lists(ASKED, min_size=1, max_size=8))
    def ask(before: list[Any], asked: list[Any]) -> None:
        anyio.from_thread.run(partial(compare, admin, desks, before, asked))

    await anyio.to_thread.run_sync(ask)


@pytest.mark.parametrize("count", [150, pytest.param(1_000, marks=pytest.mark.long)])
async def test_very_many_together_leave_what_as_many_one_by_one_leave(
    count: int, desks: tuple[Desk, Desk], admin: Any
) -> None:
    most = count * 9 // 10
    asked = [
        call(
            None if number % 7 == 0 else number % most,
            channel="email" if number % 11 == 0 else "phone",
            standardCode="complaints" if number % most % 5 == 0 else CODE,
            siteKey=(None, "station", "harbour")[number % 3],
            priority=("high", None)[number % 2],
        )
        for number in range(count)
    ]
    await compare(admin, desks, asked[::50], asked)


class CountingDatabase(Database):
    """Counts statements: those of the mapper, and those put to the driver itself.

    Attributes:
        count: How many there were.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, ROLE_SECRET, pool_size=1)
        self.count = 0
        self._heard: set[Role] = set()

    def pool(self, role: Role) -> AsyncEngine:
        pool = super().pool(role)
        if role not in self._heard:
            self._heard.add(role)
            event.listen(pool.sync_engine, "before_cursor_execute", self._add)
            event.listen(pool.sync_engine, "connect", self._listen)
        return pool

    def _listen(self, connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(self._add)

    def _add(self, *_: Any) -> None:
        self.count += 1

    async def settle(self) -> None:
        """Wait for what wakes whoever looks for work, which is no part of the transaction."""
        await self._hints.settle()


async def test_the_number_of_statements_does_not_grow_with_the_number_of_records(
    desks: tuple[Desk, Desk], database: Database
) -> None:
    north, _ = desks
    keys = [f"site-{number}" for number in range(200)]
    await north.open_sites(*keys)
    counting = CountingDatabase(database.url)
    desk = Desk(Api.on(counting, north.chain.clock), north.chain, north.scope)

    async def count(records: Sequence[Any], key: str) -> int:
        before = counting.count
        await desk.many(records, key)
        await counting.settle()
        return counting.count - before

    first = await count(calls("a"), "warm")
    few = await count([call(number, siteKey=keys[number]) for number in range(2)], "two")
    assert few <= first
    many = [call(f"new {number}", siteKey=keys[number % 200]) for number in range(1_000)]
    assert await count(many, "many") <= few
    assert await count([*many[:500], *calls(range(500))], "half of them again") <= few + 2
    wrong = [call(f"x {number}", standardCode=f"s{number}", siteKey=f"no-{number}") for number in range(1_000)]
    assert await count(wrong, "all of them wrong") <= few
    await counting.close()
