"""Clocks of records are kept as they stand, whatever runs twice or late; what runs out reaches a person once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from core.kernel.canonical import instant_text
from core.kernel.clock import SetClock
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.calendars.policy import Window
from core.records.calendars.set_calendar import AssignCalendar, SetCalendar, assign_calendar, set_calendar
from core.records.clocks.keep import refresh_clocks
from core.records.open_record import OpenRecord, open_record
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.policy.content import StandardContent
from core.standards.publish import PublishVersion, publish_version
from tests.core.records.conftest import LONG_AGO, Chain, person
from tests.support.api import Api, Client, whole_schema
from tests.support.networks import as_person, build_network

HOUR = timedelta(hours=1)
CLOCKS = (
    "clocks { nodes { kind status stepKey unit limitSeconds dueAt overdue stoppedAt usedSeconds breachedAt escalations"
    " pausedCustomerSeconds pausedPartnerSeconds } }"
)
MINUTE = timedelta(minutes=1)
OF_TENANT = "SELECT id FROM records WHERE tenant_id = $1"
TYPES = {
    "waitForCustomer": "WaitForInput",
    "resumeRecord": "OnRecord",
    "resolveRecord": "ResolveRecordInput",
    "closeRecord": "OnRecord",
}


def limited(code: str) -> dict[str, Any]:
    """A standard with limits on the whole record and on a step, stricter where a request is urgent."""
    urgent = [{"context": {"priority": "high"}, "default": 7200}]
    response = {"key": "limit", "type": "duration", "unit": "elapsed", "default": 3600}
    resolution = {"key": "limit", "type": "duration", "unit": "business", "default": 28_800, "variants": urgent}
    lines = {
        "key": "lines",
        "type": "choices",
        "default": ["line_1", "line_2"],
        "bounds": {"choices": ["line_1", "line_2"]},
    }
    steps = [
        {"key": "look", "position": 1, "role": "line_1", "limit": {"seconds": 1800}},
        {"key": "mend", "position": 2, "role": "line_1"},
    ]
    return {
        "code": code,
        "number": "1.0.0",
        "title": {"en": code},
        "clauses": [
            {"key": "process", "kind": "process", "text": {"en": "The steps."}, "body": {"steps": steps}},
            {"key": "first_response", "kind": "limit", "text": {"en": "Soon."}, "parameters": [response]},
            {"key": "resolution", "kind": "limit", "text": {"en": "In time."}, "parameters": [resolution]},
            {"key": "support", "kind": "requirement", "text": {"en": "By line."}, "parameters": [lines]},
        ],
    }


@dataclass
class Desk:
    """A tenant that serves, and a front end in it."""

    chain: Chain
    scope: Scope
    client: Client

    @property
    def clock(self) -> SetClock:
        return self.chain.clock

    async def opened(self, **said: Any) -> Any:
        done = await self.client.change(
            "openRecord", "record { id version }", channel="phone", standardCode="limited", **said
        )
        assert done["__typename"] == "OpenRecordSuccess", done
        return done["record"]

    async def does(self, name: str, record: Any, **said: Any) -> Any:
        told = {"record": record["id"], "version": record["version"], **said}
        done = await self.client.change(name, "record { id version }", type_=TYPES.get(name, ""), **told)
        assert done["__typename"].endswith("Success"), done
        return done["record"]

    async def times(self, *, runs: int = 1) -> None:
        """Work out all clocks, as the background work does."""
        for _ in range(runs):
            async with self.chain.database.unit(self.system, clock=self.clock, directory=self.chain.directory) as unit:
                connection = await unit.session.connection()
                found = await connection.exec_driver_sql(OF_TENANT, (self.scope.tenant_id,))
                ids = [row[0] for row in found]
                await refresh_clocks(unit, ids)

    @property
    def system(self) -> Scope:
        return replace(self.scope, permissions=every_permission())

    async def shown(self, record: Any) -> dict[str, Any]:
        query = f"query One($id: ID!) {{ record(id: $id) {{ {CLOCKS} }} }}"
        found = (await self.client.data(query, id=record["id"]))["record"]["clocks"]["nodes"]
        return {one["stepKey"] or one["kind"]: one for one in found}

    async def inbox(self) -> list[tuple[str, Any]]:
        """What waits because of clocks."""
        query = "{ inbox { nodes { kind facts forRole status } } }"
        found = [(one["kind"], one) for one in (await self.client.data(query))["inbox"]["nodes"]]
        return [one for one in found if one[0].startswith("records.clock")]


@pytest.fixture
async def desk(bare: Chain) -> Desk:
    content = msgspec.convert(limited("limited"), type=StandardContent)
    author, approver = (replace(bare.scope, actor=person()) for _ in range(2))
    async with bare.database.unit(author, clock=bare.clock) as unit:
        version = await draft_standard(unit, DraftStandard(content=content))
        version = await submit_version(unit, SubmitVersion(version_id=version.id, expected_revision=version.revision))
    async with bare.database.unit(approver, clock=bare.clock) as unit:
        version = await approve_version(unit, ApproveVersion(version_id=version.id, expected_revision=version.revision))
        command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=LONG_AGO)
        await publish_version(unit, command)
    scope = await bare.tenant("north")
    return Desk(bare, scope, Client(Api.on(bare.database, bare.clock), scope))


async def test_a_record_is_timed_from_its_opening_to_its_end(desk: Desk) -> None:
    record = await desk.opened()
    await desk.times()
    clocks = await desk.shown(record)
    assert {kind: (one["status"], one["limitSeconds"], one["unit"]) for kind, one in clocks.items()} == {
        "FIRST_RESPONSE": ("RUNNING", 3600, "ELAPSED"),
        "RESOLUTION": ("RUNNING", 28_800, "BUSINESS"),
    }
    desk.clock.advance(HOUR / 2)
    record = await desk.does("startStep", record, key="look")
    desk.clock.advance(HOUR / 4)
    record = await desk.does("completeStep", record, key="look", answersCustomer=True)
    record = await desk.does("startStep", record, key="mend")
    record = await desk.does("completeStep", record, key="mend")
    desk.clock.advance(HOUR)
    await desk.does("resolveRecord", record)
    await desk.times()
    clocks = await desk.shown(record)
    assert {kind: (one["status"], one["usedSeconds"]) for kind, one in clocks.items()} == {
        "FIRST_RESPONSE": ("MET", 2700),
        "look": ("MET", 900),
        "RESOLUTION": ("MET", 6300),
    }


async def test_waiting_is_not_counted_and_put_down_to_whom_it_was_for(desk: Desk) -> None:
    record = await desk.opened()
    desk.clock.advance(HOUR / 2)
    record = await desk.does("waitForCustomer", record, reasonCode="customer_absent")
    await desk.times()
    assert {one["status"] for one in (await desk.shown(record)).values()} == {"PAUSED"}
    desk.clock.advance(10 * HOUR)
    record = await desk.does("resumeRecord", record)
    await desk.times()
    response = (await desk.shown(record))["FIRST_RESPONSE"]
    assert (response["status"], response["pausedCustomerSeconds"], response["pausedPartnerSeconds"]) == (
        "RUNNING",
        36_000,
        0,
    )
    desk.clock.advance(HOUR)
    await desk.times()
    response = (await desk.shown(record))["FIRST_RESPONSE"]
    assert (response["status"], response["overdue"]) == ("BREACHED", True)


async def test_a_change_of_priority_keeps_what_is_used_up(desk: Desk) -> None:
    record = await desk.opened()
    desk.clock.advance(HOUR)
    record = await desk.does("changePriority", record, priority="high")
    await desk.times()
    resolution = (await desk.shown(record))["RESOLUTION"]
    assert resolution["limitSeconds"] == 7200
    desk.clock.advance(HOUR)
    await desk.times()
    assert (await desk.shown(record))["RESOLUTION"]["status"] == "RUNNING"
    desk.clock.advance(timedelta(seconds=1))
    await desk.times()
    assert (await desk.shown(record))["RESOLUTION"]["status"] == "BREACHED"


async def test_what_runs_out_is_told_once_and_taken_up_the_lines(desk: Desk) -> None:
    record = await desk.opened()
    desk.clock.advance(timedelta(minutes=48))
    await desk.times(runs=3)
    assert [kind for kind, _ in await desk.inbox()] == ["records.clock_warning"]
    desk.clock.advance(timedelta(minutes=12, seconds=1))
    await desk.times(runs=3)
    items = await desk.inbox()
    assert [(kind, one["forRole"]) for kind, one in items] == [("records.clock_breached", None)]
    desk.clock.advance(HOUR / 2)
    await desk.times(runs=3)
    items = await desk.inbox()
    assert [(kind, one["forRole"]) for kind, one in items] == [("records.clock_breached", "manager")]
    record = await desk.does("addStep", record, key="look", answersCustomer=True)
    await desk.times()
    assert await desk.inbox() == []
    assert (await desk.shown(record))["FIRST_RESPONSE"]["status"] == "MISSED"


async def test_business_time_runs_by_the_hours_of_the_opening(desk: Desk) -> None:
    """The clock of tests stands at nine in the morning, UTC; the desk opens at ten every day."""
    week = ((Window(600, 1140),),) * 7
    async with desk.chain.database.unit(desk.system, clock=desk.clock, directory=desk.chain.directory) as unit:
        await set_calendar(unit, SetCalendar(key="usual", name="Usual", week=week, time_zone="UTC"))
        await assign_calendar(unit, AssignCalendar(calendar_key="usual"))
    start = desk.clock.now()
    record = await desk.opened()
    await desk.times()
    before = (await desk.shown(record))["RESOLUTION"]["dueAt"]
    async with desk.chain.database.unit(desk.system, clock=desk.clock, directory=desk.chain.directory) as unit:
        shut = ((),) * 7
        await set_calendar(
            unit, SetCalendar(key="usual", name="Usual", week=shut, time_zone="UTC", expected_revision=1)
        )
    desk.clock.advance(HOUR)
    await desk.times()
    assert (await desk.shown(record))["RESOLUTION"]["dueAt"] == before
    later = await desk.opened(externalId="later")
    await desk.times()
    assert (await desk.shown(later))["RESOLUTION"]["dueAt"] is None
    opens = start.replace(hour=10, minute=0, second=0, microsecond=0)
    assert start < opens
    assert before == (opens + 8 * HOUR).isoformat(timespec="microseconds").replace("+00:00", "Z")


async def test_clocks_are_nobody_elses(desk: Desk) -> None:
    record = await desk.opened()
    await desk.times()
    stranger = await build_network(desk.chain.database, desk.clock)
    for scope in (await desk.chain.tenant("south"), desk.chain.scope, as_person(stranger.north, every_permission())):
        other = Client(desk.client.api, scope)
        assert await other.nodes("clocks", "id") == []
    assert len(await desk.client.nodes("clocks", "id")) == 2
    refused = await desk.client.without("records.read").ask("{ clocks { nodes { id } } }")
    assert refused.codes == ["kernel.not_permitted"]
    assert record["version"] == 1


async def test_opening_by_use_case_is_timed_too(desk: Desk) -> None:
    async with desk.chain.database.unit(desk.scope, clock=desk.clock, directory=desk.chain.directory) as unit:
        await open_record(unit, OpenRecord(channel="web", standard_code="limited", priority="high"))
    await desk.times()
    found = await desk.client.nodes("clocks", "kind limitSeconds")
    assert [(one["kind"], one["limitSeconds"]) for one in found] == [("FIRST_RESPONSE", 3600), ("RESOLUTION", 7200)]


async def work_off(desk: Desk) -> None:
    """Do everything that waits in the network, timers too."""
    load_handlers()
    background = Background(database=desk.chain.database, services=desk.client.api.services, clock=desk.clock)
    await run_until_idle(background, network_id=desk.scope.network_id)


async def test_the_background_work_times_records_and_wakes_up_when_a_clock_runs_out(desk: Desk) -> None:
    record = await desk.opened()
    await work_off(desk)
    assert {one["status"] for one in (await desk.shown(record)).values()} == {"RUNNING"}
    desk.clock.advance(HOUR)
    await work_off(desk)
    desk.clock.advance(timedelta(seconds=1))
    await work_off(desk)
    assert (await desk.shown(record))["FIRST_RESPONSE"]["status"] == "BREACHED"
    assert [kind for kind, _ in await desk.inbox()] == ["records.clock_breached"]
    await work_off(desk)
    assert [kind for kind, _ in await desk.inbox()] == ["records.clock_breached"]


async def test_a_run_that_is_cut_off_leaves_nothing_half_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await desk.opened()
    desk.clock.advance(HOUR + timedelta(seconds=1))

    async def cut_off(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr("core.records.clocks.keep.wake", cut_off)
        with pytest.raises(ConnectionResetError):
            await desk.times()
    assert await desk.inbox() == []
    assert await desk.shown(record) == {}
    await desk.times(runs=2)
    assert [kind for kind, _ in await desk.inbox()] == ["records.clock_breached"]


async def test_lists_are_narrowed_by_what_is_under_way_and_what_is_overdue(desk: Desk) -> None:
    late, soon, closed = [await desk.opened(externalId=name) for name in ("late", "soon", "closed")]
    await desk.does("startStep", late, key="look")
    for step in ("look", "mend"):
        closed = await desk.does("completeStep", closed, key=step)
    desk.clock.advance(timedelta(minutes=30))
    closed = await desk.does("closeRecord", await desk.does("resolveRecord", closed))
    await desk.does("waitForCustomer", soon, reasonCode="absent")
    await desk.times()  # Nothing is late by now, and nothing runs after this.
    begun = desk.clock.now()
    query = "query L($filter: RecordFilter) { records(filter: $filter) { totalCount nodes { externalId } } }"

    async def listed(**given: Any) -> list[str]:
        compiled = await desk.client.data(query, filter=given)
        context = desk.client.api.context(desk.scope)
        plain = await whole_schema().execute(query, variable_values={"filter": given}, context_value=context)
        assert not plain.errors
        assert compiled == plain.data
        assert compiled["records"]["totalCount"] == len(compiled["records"]["nodes"])
        return sorted(one["externalId"] for one in compiled["records"]["nodes"])

    assert await listed(stepUnderWay="look") == ["late"]
    assert await listed(stepUnderWay="mend") == []
    assert await listed(overdue=True) == []
    assert await listed(dueBefore=(begun + timedelta(hours=1)).isoformat()) == ["late"]
    desk.clock.advance(timedelta(minutes=1))
    assert await listed(overdue=True) == ["late"]
    assert await listed(overdue=False) == ["closed", "soon"]
    assert await listed(overdue=True, stepUnderWay="mend") == []
    assert await listed(closedFrom=begun.isoformat(), closedTo=(begun + MINUTE).isoformat()) == ["closed"]
    assert await listed(closedTo=begun.isoformat()) == []
    assert await listed(standardVersion="1.0.0", status="WAITING") == ["soon"]
    assert await listed(standardVersion="2.0.0") == []
    stranger = replace(desk.client, scope=await desk.chain.tenant("south"))
    assert (await stranger.data(query, filter={"overdue": False}))["records"]["totalCount"] == 0
    given = {"overdue": True, "stepUnderWay": "look", "dueBefore": instant_text(begun), "standardVersion": "1.0.0"}
    saved = await desk.client.change("saveView", "view { filter }", name="Late", filter=given)
    assert await listed(**saved["view"]["filter"]) == await listed(**given)
