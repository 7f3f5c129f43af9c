"""Two statements work on a record where nothing stands against it, and leave what a transaction would leave."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from core.kernel.direct import ChangedRow
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.looking import Looking
from core.kernel.scope import Scope
from core.kernel.unit import Act
from core.records.events.state import WaitingFor
from core.records.execution.act_at_once import act_at_once
from core.records.execution.commands import Command, CompleteStep, Resolve, Wait
from core.records.graphql.types import RecordType
from tests.core.records.execution.executing import TABLES, Shop
from tests.core.records.opening import Printing, answering
from tests.support.api import Api, answer_of

FIELDS = "record { id version status stepCount firstResponseAt }"
ACT = """mutation($input: {name}!, $key: String!) {{ done: {field}(input: $input, idempotencyKey: $key) {{
  __typename ... on {success}Success {{ {fields} }} ... on Problem {{ code message hint }} }} }}"""
OWN = frozenset(
    {
        "id",
        "tenant_id",
        "record_id",
        "subject_id",
        "recorded_at",
        "updated_at",
        "sent_at",
        "hash",
        "event_hash",
        "previous",
    }
)
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "startStep": ("StartStepInput", {"key": "intake", "readiness": ["tools"]}),
    "completeStep": ("CompleteStepInput", {"key": "intake", "status": "done", "answersCustomer": True}),
    "resumeRecord": ("OnRecord", {}),
    "closeRecord": ("OnRecord", {}),
}
SERVED: tuple[Command, ...] = (CompleteStep(key="intake"), CompleteStep(key="report"), Resolve())
LATER: dict[str, tuple[tuple[Command, ...], str]] = {
    "resumeRecord": ((Wait(whom=WaitingFor.CUSTOMER, reason_code="parts"),), "records.not_waiting"),
    "closeRecord": (SERVED, "records.not_resolved"),
}
"""What is done before, and how it is refused a second time."""


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> Printing:
    return Printing(monkeypatch)


async def ask(shop: Shop, api: Api, field: str, given: dict[str, Any], *, key: str, **how: Any) -> Any:
    name = how.get("name") or ACTS[field][0]
    success = f"{field[0].upper()}{field[1:]}"
    document = ACT.format(name=name, field=field, success=success, fields=how.get("fields", FIELDS))
    scope: Scope = how.get("scope", shop.scope)
    variables = {"input": given, "key": key}
    told = answer_of(await answering(how.get("compiled", True)).execute(document, variables, api.context(scope)))
    assert not told.codes, told.said
    return (told.data or {})["done"]


async def opened(shop: Shop) -> str:
    return global_id("Record", await shop.open(external_id=None))


async def warmed(shop: Shop, api: Api) -> None:
    """Let the process remember what the records' standard is."""
    given = {"record": await opened(shop), "version": 1, "key": "intake"}
    await ask(shop, api, "startStep", given, key="warm")


async def left(shop: Shop, record: str) -> list[Any]:
    """What a record left, without names and hashes of its own."""
    own, found = str(local_id(RecordType, record)), list[Any]()
    for table in TABLES:
        for row in await shop.admin.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} t"):
            if own in row["row"]:
                said = orjson.loads(row["row"].replace(own, "the record"))
                said = {name: value for name, value in said.items() if name not in OWN and "external" not in name}
                found.append((table, {**said, "key": "", "fingerprint": ""} if table == "idempotency_keys" else said))
    return sorted(found, key=repr)


async def worked(shop: Shop, api: Api, record: str, *, compiled: bool) -> list[Any]:
    """Begin a step, end it, do another at once, and two that are refused; give what was answered."""
    told: list[Any] = []
    for version, (field, given) in enumerate(
        (
            ("startStep", {"key": "intake", "readiness": ["tools"]}),
            ("completeStep", {"key": "intake", "status": " done ", "answersCustomer": True}),
            ("completeStep", {"key": "visit"}),
            ("completeStep", {"key": "intake"}),
            ("startStep", {"key": "nowhere"}),
        ),
        1,
    ):
        asked = {"record": record, "version": min(version, 4), **given}
        told.append(await ask(shop, api, field, asked, key=f"{record} {version}", compiled=compiled))
    return orjson.loads(orjson.dumps(told).replace(record.encode(), b"the record"))


async def test_both_ways_leave_the_same_rows_and_refuse_alike(shop: Shop, api: Api, printing: Printing) -> None:
    await warmed(shop, api)
    printing.at_once.clear()
    one, other = await opened(shop), await opened(shop)
    told = await worked(shop, api, one, compiled=True)
    assert printing.at_once == [True, True, True, False, False]
    assert told == await worked(shop, api, other, compiled=False)
    assert [answer.get("code") for answer in told] == [
        None,
        None,
        None,
        "records.step_done",
        "records.step_not_foreseen",
    ]
    assert [answer["record"]["version"] for answer in told[:3]] == [2, 3, 4]
    assert await left(shop, one) == await left(shop, other)


@pytest.mark.parametrize("field", [*LATER])
async def test_what_waits_goes_on_and_what_is_resolved_is_closed_both_ways_alike(
    shop: Shop, api: Api, printing: Printing, field: str
) -> None:
    before, code = LATER[field]
    told: list[Any] = []
    remains: list[list[Any]] = []
    await warmed(shop, api)
    printing.at_once.clear()
    for compiled in (True, False):
        id_ = await shop.open(external_id=None, priority="low")
        record, version = global_id("Record", id_), len(before) + 1
        for command in before:
            await shop.act(id_, command)
        given = {"record": record, "version": version}
        done = await ask(shop, api, field, given, key=f"{compiled}", compiled=compiled)
        again = {**given, "version": version + 1}
        refused = await ask(shop, api, field, again, key=f"{compiled} again", compiled=compiled)
        assert (done["record"].pop("id"), done["record"]["version"], refused["code"]) == (record, version + 1, code)
        assert (await shop.row(id_))["status"] == done["record"]["status"].lower()
        told.append(done)
        remains.append(await left(shop, record))
    assert printing.at_once == [True, False]
    assert told[0] == told[1]
    assert remains[0] == remains[1]


async def test_no_transaction_is_opened_for_it(
    shop: Shop, api: Api, printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await warmed(shop, api)
    record = await opened(shop)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(api.database.__class__, "transaction", refuse)
    given = {"record": record, "version": 1, "key": "intake", "readiness": ["tools"]}
    assert (await ask(shop, api, "startStep", given, key="a"))["record"]["version"] == 2
    assert printing.at_once[-1]


async def test_a_request_is_done_once(shop: Shop, api: Api, printing: Printing) -> None:
    await warmed(shop, api)
    given = {"record": await opened(shop), "version": 1, "key": "intake"}
    first = await ask(shop, api, "completeStep", given, key="the key")
    digest = await shop.digest()
    assert await ask(shop, api, "completeStep", given, key="the key") == first
    refused = await ask(shop, api, "completeStep", {**given, "key": "visit"}, key="the key")
    assert refused["code"] == "kernel.idempotency_key_reused"
    assert await shop.digest() == digest
    assert printing.at_once[-3:] == [True, False, False]


@pytest.mark.parametrize("same_key", [True, False])
async def test_many_at_a_time_are_one_after_the_other(shop: Shop, api: Api, *, same_key: bool) -> None:
    """Of those who read the same version one does it; the others are told, or given what the first did."""
    await warmed(shop, api)
    record = await opened(shop)
    given = {"record": record, "version": 1, "key": "intake"}
    told = await asyncio.gather(
        *(ask(shop, api, "completeStep", given, key="one" if same_key else f"{number}") for number in range(8))
    )
    codes = sorted(one.get("code", "done") for one in told)
    assert codes == ["done"] * 8 if same_key else ["done", *["kernel.stale_edit"] * 7]
    assert await shop.kinds(local_id(RecordType, record)) == ["opened", "step_completed"]


async def test_an_answer_that_reads_the_steps_is_left_to_the_transaction(
    shop: Shop, api: Api, printing: Printing
) -> None:
    await warmed(shop, api)
    fields = "record { version steps(first: 3) { totalCount nodes { key } } }"
    given = {"record": await opened(shop), "version": 1, "key": "intake"}
    told = await ask(shop, api, "completeStep", given, key="a", fields=fields)
    assert told["record"] == {"version": 2, "steps": {"totalCount": 1, "nodes": [{"key": "intake"}]}}
    assert not printing.at_once[-1]


async def test_nobody_else_works_on_a_record(shop: Shop, api: Api) -> None:
    """Neither another tenant nor somebody who may not: refused alike both ways, and nothing is written."""
    await warmed(shop, api)
    given = {"record": await opened(shop), "version": 1, "key": "intake"}
    other = await shop.chain.tenant("south")
    powerless = replace(shop.scope, permissions=shop.scope.permissions - {"records.work"})
    digest = await shop.digest()
    for scope, code in ((other, "kernel.not_found"), (powerless, "kernel.not_permitted")):
        told = [
            await ask(shop, api, "completeStep", given, key="a", scope=scope, compiled=way) for way in (True, False)
        ]
        assert [one["code"] for one in told] == [code, code]
    assert await shop.digest() == digest


async def test_a_record_is_changed_only_as_it_was_read(shop: Shop, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody was faster between the two statements, the second one does nothing at all."""
    await warmed(shop, api)
    record = await opened(shop)
    look: Callable[..., Any] = Looking.rows

    async def slowly(self: Looking, *given: Any) -> Any:
        found = await look(self, *given)
        monkeypatch.setattr(Looking, "rows", look)
        faster = {"record": record, "version": 1, "key": "intake"}
        assert (await ask(shop, api, "completeStep", faster, key="faster"))["record"]["version"] == 2
        return found

    monkeypatch.setattr(Looking, "rows", slowly)
    given = {"record": record, "version": 1, "key": "intake"}
    assert (await ask(shop, api, "completeStep", given, key="slower"))["code"] == "kernel.stale_edit"
    assert await shop.kinds(local_id(RecordType, record)) == ["opened", "step_completed"]


async def test_the_change_stands_behind_the_second_wall(shop: Shop, api: Api) -> None:
    """What is looked at, and the row that is changed, are those of the tenant whose scope it is."""
    await warmed(shop, api)
    id_ = local_id(RecordType, await opened(shop))
    south = await shop.chain.tenant("south")
    now = shop.chain.clock.now()
    command = CompleteStep(key="intake")
    own, foreign = Act(replace(shop.scope, instant=now), now), Act(replace(shop.scope, instant=now), now)
    found = await act_at_once(own, Looking(api.database, shop.scope, frozenset()), id_, 1, command)
    assert found is not None
    assert isinstance(found.changed[0], ChangedRow)
    assert await act_at_once(foreign, Looking(api.database, south, frozenset()), id_, 1, command) is None
