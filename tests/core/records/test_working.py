"""A record is opened once, worked under the standard it pinned, and resolved when the standard's steps are done."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from msgspec import structs

from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.errors import (
    RecordIsNotOpen,
    RecordKeyIsTaken,
    RequiredStepsMissing,
    StepNotForeseen,
    StepOutOfTime,
)
from core.records.open_record import OpenRecord, open_record
from core.records.policy import elapsed_seconds, first_step
from core.records.work_record import AddStep, ResolveRecord, add_record_step, resolve_record
from core.standards.errors import NoStandardInForce
from tests.core.records.conftest import Chain

T = TypeVar("T")
CALL = OpenRecord(channel="phone", standard_code="incident-handling", external_id="call 1")


async def do(chain: Chain, scope: Scope, work: Callable[[Unit, Any], Awaitable[T]], command: Any) -> T:
    async with chain.database.unit(scope, clock=chain.clock, directory=chain.directory) as unit:
        return await work(unit, command)


async def row(admin: Any, record_id: UUID) -> Any:
    return await admin.fetchrow("SELECT * FROM records WHERE id = $1", record_id)


async def everything(admin: Any, scope: Scope) -> list[int]:
    tables = ("records", "record_keys", "record_steps", "record_events", "audit_entries", "outbox")
    return [await admin.fetchval(f"SELECT count(*) FROM {one} WHERE tenant_id = $1", scope.tenant_id) for one in tables]


async def test_a_record_is_worked_from_its_opening_to_its_resolution(chain: Chain, admin: Any) -> None:
    north = await chain.tenant("north")
    began = chain.clock.now()
    record_id = await do(chain, north, open_record, CALL)
    await chain.publish("incident-handling", "2.0.0", since=began + timedelta(seconds=1), limit=60)
    chain.clock.advance(timedelta(minutes=5))
    accepted = AddStep(record_id=record_id, expected_version=1, key="accepted", status="in progress")
    await do(chain, north, add_record_step, accepted)
    chain.clock.advance(timedelta(minutes=5))
    answered = AddStep(record_id=record_id, expected_version=2, key="completed", answers_customer=True)
    await do(chain, north, add_record_step, answered)
    chain.clock.advance(timedelta(seconds=30.5))
    await do(chain, north, resolve_record, ResolveRecord(record_id=record_id, expected_version=3))
    found = await row(admin, record_id)
    assert (found["status"], found["version"], found["step_count"]) == ("resolved", 4, 2)
    assert (found["first_response_seconds"], found["resolution_seconds"]) == (600, 631)
    assert found["standard_version"] == "1.0.0"
    steps = await admin.fetch("SELECT * FROM record_steps WHERE record_id = $1 ORDER BY position", record_id)
    assert [(one["key"], one["status"], one["performer_id"]) for one in steps] == [
        ("accepted", "in progress", north.actor.id),
        ("completed", None, north.actor.id),
    ]
    events = await admin.fetch("SELECT number, kind FROM record_events WHERE record_id = $1 ORDER BY number", record_id)
    assert [tuple(one) for one in events] == [
        (1, "opened"),
        (2, "step_completed"),
        (3, "step_completed"),
        (4, "resolved"),
    ]
    assert await admin.fetchval("SELECT count(*) FROM audit_entries WHERE subject_id = $1", record_id) == 0
    sent = await admin.fetch("SELECT topic FROM outbox WHERE tenant_id = $1 ORDER BY id", north.tenant_id)
    assert [one["topic"] for one in sent if one["topic"].startswith(("records", "quality"))] == [
        "records.changed",
        "quality.score_record",
        "records.changed",
        "quality.score_record",
        "records.changed",
        "quality.score_record",
        "records.changed",
        "quality.score_record",
    ]


async def test_opening_again_gives_the_same_record(chain: Chain, admin: Any) -> None:
    north, south = await chain.tenant("north"), await chain.tenant("south")
    first = await do(chain, north, open_record, CALL)
    before = await everything(admin, north)
    assert await do(chain, north, open_record, CALL) == first
    assert await everything(admin, north) == before
    assert await do(chain, south, open_record, CALL) != first
    assert await do(chain, north, open_record, structs.replace(CALL, channel="email")) != first


async def test_records_opened_at_once_under_one_name_are_one(chain: Chain) -> None:
    north = await chain.tenant("north")
    opened = await asyncio.gather(*[do(chain, north, open_record, CALL) for _ in range(6)])
    assert len(set(opened)) == 1


async def test_a_channel_without_names_opens_a_record_each_time(chain: Chain, admin: Any) -> None:
    north = await chain.tenant("north")
    walk_in = OpenRecord(channel="site_desk", standard_code="incident-handling")
    one, two = [await do(chain, north, open_record, walk_in) for _ in range(2)]
    assert one != two
    assert (await row(admin, one))["external_id"] == str(one)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"standard_code": "none"}, NoStandardInForce),
        ({"channel": "By Phone"}, InvalidInput),
        ({"channel": "x" * 201}, InvalidInput),
        ({"external_id": "x" * 201}, InvalidInput),
        ({"external_id": "a\x00"}, InvalidInput),
        ({"priority": "\x1b"}, InvalidInput),
        ({"site_key": "nowhere"}, NotFound),
    ],
)
async def test_a_record_that_cannot_be_opened_leaves_nothing(
    changes: dict[str, str], refusal: type[DomainError], chain: Chain, admin: Any
) -> None:
    north = await chain.tenant("north")
    before = await everything(admin, north)
    with pytest.raises(refusal):
        await do(chain, north, open_record, structs.replace(CALL, **changes))
    assert await everything(admin, north) == before


async def test_one_name_is_not_opened_under_two_standards(chain: Chain) -> None:
    await chain.publish("other")
    await do(chain, chain.scope, open_record, CALL)
    with pytest.raises(RecordKeyIsTaken) as refused:
        await do(chain, chain.scope, open_record, structs.replace(CALL, standard_code="other"))
    assert refused.value.standard == "incident-handling"


async def test_work_that_does_not_fit_is_refused_and_leaves_nothing(chain: Chain, admin: Any) -> None:
    north = await chain.tenant("north")
    record_id = await do(chain, north, open_record, CALL)
    chain.clock.advance(timedelta(hours=1))
    step = AddStep(record_id=record_id, expected_version=1, key="accepted")
    resolve = ResolveRecord(record_id=record_id, expected_version=1)
    before = await everything(admin, north), await row(admin, record_id)
    now = chain.clock.now()
    refused: list[tuple[Any, Any, type[DomainError]]] = [
        (add_record_step, replace(step, key="danced"), StepNotForeseen),
        (add_record_step, replace(step, expected_version=2), StaleEdit),
        (add_record_step, replace(step, record_id=new_id()), NotFound),
        (add_record_step, replace(step, occurred_at=now - timedelta(hours=2)), StepOutOfTime),
        (add_record_step, replace(step, occurred_at=now + timedelta(seconds=1)), StepOutOfTime),
        (add_record_step, replace(step, occurred_at=now.replace(tzinfo=None)), InvalidInput),
        (add_record_step, replace(step, status="\x00"), InvalidInput),
        (resolve_record, resolve, RequiredStepsMissing),
        (resolve_record, replace(resolve, record_id=new_id()), NotFound),
    ]
    for work, command, refusal in refused:
        with pytest.raises(refusal):
            await do(chain, north, work, command)
    assert (await everything(admin, north), await row(admin, record_id)) == before


async def test_another_tenants_record_is_not_there(chain: Chain) -> None:
    north, south = await chain.tenant("north"), await chain.tenant("south")
    record_id = await do(chain, north, open_record, CALL)
    step = AddStep(record_id=record_id, expected_version=1, key="accepted")
    for scope in (south, chain.scope):
        with pytest.raises(NotFound):
            await do(chain, scope, add_record_step, step)
        with pytest.raises(NotFound):
            await do(chain, scope, resolve_record, ResolveRecord(record_id=record_id, expected_version=1))


async def test_a_resolved_record_is_not_worked_on(chain: Chain) -> None:
    record_id = await do(chain, chain.scope, open_record, CALL)
    for version, key in enumerate(("accepted", "completed"), start=1):
        step = AddStep(record_id=record_id, expected_version=version, key=key)
        await do(chain, chain.scope, add_record_step, step)
    await do(chain, chain.scope, resolve_record, ResolveRecord(record_id=record_id, expected_version=3))
    with pytest.raises(RecordIsNotOpen):
        await do(chain, chain.scope, resolve_record, ResolveRecord(record_id=record_id, expected_version=4))
    step = AddStep(record_id=record_id, expected_version=4, key="accepted")
    with pytest.raises(RecordIsNotOpen):
        await do(chain, chain.scope, add_record_step, step)


async def test_steps_added_at_once_come_one_after_another(chain: Chain, admin: Any) -> None:
    record_id = await do(chain, chain.scope, open_record, CALL)
    step = AddStep(record_id=record_id, expected_version=1, key="accepted")
    told = await asyncio.gather(
        *[do(chain, chain.scope, add_record_step, step) for _ in range(4)], return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in told) == ["StaleEdit", "StaleEdit", "StaleEdit", "UUID"]
    assert (await row(admin, record_id))["step_count"] == 1


@pytest.mark.parametrize(
    ("work", "command", "permission"),
    [
        (open_record, CALL, "records.open"),
        (add_record_step, AddStep(record_id=new_id(), expected_version=1, key="a"), "records.work"),
        (resolve_record, ResolveRecord(record_id=new_id(), expected_version=1), "records.work"),
    ],
)
async def test_each_act_needs_its_permission(
    work: Any, command: Any, permission: str, chain: Chain, admin: Any
) -> None:
    before = await everything(admin, chain.scope)
    less = replace(chain.scope, permissions=chain.scope.permissions - {permission})
    with pytest.raises(NotPermitted) as refused:
        await do(chain, less, work, command)
    assert refused.value.permission == permission
    assert await everything(admin, chain.scope) == before


@pytest.mark.parametrize(
    ("seconds", "counted"), [(0.0, 0), (0.000001, 1), (1.0, 1), (172_800.0, 172_800), (172_800.4, 172_801)]
)
def test_begun_seconds_count_as_whole_ones(seconds: float, counted: int) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    assert elapsed_seconds(begin, begin + timedelta(seconds=seconds)) == counted
    assert elapsed_seconds(begin, None) is None


def test_the_first_step_is_looked_for_from_a_place_on() -> None:
    steps = [
        AddStep(record_id=new_id(), expected_version=1, key=key, status=status) for key, status in ("ax", "ay", "bx")
    ]
    assert [first_step(steps, "a"), first_step(steps, "a", "y"), first_step(steps, "b", "y")] == [0, 1, None]
    assert first_step(steps, "a", start=1) == 1
