"""Deviations and figures are kept as they stand, whatever runs twice or late; what is broken reaches a person once."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.ids import global_id
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.permissions import every_permission
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.records.conformance.checking import standings_behind, standings_differing
from core.records.conformance.keep import follow_records
from core.records.conformance.qualification import Performed
from core.records.execution import commands as do
from core.records.execution.replay import DeviceEvent, Fate, replay_events
from gateway.cli.records import followed
from tests.core.records.conftest import found_chain
from tests.core.records.execution.executing import CODE, Shop, sealer
from tests.support.api import Api, Client
from tests.support.networks import as_person, build_network

HOUR = timedelta(hours=1)
PROCESS: dict[str, Any] = {
    "steps": [
        {"key": "intake", "position": 1, "repeatable": False, "role": "front_desk", "limit": {"seconds": 3600}},
        {"key": "visit", "position": 2, "required": False},
        {"key": "repair", "position": 2, "limit": {"seconds": 7200}, "when": "record.priority != 'low'"},
        {"key": "report", "position": 3},
    ],
    "readiness": [{"key": "tools", "concern": "tools_checked"}],
}
DEVIATIONS = "deviations { kind step position clause grade since sinceEvent settledAt lacking detail }"
FIGURES = "conformance { fitness missing remaining produced consumed deviations open baseline expected }"
PROGRESS = "progress { planned actual share flagged criticalPath steps { key critical behindSeconds endedAt } }"
NEXT = "nextSteps { key turn waitsFor confirm required role }"
KEPT = "SELECT * FROM record_deviations WHERE record_id = $1 ORDER BY since, kind, step_key"
ROW = "SELECT * FROM record_conformance WHERE record_id = $1"


def content(level: str = "baseline") -> dict[str, Any]:
    said = {"key": "process", "kind": "process", "level": level, "text": {"en": "x"}, "body": PROCESS}
    limit = {"key": "limit", "type": "duration", "unit": "elapsed", "default": 36_000}
    whole = {"key": "resolution", "kind": "limit", "text": {"en": "In time."}, "parameters": [limit]}
    return {"code": CODE, "number": "1.0.0", "title": {"en": CODE}, "clauses": [said, whole]}


@dataclass
class Watched(Shop):
    """A tenant whose records are followed, and a front end in it."""

    client: Client = field(kw_only=True)

    async def follow(self, record_id: UUID, runs: int = 1) -> None:
        async def work(unit: Unit) -> None:
            await follow_records(unit, [record_id])

        for _ in range(runs):
            await self.run(work, replace(self.scope, permissions=every_permission()))

    async def replay(self, record_id: UUID, command: do.Command, at: datetime) -> None:
        event = DeviceEvent(client_id=uuid4(), device_at=at, command=command)
        told = await self.run(lambda unit: replay_events(unit, record_id, [event], timedelta(), sealer(unit)))
        assert [one.fate for one in told] == [Fate.APPLIED], told

    async def kept(self, record_id: UUID) -> list[tuple[str, str, bool]]:
        rows = await self.admin.fetch(KEPT, record_id)
        return [(row["kind"], row["step_key"], row["is_open"]) for row in rows]

    async def figures(self, record_id: UUID) -> Any:
        return await self.admin.fetchrow(ROW, record_id)

    async def inbox(self) -> list[tuple[str, Any]]:
        nodes = await self.client.nodes("inbox", "id kind facts")
        return [(one["kind"], one["facts"]) for one in nodes if not one["kind"].startswith("records.clock")]

    async def ask(self, record_id: UUID, selected: str) -> Any:
        query = f"query($id: ID!) {{ record(id: $id) {{ {selected} }} }}"
        return (await self.client.data(query, id=global_id("Record", record_id)))["record"]

    async def work_off(self) -> None:
        load_handlers()
        stands_on = Background(database=self.chain.database, services=self.client.api.services, clock=self.chain.clock)
        await run_until_idle(stands_on, network_id=self.scope.network_id)


def told(items: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The kinds of items and of the deviations they are about."""
    return [(kind, facts.get("kind")) for kind, facts in items]


@pytest.fixture
async def shop(database: Database, clock: SetClock, admin: Any) -> Watched:
    chain = await found_chain(database, clock)
    await chain.publish_content(content())
    scope = await chain.tenant("north")
    return Watched(chain, scope, admin, client=Client(Api.on(database, clock), scope))


async def test_what_comes_too_early_is_told_at_once_and_settled_when_it_is_made_good(shop: Watched) -> None:
    record = await shop.open(priority="high")
    shop.chain.clock.advance(HOUR / 4)
    await shop.act(record, do.TellStep(key="repair"))
    await shop.follow(record, runs=3)
    assert await shop.kept(record) == [("out_of_order", "repair", True)]
    (kind, facts), *others = await shop.inbox()
    assert (kind, facts["kind"], facts["step_key"], others) == ("records.baseline_broken", "out_of_order", "repair", [])
    shop.chain.clock.advance(HOUR / 4)
    await shop.act(record, do.TellStep(key="intake"))
    await shop.follow(record, runs=2)
    assert await shop.kept(record) == [("out_of_order", "repair", False)]
    assert len(await shop.inbox()) == 1, "it was broken, whatever came later"
    found = (await shop.ask(record, DEVIATIONS))["deviations"]
    assert [(one["kind"], one["position"], one["sinceEvent"], one["grade"], one["lacking"]) for one in found] == [
        ("OUT_OF_ORDER", 1, 2, "BASELINE", ["intake"])
    ]


async def test_a_replay_from_offline_takes_a_deviation_and_its_work_item_away(shop: Watched) -> None:
    record = await shop.open(priority="high")
    shop.chain.clock.advance(HOUR)
    await shop.act(record, do.TellStep(key="repair"))
    await shop.follow(record)
    assert len(await shop.inbox()) == 1
    await shop.replay(record, do.TellStep(key="intake"), shop.chain.clock.now() - HOUR / 2)
    await shop.follow(record, runs=2)
    assert await shop.kept(record) == []
    assert await shop.inbox() == []
    assert (await shop.ask(record, FIGURES))["conformance"]["fitness"] == 1


async def test_a_closed_item_does_not_come_back(shop: Watched) -> None:
    record = await shop.open(priority="high")
    await shop.act(record, do.TellStep(key="repair"))
    await shop.follow(record)
    done = await shop.admin.execute(
        "UPDATE work_items SET status = 'done', closed_at = opened_at WHERE tenant_id = $1", shop.scope.tenant_id
    )
    assert done == "UPDATE 1"
    await shop.follow(record, runs=2)
    assert await shop.inbox() == []


async def test_figures_and_next_steps_are_those_of_the_moment(shop: Watched) -> None:
    """Nothing was followed in the background: what is asked for is worked out."""
    record = await shop.open(priority="high")
    assert (await shop.ask(record, NEXT))["nextSteps"] == [
        {
            "key": "intake",
            "turn": "READY",
            "waitsFor": [],
            "confirm": ["tools"],
            "required": True,
            "role": "front_desk",
        },
        {"key": "visit", "turn": "WAITS", "waitsFor": ["intake"], "confirm": [], "required": False, "role": ""},
        {"key": "repair", "turn": "WAITS", "waitsFor": ["intake"], "confirm": [], "required": True, "role": ""},
        {
            "key": "report",
            "turn": "WAITS",
            "waitsFor": ["intake", "repair"],
            "confirm": [],
            "required": True,
            "role": "",
        },
    ]
    for key in ("intake", "repair", "report"):
        shop.chain.clock.advance(HOUR / 2)
        await shop.act(record, do.TellStep(key=key))
    await shop.act(record, do.Resolve())
    read = await shop.ask(record, f"{FIGURES} {PROGRESS} {NEXT} {DEVIATIONS}")
    assert read["conformance"]["fitness"] == 1
    assert (read["conformance"]["missing"], read["conformance"]["deviations"], read["deviations"]) == (0, 0, [])
    assert {one["turn"] for one in read["nextSteps"]} == {"RECORD_NOT_OPEN"}
    progress = read["progress"]
    assert (progress["share"], progress["flagged"]) == (-0.5, False)
    assert progress["criticalPath"] == ["intake", "repair"]
    assert [one["behindSeconds"] for one in progress["steps"]] == [-1800, -7200, -5400]


async def test_a_guard_that_does_not_hold_asks_for_nothing(shop: Watched) -> None:
    record = await shop.open(priority="low")
    for key in ("intake", "report"):
        await shop.act(record, do.TellStep(key=key))
        shop.chain.clock.advance(HOUR / 4)
    found = await shop.ask(record, f"{NEXT} {FIGURES}")
    assert {one["key"]: one["turn"] for one in found["nextSteps"]}["repair"] == "DOES_NOT_APPLY"
    assert found["conformance"]["fitness"] == 1


async def test_the_background_work_follows_records_and_warns_once_when_one_falls_behind(shop: Watched) -> None:
    record = await shop.open(priority="high")
    await shop.act(record, do.StartStep(key="intake", readiness=("tools",)))
    await shop.work_off()
    figures = await shop.figures(record)
    assert (figures["is_flagged"], figures["share"], figures["head"]) == (False, 0, 2)
    shop.chain.clock.advance(HOUR + timedelta(minutes=27))
    await shop.work_off()
    late = [("records.baseline_broken", "late")]
    assert told(await shop.inbox()) == late, "three hours are planned: 27 minutes are just put up with"
    shop.chain.clock.advance(timedelta(seconds=2))
    await shop.work_off()
    await shop.work_off()
    assert told(await shop.inbox()) == [*late, ("records.behind_plan", None)]
    await shop.admin.execute(
        "UPDATE work_items SET status = 'done', closed_at = opened_at"
        " WHERE tenant_id = $1 AND kind = 'records.behind_plan'",
        shop.scope.tenant_id,
    )
    shop.chain.clock.advance(timedelta(minutes=1))
    await shop.follow(record)
    assert told(await shop.inbox()) == late, "what a person has closed stays closed"
    assert (await shop.kept(record)) == [("late", "intake", True)]
    for key in ("intake", "repair", "report"):
        await shop.act(record, do.TellStep(key=key))
    await shop.act(record, do.Resolve())
    await shop.work_off()
    assert told(await shop.inbox()) == late
    assert (await shop.kept(record)) == [("late", "intake", False)]


async def test_a_run_that_is_cut_off_leaves_nothing_half_told(shop: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await shop.open(priority="high")
    await shop.act(record, do.TellStep(key="repair"))

    async def cut_off(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr("core.records.conformance.keep.write_figures", cut_off)
        with pytest.raises(ConnectionResetError):
            await shop.follow(record)
    assert (await shop.inbox(), await shop.kept(record)) == ([], [])
    await shop.follow(record, runs=2)
    assert len(await shop.inbox()) == len(await shop.kept(record)) == 1


async def test_lists_are_narrowed_and_nobody_elses(shop: Watched) -> None:
    record = await shop.open(priority="high")
    shop.chain.clock.advance(HOUR)
    await shop.act(record, do.TellStep(key="repair"))
    await shop.follow(record)
    other = await shop.open(priority="high")
    await shop.follow(other)
    query = "query($filter: RecordDeviationFilter) { deviations(filter: $filter) { totalCount nodes { step } } }"
    now = shop.chain.clock.now()
    for given, count in (
        ({}, 1),
        ({"kind": "OUT_OF_ORDER", "grade": "BASELINE", "step": "repair", "open": True}, 1),
        ({"kind": "LATE"}, 0),
        ({"open": False}, 0),
        ({"record": global_id("Record", record)}, 1),
        ({"record": global_id("Record", other)}, 0),
        ({"since": now.isoformat()}, 1),
        ({"until": now.isoformat()}, 0),
    ):
        assert (await shop.client.data(query, filter=given))["deviations"]["totalCount"] == count, given
    figures = await shop.client.nodes("recordConformances", "fitness baseline flagged record { id }")
    assert [(one["fitness"] < 1, one["baseline"]) for one in figures] == [(True, 1), (False, 0)]
    stranger = await build_network(shop.chain.database, shop.chain.clock)
    for scope in (await shop.chain.tenant("south"), shop.chain.scope, as_person(stranger.north, every_permission())):
        client = Client(shop.client.api, scope)
        assert await client.nodes("deviations", "id") == await client.nodes("recordConformances", "id") == []
    for name in ("deviations", "recordConformances"):
        refused = await shop.client.without("records.read").ask(f"{{ {name} {{ nodes {{ id }} }} }}")
        assert refused.codes == ["kernel.not_permitted"]
    above = Client(shop.client.api, shop.chain.scope)
    below = await above.nodes("networkRecords", f"id {DEVIATIONS} {FIGURES} {PROGRESS} {NEXT}")
    assert [(one["deviations"], one["progress"]) for one in below] == [(None, None)] * 2


SPOILED = {
    "UPDATE record_conformance SET fitness = 10000, missing = 0 WHERE record_id = $1": ["fitness", "missing"],
    "DELETE FROM record_deviations WHERE record_id = $1": ["deviation out_of_order repair"],
    "UPDATE record_deviations SET step_key = 'visit', lacking = '[]' WHERE record_id = $1": [
        "deviation out_of_order repair",
        "deviation out_of_order visit",
    ],
}


@pytest.mark.parametrize("spoiling", SPOILED)
async def test_rows_that_differ_are_named_and_worked_out_anew(shop: Watched, spoiling: str) -> None:
    record, other = await shop.open(priority="high"), await shop.open(priority="high")
    shop.chain.clock.advance(HOUR)
    await shop.act(record, do.TellStep(key="repair"))
    await shop.follow(record)
    everything = replace(shop.scope, permissions=every_permission())

    async def checked(unit: Unit) -> dict[UUID, list[str]]:
        return await standings_differing(unit, [record, other])

    assert await shop.run(checked, everything) == {}
    await shop.admin.execute(spoiling, record)
    assert await shop.run(checked, everything) == {record: SPOILED[spoiling]}
    assert await shop.run(lambda unit: standings_behind(unit, [record, other]), everything) == [other]
    for mend in (False, True):
        named = await shop.run(lambda unit, mend=mend: followed(unit, [record, other], mend=mend), everything)
        assert [(one.record_id, one.what) for one in named] == [(record, what) for what in SPOILED[spoiling]]
    assert await shop.run(checked, everything) == {}
    assert await shop.run(lambda unit: standings_behind(unit, [record, other]), everything) == []


async def test_who_lacks_the_role_is_judged_once(shop: Watched) -> None:
    """What somebody may do later makes no old step a deviation, nor one undone."""
    record = await shop.open(priority="high")
    await shop.act(record, do.TellStep(key="intake"))
    asked: list[Performed] = []

    class Judge:
        def __init__(self, *lacking: str) -> None:
            self.lacking = lacking

        async def unqualified(self, unit: Unit, performed: Collection[Performed]) -> Collection[Performed]:
            assert unit.tenant_id == shop.scope.tenant_id
            asked.extend(performed)
            return [one for one in performed if one.role in self.lacking]

    async def follow(judge: Judge) -> list[tuple[str, str, bool]]:
        await shop.run(lambda unit: follow_records(unit, [record], judge), everything)
        return await shop.kept(record)

    everything = replace(shop.scope, permissions=every_permission())
    lacks = [("unqualified", "intake", False)]
    assert await follow(Judge("front_desk")) == lacks
    assert [(one.role, one.performer_id) for one in asked] == [("front_desk", shop.scope.actor.id)]
    assert await follow(Judge()) == lacks
    assert len(asked) == 1
    await shop.act(record, do.TellStep(key="repair"))
    assert await follow(Judge()) == lacks
    read = await shop.ask(record, DEVIATIONS)
    assert [(one["kind"], one["sinceEvent"]) for one in read["deviations"]] == [("UNQUALIFIED", 2)]
