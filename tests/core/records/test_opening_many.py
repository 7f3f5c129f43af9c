"""Up to a thousand records are opened by one mutation, or none; what is left is what one by one would leave."""

import asyncio
from typing import Any

import pytest

from core.kernel.ids import new_id
from core.kernel.scope import Scope
from tests.core.records.conftest import Chain
from tests.core.records.opening import CODE, Desk, Printing, call, calls, everything, ids, names, row_ids
from tests.support.api import Api

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    return Desk(api, chain, await chain.tenant("north"))


@pytest.mark.parametrize("count", [1, 2, 137, 1_000])
async def test_records_are_opened_and_told_in_the_order_of_sending(
    count: int, desk: Desk, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing = Printing(monkeypatch)
    sent = [call(name, priority=f'"high"\\{name}') for name in reversed(range(count))]
    told = await desk.many(sent)
    assert printing.printed == [True]
    assert (told["__typename"], told["opened"], told["alreadyThere"]) == ("OpenRecordsSuccess", count, 0)
    assert names(told) == [one["externalId"] for one in sent]
    assert row_ids(told) == sorted(set(row_ids(told)))
    first = {**told["records"][0]}
    assert first == {
        "id": first["id"],
        "channel": "phone",
        "externalId": f"call {count - 1}",
        "standardCode": CODE,
        "standardVersion": "1.0.0",
        "status": "OPEN",
        "priority": f'"high"\\{count - 1}',
        "openedAt": "2026-11-21T09:00:00.000000Z",
        "stepCount": 0,
        "version": 1,
    }
    north = desk.scope.tenant_id
    assert await admin.fetchval("SELECT count(*) FROM records WHERE tenant_id = $1", north) == count
    again = await desk.interpreted().many(sent, "another key")
    assert printing.printed == [True]
    assert again == {**told, "opened": 0, "alreadyThere": count}


async def test_a_fresh_request_is_interpreted_to_the_same_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    printing = Printing(monkeypatch)
    sent = [*calls("cab"), call(None), call("a")]
    interpreted = await desk.interpreted().many(sent)
    assert (printing.printed, interpreted["opened"], interpreted["alreadyThere"]) == ([], 4, 1)
    told = await desk.many(sent[:3], "another key")
    assert told["records"] == interpreted["records"][:3]
    assert printing.printed == [True]


async def test_a_key_that_is_sent_twice_is_one_record(desk: Desk, admin: Any) -> None:
    first = await desk.many([*calls("abab"), call("a", channel="email"), call("b", priority="another")])
    assert (first["opened"], first["alreadyThere"]) == (3, 3)
    a, b, a2, b2, mail, b3 = ids(first)
    assert (a, b, b) == (a2, b2, b3)
    assert len({a, b, mail}) == 3
    assert {one["priority"] for one in first["records"]} == {None}
    second = await desk.many(calls("cbda"), "another key")
    assert (second["opened"], second["alreadyThere"]) == (2, 2)
    assert (ids(second)[1], ids(second)[3]) == (b, a)
    single = await desk.one(call("c"), "a third key")
    assert single["record"]["id"] == ids(second)[0]
    before = await everything(admin, desk.scope)
    third = await desk.many(calls("abcd"), "a fourth key")
    assert (third["opened"], third["alreadyThere"]) == (0, 4)
    after = await everything(admin, desk.scope)
    changed = [table for (table, old), (_, new) in zip(before, after, strict=True) if old != new]
    assert changed == ["outbox", "idempotency_keys"]  # That somebody wrote is told to those who watch the tenant.
    events = await admin.fetch("SELECT record_id FROM record_events WHERE tenant_id = $1", desk.scope.tenant_id)
    assert len(events) == len({one["record_id"] for one in events}) == 5


async def test_records_without_a_name_are_always_others(desk: Desk) -> None:
    told = await desk.many([call(None), call("  ", externalId="  "), call(None)])
    assert (told["opened"], told["alreadyThere"]) == (3, 0)
    assert len(set(ids(told))) == 3
    assert len(set(names(told))) == 3


async def test_records_have_their_sites_and_standards(desk: Desk, admin: Any) -> None:
    await desk.open_sites("station", "harbour")
    await desk.chain.publish("complaints")
    sent = [
        call(1, siteKey="harbour"),
        call(2, standardCode="complaints", siteKey="station"),
        call(3, siteKey="harbour", standardCode="complaints"),
        call(4),
    ]
    told = await desk.many(sent)
    query = """SELECT s.key FROM records r LEFT JOIN sites s ON s.tenant_id = r.tenant_id AND s.id = r.site_id
               WHERE r.tenant_id = $1 ORDER BY r.external_id"""
    found = await admin.fetch(query, desk.scope.tenant_id)
    assert [one["key"] for one in found] == ["harbour", "station", "harbour", None]
    assert [one["standardCode"] for one in told["records"]] == [CODE, "complaints", "complaints", CODE]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"channel": "By Phone"}, "kernel.invalid_input"),
    ({"channel": "x" * 201}, "kernel.invalid_input"),
    ({"externalId": "x" * 201}, "kernel.invalid_input"),
    ({"externalId": "a\x01"}, "kernel.invalid_input"),
    ({"priority": "\x1b"}, "kernel.invalid_input"),
    ({"siteKey": "nowhere"}, "kernel.not_found"),
    ({"siteKey": "a\x01"}, "kernel.invalid_input"),
    ({"siteKey": ""}, "kernel.not_found"),
    ({"standardCode": "none"}, "standards.none_in_force"),
    ({"standardCode": "a\x01"}, "kernel.invalid_input"),
    ({"externalId": "taken"}, "records.key_is_taken"),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
async def test_one_that_cannot_be_opened_leaves_nothing_of_all(
    changes: dict[str, str], code: str, desk: Desk, admin: Any
) -> None:
    await desk.chain.publish("other")
    await desk.one(call(0, externalId="taken", standardCode="other"))
    before = await everything(admin, desk.scope)
    bad = call("bad", **changes)
    single = await desk.one(bad, "another key")
    told = await desk.many([call(1), call(2), bad, call(3)], "another key")
    assert (told["__typename"], told["code"]) == ("RecordsRefused", "records.some_refused")
    assert (told["given"], told["refused"]) == (4, 1)
    (refusal,) = told["refusals"]
    assert refusal == {"index": 2, "code": code, "message": single["message"], "hint": single["hint"]}
    assert single["code"] == code
    assert await everything(admin, desk.scope) == before
    assert (await desk.many(calls("123"), "another key"))["opened"] == 3


@pytest.mark.parametrize("count", [0, 1_001])
async def test_none_and_too_many_are_refused(count: int, desk: Desk, admin: Any) -> None:
    before = await everything(admin, desk.scope)
    told = await desk.many(calls(range(count)))
    assert (told["__typename"], told["code"], told["field"]) == ("InvalidInput", "kernel.invalid_input", "records")
    assert await everything(admin, desk.scope) == before


async def test_everything_that_is_wrong_is_told_at_once(desk: Desk, admin: Any) -> None:
    await desk.chain.publish("other")
    await desk.one(call("taken"))
    before = await everything(admin, desk.scope)
    sent = [call(number, **changes) for number, (changes, _) in enumerate(REFUSED[:-1])]
    sent += [call("fine"), call("taken", standardCode="other"), call("own"), call("own", standardCode="other")]
    told = await desk.many(sent, "another key")
    expected = [(place, code) for place, (_, code) in enumerate(REFUSED[:-1])]
    expected += [(11, "records.key_is_taken"), (13, "records.key_is_taken")]
    assert [(one["index"], one["code"]) for one in told["refusals"]] == expected
    assert (told["given"], told["refused"]) == (14, 12)
    assert await everything(admin, desk.scope) == before


async def test_a_hundred_refusals_are_told_and_the_rest_is_counted(desk: Desk, admin: Any) -> None:
    before = await everything(admin, desk.scope)
    told = await desk.many([call(place, channel="No" if place % 2 else "phone") for place in range(1_000)])
    assert (told["given"], told["refused"], len(told["refusals"])) == (1_000, 500, 100)
    assert [one["index"] for one in told["refusals"]] == list(range(1, 200, 2))
    assert told["message"] == "500 of 1000 records cannot be opened, so none was."
    assert await everything(admin, desk.scope) == before


@pytest.mark.parametrize("taken", [0, 1, 62])
async def test_one_of_many_that_is_there_is_found_wherever_it_stands(
    taken: int, desk: Desk, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is among those that are looked up before; the others are found when they are to be written."""
    printing, sent = Printing(monkeypatch), [call(f"{number:02}") for number in range(63)]
    before = await desk.many(sent[taken : taken + 1], "one")
    told = await desk.many(sent, "all")
    assert printing.at_once == [False, False]
    assert (told["opened"], told["alreadyThere"], ids(told)[taken]) == (62, 1, ids(before)[0])
    await assert_one_each(admin, desk.scope, 63)
    assert (await desk.many([call(f"new {number}") for number in range(63)], "others"))["opened"] == 63
    assert printing.at_once[-1]


async def test_a_repeated_request_is_done_once_and_answered_again(desk: Desk, admin: Any) -> None:
    sent = [*calls("zyx"), call(None), call("y")]
    first = await desk.many(sent, "once")
    before = await everything(admin, desk.scope)
    for asked in (desk, desk.interpreted()):
        again = await asked.many(sent, "once")
        assert again == {**first, "opened": None, "alreadyThere": None}
    assert await everything(admin, desk.scope) == before
    other = await desk.many(list(reversed(sent)), "once")
    assert other["code"] == "kernel.idempotency_key_reused"
    assert await everything(admin, desk.scope) == before


async def test_tenants_have_their_own_keys_and_do_not_see_each_others(desk: Desk, admin: Any) -> None:
    chain = desk.chain
    south = Desk(desk.api, chain, await chain.tenant("south"))
    await desk.open_sites("station")
    mine = await desk.many(calls("ab"))
    before = await everything(admin, desk.scope)
    theirs = await south.many(calls("ab"))
    assert (theirs["opened"], set(ids(theirs)) & set(ids(mine))) == (2, set())
    refused = await south.many([call("c", siteKey="station")], "another key")
    assert [one["code"] for one in refused["refusals"]] == ["kernel.not_found"]
    assert await everything(admin, desk.scope) == before


async def test_who_may_not_open_records_opens_none(desk: Desk, admin: Any) -> None:
    before = await everything(admin, desk.scope)
    told = await desk.without("records.open").many(calls("ab"))
    assert (told["__typename"], told["permission"]) == ("NotPermitted", "records.open")
    assert await everything(admin, desk.scope) == before


async def test_requests_over_the_same_keys_in_any_order_open_each_once(desk: Desk, admin: Any) -> None:
    keys = list(range(300))
    asked = [keys, keys[::-1], keys[150:] + keys[:150], keys[200::-1]]
    told = await asyncio.gather(*[desk.many(calls(one), f"key {place}") for place, one in enumerate(asked)])
    assert [one["__typename"] for one in told] == ["OpenRecordsSuccess"] * 4
    assert sum(one["opened"] for one in told) == 300
    by_name = [dict(zip(names(one), ids(one), strict=True)) for one in told]
    assert all(one.items() <= by_name[0].items() for one in by_name)
    await assert_one_each(admin, desk.scope, 300)


async def test_requests_in_opposite_order_do_not_wait_for_each_other_in_a_circle(desk: Desk, admin: Any) -> None:
    """Both come as far as a key that somebody else is taking; neither may hold what the other needs next."""
    scope, keys = desk.scope, list(range(100, 200))
    async with asyncio.TaskGroup() as group, admin.transaction():
        values = (scope.tenant_id, scope.network_id, "phone", "call 150", new_id())
        query = "INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id)"
        await admin.execute(f"{query} VALUES ($1, $2, $3, $4, $5)", *values)
        asked = [group.create_task(desk.many(calls(one), f"{one[0]}")) for one in (keys, keys[::-1])]
        while await admin.fetchval(WAITING) < len(asked):  # noqa: ASYNC110 - it is PostgreSQL that is waited for
            await asyncio.sleep(0)
        await admin.execute("DELETE FROM record_keys WHERE tenant_id = $1", scope.tenant_id)
    assert sorted(one.result()["opened"] for one in asked) == [0, 100]
    await assert_one_each(admin, scope, 100)


async def test_the_same_request_sent_at_once_is_done_once(desk: Desk, admin: Any) -> None:
    told = await asyncio.gather(*[desk.many(calls(range(50)), "one key") for _ in range(3)])
    assert {tuple(ids(one)) for one in told} == {tuple(ids(told[0]))}
    assert sorted(one["opened"] or 0 for one in told) == [0, 0, 50]
    await assert_one_each(admin, desk.scope, 50)


async def assert_one_each(admin: Any, scope: Scope, count: int) -> None:
    """There is one record for each key."""
    joined = "FROM records r JOIN record_keys k ON k.tenant_id = r.tenant_id AND k.record_id = r.id"
    found = await admin.fetchrow(
        f"SELECT count(*) AS pairs, count(DISTINCT k.external_id) AS keys {joined} WHERE r.tenant_id = $1",
        scope.tenant_id,
    )
    assert tuple(found) == (count, count)
    assert await admin.fetchval("SELECT count(*) FROM records WHERE tenant_id = $1", scope.tenant_id) == count
