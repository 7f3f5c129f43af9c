"""One statement opens a record where nothing stands against it, and leaves what a transaction would leave."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import pytest
from opentelemetry.sdk.trace import TracerProvider

from core.kernel.at_once import AtOnce, Telling, written_down
from core.kernel.direct import NewRow
from core.kernel.graphql.ids import local_id
from core.kernel.idempotency import request_row
from core.kernel.ids import new_id
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind
from core.kernel.unit import Act
from core.records.events.policy import leaf_hash
from core.records.events.repository import event_of
from core.records.graphql.types import RecordType
from core.records.open_at_once import open_record_at_once
from core.records.open_record import OpenRecord
from tenants.networks.move import MoveTenant, move_tenant
from tests.core.records.conftest import Chain
from tests.core.records.opening import CODE, Desk, Printing, call, calls, everything
from tests.support.api import Api

OWN = frozenset({"tenant_id", "actor_id", "target_tenant_id", "recorded_at", "updated_at", "sent_at", "fingerprint"})
NESTED = """
mutation($input: OpenRecordInput!, $key: String!) {
  made: openRecord(input: $input, idempotencyKey: $key) {
    ... on OpenRecordSuccess {
      kind: __typename
      record { id externalId site { key } steps(first: 3) { totalCount nodes { key } } }
    }
    ... on Problem { code }
  }
}
"""


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    """A desk at which a record was opened before, so that it is known what holds."""
    desk = Desk(api, chain, await chain.tenant("north"))
    await desk.one(call("first"), "first")
    return desk


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> Printing:
    return Printing(monkeypatch)


async def named(admin: Any, desk: Desk, key: str) -> dict[str, list[dict[str, Any]]]:
    """What one request left, with the names of rows instead of their ids."""
    request = await admin.fetchrow(
        "SELECT * FROM idempotency_keys WHERE tenant_id = $1 AND key = $2", desk.scope.tenant_id, key
    )
    names = {str(one): f"record {place}" for place, one in enumerate(request["ids"])}
    left: dict[str, list[dict[str, Any]]] = {"idempotency_keys": [dict(request)]}
    for table, rows in await everything(admin, desk.scope):
        found = [orjson.loads(one) for one in rows if any(id_ in one for id_ in names)]
        if table != "idempotency_keys":
            left[table] = found
    for rows in left.values():
        for row in rows:
            for name in OWN & row.keys():
                row[name] = ""
            for name in {"id", "subject_id"} & row.keys():
                row[name] = row[name] if str(row[name]) in names else ""
    for row in left["record_events"]:
        names[row["hash"].removeprefix("\\x")] = f"hash of {names[row['record_id']]}"
    text = orjson.dumps(left, default=str).decode()
    for one, name in names.items():
        text = text.replace(one, name)
    return orjson.loads(text)


@pytest.mark.parametrize("before", [0, 1, 2])
@pytest.mark.parametrize("many", [False, True])
async def test_both_ways_leave_the_same_rows(
    many: bool, before: int, desk: Desk, api: Api, chain: Chain, admin: Any, printing: Printing
) -> None:
    """Whether none, one or more have begun alike before."""
    other = Desk(api, chain, await chain.tenant("south"))
    await other.one(call("first"), "first")
    told: list[Any] = []
    for place in (desk, other.interpreted()):
        for number in range(before):
            await place.one(call(number, priority="high"), f"before {number}")
        if many:
            told.append(await place.many([call("a", priority=" high "), call("b"), call("c", channel="email")], "it"))
        else:
            told.append(await place.one(call("a", priority=" high "), "it"))
    assert printing.at_once[-1:] == [True]
    assert told[0]["__typename"] == told[1]["__typename"] == ("OpenRecordsSuccess" if many else "OpenRecordSuccess")
    assert await named(admin, desk, "it") == await named(admin, other, "it")


async def test_one_statement_on_a_connection_of_its_own_does_it(
    desk: Desk, printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(desk.api.database.__class__, "transaction", refuse)
    told = await desk.one(call("a"), "a")
    assert told["__typename"] == "OpenRecordSuccess"
    assert (await desk.many([call("b"), call(None)], "b"))["opened"] == 2
    assert printing.at_once == [True, True]


@pytest.mark.parametrize("before", [0, 2])
async def test_values_that_are_equal_stand_each_in_its_place(
    before: int, desk: Desk, api: Api, chain: Chain, admin: Any, printing: Printing
) -> None:
    other = Desk(api, chain, await chain.tenant("south"))
    await other.one(call("first"), "first")
    for place in (desk, other.interpreted()):
        for number in range(before):
            await place.one(call(number, channel="a", priority="a"), f"before {number}")
        await place.one({**call("a", channel="a", priority="a"), "externalId": "a"}, "a")
    assert printing.at_once[1:] == [True] * (before + 1)
    assert await named(admin, desk, "a") == await named(admin, other, "a")


async def test_a_record_without_a_name_is_named_as_it_is(desk: Desk, admin: Any) -> None:
    told = [await desk.one(call(None), f"{number}") for number in range(4)]
    for one in told:
        id_ = local_id(RecordType, one["record"]["id"])
        record = await admin.fetchrow("SELECT external_id, event_hash FROM records WHERE id = $1", id_)
        event = event_of(await admin.fetchrow("SELECT * FROM record_events WHERE record_id = $1", id_))
        assert record["external_id"] == orjson.loads(event.payload)["externalId"] == str(id_)
        assert record["event_hash"] == event.hash == leaf_hash(event)
    assert len({one["record"]["id"] for one in told}) == len(told)


async def test_who_acts_in_which_trace_and_where_is_told_of_each(
    desk: Desk, api: Api, chain: Chain, admin: Any, printing: Printing
) -> None:
    clerk = replace(desk, scope=replace(desk.scope, actor=Actor(ActorKind.PERSON, new_id())))
    south = Desk(api, chain, await chain.tenant("south"))
    await south.one(call("first"), "first")
    printing.at_once.clear()
    tracer = TracerProvider().get_tracer("test")
    for number in range(3):
        for place in (desk, clerk, south):
            await place.one(call(f"{number} of {place.scope.actor.id}"), f"{number}")
        with tracer.start_as_current_span("traced"):
            await desk.one(call(f"{number} traced"), f"traced {number}")
    assert printing.at_once == [True] * 12
    events = await admin.fetch(
        "SELECT tenant_id, actor_id, payload FROM record_events WHERE network_id = $1", chain.scope.network_id
    )
    told = [(row["tenant_id"], row["actor_id"]) for row in events if "first" not in row["payload"]]
    wanted = [(place.scope.tenant_id, place.scope.actor.id) for place in (desk, desk, clerk, south) for _ in range(3)]
    assert sorted(told) == sorted(wanted)
    traces = await admin.fetch(
        "SELECT DISTINCT trace FROM outbox WHERE tenant_id = $1 AND trace IS NOT NULL", desk.scope.tenant_id
    )
    assert len(traces) == 3


async def test_what_was_answered_alike_is_told_as_it_is_asked_for(desk: Desk, printing: Printing) -> None:
    for number in range(3):
        assert (await desk.one(call(number), f"{number}"))["record"].keys() == {"id"}
        assert (await desk.ask(NESTED, call(f"n{number}"), f"n{number}"))["record"]["externalId"] == f"call n{number}"
    assert printing.at_once == [True] * 6


async def test_a_key_that_is_none_is_refused(desk: Desk, admin: Any) -> None:
    for number in range(2):
        await desk.one(call(number), f"{number}")
    left = await everything(admin, desk.scope)
    for key in ("", "x" * 201):
        assert (await desk.one(call("a"), key))["code"] == "kernel.invalid_input"
    assert await everything(admin, desk.scope) == left


async def test_a_request_is_done_once(desk: Desk, admin: Any, printing: Printing) -> None:
    first = await desk.one(call("a"), "the key")
    left = await everything(admin, desk.scope)
    assert await desk.one(call("a"), "the key") == first
    assert (await desk.one(call("b"), "the key"))["code"] == "kernel.idempotency_key_reused"
    assert await everything(admin, desk.scope) == left
    assert printing.at_once == [True, False, False]


async def test_a_name_that_is_there_is_left_to_the_rules(desk: Desk, chain: Chain, admin: Any) -> None:
    await chain.publish("complaints")
    first = await desk.one(call("a"), "a")
    assert await desk.one(call("a"), "again") == first
    left = await everything(admin, desk.scope)
    assert (await desk.one(call("a", standardCode="complaints"), "taken"))["code"] == "records.key_is_taken"
    await desk.one(call("z", standardCode="complaints"), "known")
    left = await everything(admin, desk.scope)
    refused = await desk.many([call("x"), call("a", standardCode="complaints")], "taken too")
    assert refused["__typename"] == "RecordsRefused"
    assert await everything(admin, desk.scope) == left


async def test_many_at_a_time_with_one_key_are_one_record(desk: Desk, admin: Any) -> None:
    told = await asyncio.gather(*(desk.one(call("a"), "the key") for _ in range(8)))
    assert len({one["record"]["id"] for one in told}) == 1
    others = await asyncio.gather(*(desk.one(call("b"), f"key {number}") for number in range(8)))
    assert len({one["record"]["id"] for one in others}) == 1
    count = "SELECT count(*) FROM records WHERE tenant_id = $1"
    assert await admin.fetchval(count, desk.scope.tenant_id) == 3


@pytest.mark.parametrize(
    "given",
    [
        {"channel": "Not a word"},
        {"standardCode": "none"},
        {"siteKey": "nowhere"},
        {"priority": "\x07"},
        {"externalId": "x" * 201},
    ],
)
async def test_what_is_refused_is_refused_alike_and_changes_nothing(
    given: dict[str, Any], desk: Desk, admin: Any
) -> None:
    left = await everything(admin, desk.scope)
    asked = {**call("a"), **given}
    told = await desk.one(asked, "a")
    assert told == await desk.interpreted().one(asked, "a")
    assert "code" in told
    assert (await desk.without("records.open").one(call("a"), "a"))["code"] == "kernel.not_permitted"
    assert await everything(admin, desk.scope) == left


async def test_what_holds_now_is_pinned(desk: Desk, chain: Chain, printing: Printing) -> None:
    await chain.publish(CODE, "2.0.0", since=chain.clock.now() + timedelta(minutes=1), limit=60)
    told = [(await desk.many([call("a")], "a"))["records"][0]["standardVersion"]]
    chain.clock.advance(timedelta(minutes=1))
    told += [(await desk.many([call(name)], name))["records"][0]["standardVersion"] for name in "bc"]
    assert told == ["1.0.0", "2.0.0", "2.0.0"]
    assert printing.at_once == [False, False, True]


async def test_what_is_published_meanwhile_is_pinned_by_the_next(
    desk: Desk, chain: Chain, admin: Any, printing: Printing
) -> None:
    for number in range(3):
        await desk.one(call(number), f"{number}")
    await chain.publish(CODE, "2.0.0", since=chain.clock.now(), limit=60)
    for number in range(3, 7):
        await desk.one(call(number), f"{number}")
    assert printing.at_once == [True] * 3 + [False] + [True] * 3
    query = "SELECT standard_version FROM records WHERE tenant_id = $1 ORDER BY id"
    versions = [row["standard_version"] for row in await admin.fetch(query, desk.scope.tenant_id)]
    assert versions == ["1.0.0"] * 4 + ["2.0.0"] * 4


@pytest.mark.parametrize("before", [1, 3])
async def test_a_tenant_that_has_moved_is_looked_at_anew(
    before: int, desk: Desk, chain: Chain, printing: Printing
) -> None:
    region = await chain.tenant("region", kind="region")
    for number in range(before):
        await desk.one(call(number), f"{number}")
    async with chain.database.unit(chain.scope, clock=chain.clock, directory=chain.directory) as unit:
        move = MoveTenant(tenant_id=desk.scope.tenant_id, parent_id=region.tenant_id, since=chain.clock.now())
        await move_tenant(unit, move)
    assert (await desk.one(call("b"), "b"))["__typename"] == "OpenRecordSuccess"
    assert printing.at_once == [True] * before + [False]


async def test_a_selection_may_read_what_was_not_written(desk: Desk, printing: Printing) -> None:
    told = await desk.ask(NESTED, call("a"), "a")
    record = told["record"]
    assert told == {"kind": "OpenRecordSuccess", "record": {**record, "externalId": "call a", "site": None}}
    assert record["steps"] == {"totalCount": 0, "nodes": []}
    assert told == await desk.interpreted().ask(NESTED, call("a"), "a")
    assert printing.at_once == [True]


async def test_the_statement_stands_behind_the_second_wall(desk: Desk, chain: Chain, admin: Any) -> None:
    """Rows of another tenant are refused by the database, whatever the statement is told."""
    south = await chain.tenant("south")
    act = Act(replace(desk.scope, instant=chain.clock.now()), chain.clock.now(), chain.directory)
    doing = open_record_at_once(act, OpenRecord(channel="phone", standard_code=CODE))
    assert isinstance(doing, AtOnce)
    request = request_row(act, "openRecord", "the key", "print", [])
    telling = Telling("SELECT true", (), frozenset())
    before = await everything(admin, desk.scope, south)
    for place, row in enumerate(doing.rows):
        assert isinstance(row, NewRow)
        stolen = NewRow(row.table, {**row.values, "tenant_id": south.tenant_id})
        rows = (*doing.rows[:place], stolen, *doing.rows[place + 1 :])
        sql, values = written_down(desk.scope, request, replace(doing, rows=rows), telling)
        async with chain.database.plain(Role.APP).connection() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchrow(sql, *values)
    sql, values = written_down(south, request, doing, telling)
    async with chain.database.plain(Role.APP).connection() as connection:
        assert await connection.fetchrow(sql, *values) is None
    assert await everything(admin, desk.scope, south) == before


async def test_another_tenant_has_names_and_keys_of_its_own(desk: Desk, api: Api, chain: Chain, admin: Any) -> None:
    other = Desk(api, chain, await chain.tenant("south"))
    await other.one(call("first"), "first")
    first = await desk.one(call("a"), "the key")
    left = await everything(admin, desk.scope)
    second = await other.one(call("a"), "the key")
    ids = [local_id(RecordType, one["record"]["id"]) for one in (first, second)]
    assert len({*ids, new_id()}) == 3
    assert await everything(admin, desk.scope) == left
    assert (await other.many(calls("bc"), "many"))["opened"] == 2
    assert await everything(admin, desk.scope) == left
