"""Records that begin while another like them is being written are written together, each as if it came alone."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from core.kernel import patterns
from core.kernel.at_once import Telling
from core.kernel.ids import new_id
from core.kernel.patterns import Filled, Kept, Request, Written
from core.kernel.plain_pool import PlainPool
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind
from core.kernel.unit import Act
from core.records.open_at_once import open_record_at_once
from core.records.open_record import OpenRecord
from tests.core.records.conftest import Chain
from tests.core.records.opening import CODE, Desk, Printing, answering, call, everything
from tests.core.records.test_opening_at_once import NESTED, named
from tests.support.api import Api

TAKEN = "INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id) VALUES ($1, $2, $3, $4, $5)"


class Statements:
    """Counts what goes over the connections.

    Attributes:
        groups: How many acts each group had that was written, or failed.
        failed: How many groups failed.
        alone: How many acts went by themselves.
        ended: The values of those that have ended.
        begun: Set when one goes by itself.
        gate: What these wait for before they are sent.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.groups: list[int] = []
        self.failed = 0
        self.alone = 0
        self.ended: list[Any] = []
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.gate.set()
        rows = PlainPool.rows

        async def counted(
            pool: PlainPool, sql: str, values: Sequence[Any], timeout_s: float | None = None, *, most: int = 0
        ) -> Sequence[Any]:
            if "INSERT INTO record_keys" not in sql:
                return await rows(pool, sql, values, timeout_s, most=most)
            if most == 1:
                self.alone += 1
                self.begun.set()
                await self.gate.wait()
                try:
                    return await rows(pool, sql, values, timeout_s, most=most)
                finally:
                    self.ended += values
            self.groups.append(len(values[-1]))
            try:
                return await rows(pool, sql, values, timeout_s, most=most)
            except asyncpg.PostgresError:
                self.failed += 1
                raise

        patch.setattr(PlainPool, "rows", counted)


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    """A desk at which records that begin alike were opened before, so that they follow a pattern."""
    return await prepared(Desk(api, chain, await chain.tenant("north")))


@pytest.fixture
def statements(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(monkeypatch)


async def prepared(desk: Desk) -> Desk:
    for number in range(3):
        await desk.one(call(f"before {number}"), f"before {number}")
    return desk


async def left_by(admin: Any, desk: Desk, keys: Sequence[str]) -> list[Any]:
    return [await named(admin, desk, key) for key in keys]


async def test_a_group_leaves_what_each_would_leave_alone(
    desk: Desk, api: Api, chain: Chain, admin: Any, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Desk(api, chain, await chain.tenant("south"))
    keys = [f"key {number}" for number in range(9)]
    alone = [await other.interpreted().one(call(key, priority="high"), key) for key in keys]
    printing = Printing(monkeypatch)
    for number in range(2):
        await desk.one(call(f"high {number}", priority="high"), f"high {number}")
    statements.alone = 0
    told = await asyncio.gather(*(desk.one(call(key, priority="high"), key) for key in keys))
    assert (statements.alone, statements.groups) == (1, [8])
    assert len(printing.printed) == len(keys) + 2
    assert [one["__typename"] for one in told] == [one["__typename"] for one in alone]
    assert len({one["record"]["id"] for one in told}) == len(keys)
    assert await left_by(admin, desk, keys) == await left_by(admin, other, keys)


async def test_each_is_told_of_its_own_record(desk: Desk, statements: Statements) -> None:
    names = [f"{number}" for number in range(6)]
    for name in names[:2]:
        await desk.ask(NESTED, call(f"before {name}"), f"before {name}")
    told = await asyncio.gather(*(desk.ask(NESTED, call(name), name) for name in names))
    assert statements.groups == [5]
    assert [one["record"]["externalId"] for one in told] == [f"call {name}" for name in names]
    assert len({one["record"]["id"] for one in told}) == len(names)


async def test_who_asks_for_something_else_is_told_that(desk: Desk, statements: Statements) -> None:
    await desk.ask(NESTED, call("before"), "before")
    asked = [
        desk.ask(NESTED, call(f"n{one}"), f"n{one}") if one % 2 else desk.one(call(f"n{one}"), f"n{one}")
        for one in range(8)
    ]
    told = await asyncio.gather(*asked)
    assert statements.groups == [3, 3]
    assert [one["record"].keys() == {"id"} for one in told] == [True, False] * 4


async def test_records_are_opened_as_well_where_no_text_is_kept(
    desk: Desk, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "KEPT", Kept(1))
    names = [f"{number}" for number in range(5)]
    told = await asyncio.gather(*(desk.ask(NESTED, call(name), name) for name in names))
    assert statements.groups == []  # each writes a text of its own down
    assert [one["record"]["externalId"] for one in told] == [f"call {name}" for name in names]


async def test_who_asks_with_other_values_has_another_group(desk: Desk, statements: Statements) -> None:
    first = "mutation($input: OpenRecordInput!, $key: String!, $n: Int!)"
    asked = NESTED.replace("mutation($input: OpenRecordInput!, $key: String!)", first).replace("first: 3", "first: $n")

    async def ask(name: str, count: int) -> Any:
        variables = {"input": call(name), "key": name, "n": count}
        return await answering(compiled=True).execute(asked, variables, desk.api.context(desk.scope))

    await ask("before", 1)
    told = await asyncio.gather(*(ask(f"{place}", count) for place, count in enumerate((1, 1, 1, 2, 2, 1))))
    assert statements.groups == [2, 2]
    names = [orjson.loads(one.body)["data"]["made"]["record"]["externalId"] for one in told]
    assert names == [f"call {place}" for place in range(6)]


async def test_what_stands_against_one_keeps_no_other(
    desk: Desk, chain: Chain, admin: Any, statements: Statements
) -> None:
    first = await desk.one(call("there"), "done before")
    keys = ("first", "there", "done before", "", "last")
    told = await asyncio.gather(*(desk.one(call("there" if key == "done before" else key), key) for key in keys))
    assert statements.groups == [3]
    assert statements.failed == 0
    assert told[1] == told[2] == first
    assert told[3]["code"] == "kernel.invalid_input"
    count = "SELECT array_agg(external_id ORDER BY external_id) FROM records WHERE tenant_id = $1"
    wanted = [*(f"call before {number}" for number in range(3)), "call first", "call last", "call there"]
    assert await admin.fetchval(count, desk.scope.tenant_id) == wanted
    assert told[0]["__typename"] == told[4]["__typename"] == "OpenRecordSuccess"


async def test_two_of_one_name_are_one_record_and_the_others_are_written(
    desk: Desk, admin: Any, statements: Statements
) -> None:
    """The group fails as a whole, and each is done by itself."""
    names = ["first", "twin", "a", "twin", "b"]
    told = await asyncio.gather(*(desk.one(call(name), f"{place}") for place, name in enumerate(names)))
    assert (statements.groups, statements.failed) == ([4], 1)
    ids = [one["record"]["id"] for one in told]
    assert ids[1] == ids[3]
    assert len(set(ids)) == 4
    rows = "SELECT count(*) FROM records WHERE tenant_id = $1"
    assert await admin.fetchval(rows, desk.scope.tenant_id) == 3 + 4
    events = "SELECT count(*) FROM record_events WHERE tenant_id = $1"
    assert await admin.fetchval(events, desk.scope.tenant_id) == 3 + 4


async def test_whoever_goes_while_waiting_is_left_out(desk: Desk, admin: Any, statements: Statements) -> None:
    statements.gate.clear()
    first = asyncio.ensure_future(desk.one(call("first"), "first"))
    statements.begun.clear()
    await statements.begun.wait()
    groups = desk.api.database.groups
    asked = [first, *(asyncio.ensure_future(desk.one(call(name), name)) for name in ("gone", "stays"))]
    for _ in range(1_000):
        if len(groups.waiting) == len(asked) - 1:
            break
        await asyncio.sleep(0)
    asked[1].cancel()
    statements.gate.set()
    assert (await asked[2])["__typename"] == (await asked[0])["__typename"] == "OpenRecordSuccess"
    with pytest.raises(asyncio.CancelledError):
        await asked[1]
    names = "SELECT array_agg(external_id ORDER BY external_id) FROM records WHERE tenant_id = $1"
    assert (await admin.fetchval(names, desk.scope.tenant_id))[3:] == ["call first", "call stays"]


@pytest.mark.usefixtures("patient")
async def test_nobody_waits_long_for_one_that_waits_for_somebody_else(
    desk: Desk, admin: Any, statements: Statements
) -> None:
    """Somebody writes a record of that name and has not yet committed."""
    for number in range(3):
        await desk.one(call(f"patient {number}", priority="low"), f"patient {number}")
    scope = desk.scope
    async with admin.transaction():
        await admin.execute(TAKEN, scope.tenant_id, scope.network_id, "phone", "call held", new_id())
        held = asyncio.ensure_future(desk.one(call("held", priority="low"), "held"))
        statements.begun.clear()
        await statements.begun.wait()
        others = await asyncio.gather(
            *(desk.one(call(f"n{number}", priority="low"), f"n{number}") for number in range(60))
        )
        assert "call held" not in statements.ended
        assert statements.groups == [50, 10]
        assert {one["__typename"] for one in others} == {"OpenRecordSuccess"}
        await admin.execute("DELETE FROM record_keys WHERE external_id = 'call held'")
    assert (await held)["__typename"] == "OpenRecordSuccess"


async def test_tenants_and_actors_have_groups_of_their_own(
    desk: Desk, api: Api, chain: Chain, admin: Any, statements: Statements
) -> None:
    clerk = await prepared_again(replace(desk, scope=replace(desk.scope, actor=Actor(ActorKind.PERSON, new_id()))))
    south = await prepared(Desk(api, chain, await chain.tenant("south")))
    places = [desk, clerk, south]
    statements.groups.clear()
    await asyncio.gather(
        *(place.one(call(f"{at} {number}"), f"{at} {number}") for number in range(4) for at, place in enumerate(places))
    )
    assert statements.groups == [3, 3, 3]
    for at, place in enumerate(places):
        left = await admin.fetch(
            "SELECT tenant_id, actor_id FROM record_events WHERE network_id = $1 AND payload LIKE $2",
            chain.scope.network_id,
            f'%"call {at} %',
        )
        assert [tuple(row) for row in left] == [(place.scope.tenant_id, place.scope.actor.id)] * 4


async def prepared_again(desk: Desk) -> Desk:
    for number in range(3):
        await desk.one(call(f"again {number}"), f"again {number}")
    return desk


async def test_the_statement_of_a_group_stands_behind_the_second_wall(desk: Desk, chain: Chain, admin: Any) -> None:
    """Whatever tenant its rows name and its settings say, and whatever it takes for granted."""
    south = await chain.tenant("south")
    act = Act(replace(desk.scope, instant=chain.clock.now()), chain.clock.now(), chain.directory)
    telling = Telling("SELECT true", (), frozenset())
    acts = [open_record_at_once(act, OpenRecord(channel="phone", standard_code=CODE)) for _ in range(2)]
    before = await everything(admin, desk.scope, south)
    written: list[Written] = []
    for number, one in enumerate(acts):
        assert isinstance(one, Filled)
        blind = replace(one.pattern, specimen=replace(one.pattern.specimen, conditions=()), drawn={})
        request = Request("openRecord", f"key {number}", "print", [])
        written.append(replace(one, pattern=blind).written_down(act, request, telling))
    group = written[0].drawn.group
    assert group is not None
    values = group.values(written[0].values, [one.own for one in written])
    own, text = desk.scope.tenant_id, str(desk.scope.tenant_id)
    stolen = [south.tenant_id if isinstance(one, UUID) and one == own else one for one in values]
    settings = [str(south.tenant_id) if isinstance(one, str) and one == text else one for one in values]
    assert stolen != values != settings
    async with chain.database.plain(Role.APP).connection() as connection:
        for given in (stolen, settings):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(group.sql, *given)
        assert await everything(admin, desk.scope, south) == before
        assert [row["place"] for row in await connection.fetch(group.sql, *values)] == [1, 2]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_together_each_name_and_key_stands_for_one_record(
    seed: int, desk: Desk, admin: Any, statements: Statements
) -> None:
    """Beside a plain account of names and keys, kept in the order in which the records were written."""
    draw = random.Random(seed)
    asked = [(f"n{draw.randrange(12)}", f"k{draw.randrange(25)}") for _ in range(40)]
    told = await asyncio.gather(*(desk.one(call(name), key) for name, key in asked))
    of_key: dict[str, set[str]] = {}
    of_name: dict[str, set[str]] = {}
    for (name, key), one in zip(asked, told, strict=True):
        if one["__typename"] == "OpenRecordSuccess":
            of_key.setdefault(key, set()).add(one["record"]["id"])
            of_name.setdefault(name, set()).add(one["record"]["id"])
        else:
            assert one["code"] == "kernel.idempotency_key_reused"
            assert len({name for name, other in asked if other == key}) > 1
    assert all(len(ids) == 1 for ids in (*of_key.values(), *of_name.values()))
    assert of_key.keys() == {key for _, key in asked}
    rows = await admin.fetch("SELECT external_id FROM records WHERE tenant_id = $1", desk.scope.tenant_id)
    names = [row["external_id"].removeprefix("call ") for row in rows if "before" not in row["external_id"]]
    assert sorted(names) == sorted(of_name)
    kept = "SELECT count(*) FROM idempotency_keys WHERE tenant_id = $1 AND key LIKE 'k%'"
    assert await admin.fetchval(kept, desk.scope.tenant_id) == len(of_key)
    assert statements.groups
