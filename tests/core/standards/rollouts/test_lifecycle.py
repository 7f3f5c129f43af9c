"""A rollout by GraphQL and worker: pilots, a region, half of the others, the rest; halt, rollback, deadline."""

from datetime import timedelta

import pytest

from core.standards.rollouts import carry_out
from core.standards.rollouts.acknowledge import ITEM, REMINDER
from tests.core.standards.builders import CODE, Stage, content, wish
from tests.core.standards.rollouts.staging import (
    ADOPT,
    CHANGE,
    DAY,
    HALT,
    LIST,
    PASS_GATE,
    PUBLISH,
    RESUME,
    ROLL_BACK,
    START_WAVE,
    UPCOMING,
    Rolling,
    wave,
)
from tests.core.standards.test_graphql import client
from tests.support.repeating import killed_and_repeated

EVERYBODY = {"hq", "west", "north", "south", "other-0", "other-1", "other-2", "other-3"}


@killed_and_repeated("standards.rollout_is_over")
async def test_pilots_then_a_region_then_half_of_the_others_then_the_rest(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry_out, "AT_ONCE", 2)
    network = stage.network
    rolling = await Rolling.on(stage)
    await rolling.plan(
        wave("pilots", "TENANTS", network.north, mode="ADVISORY", gate="manual", deadlineAfter=20 * DAY),
        wave("west", "REGIONS", network.region, startsAfter=DAY),
        wave("half", "PERCENTAGE", percentage=50),
        wave("rest", "REST", startsAfter=2 * DAY, deadlineAfter=10 * DAY),
    )
    assert [one["status"] for one in (await rolling.lead.ask(LIST, filter={"code": CODE}))["nodes"]] == ["PLANNED"]
    await rolling.start()
    assert (await rolling.read())["status"] == "RUNNING"
    counted = [await rolling.counts(name) for name in ("pilots", "west", "half", "rest")]
    assert counted == [(1, 0, 0, 1), (2, 0, 0, 2), (2, 0, 0, 2), (2, 0, 0, 2)]
    assert await rolling.on_second() == set()
    [upcoming] = (await client(stage, network.north).ask(UPCOMING, code=CODE))["upcoming"]
    deadline = (stage.clock.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (upcoming["version"], upcoming["mode"], upcoming["phase"]) == ("2.0.0", "ADVISORY", "BEGUN")
    assert (upcoming["deadline"], upcoming["effectiveFrom"]) == (deadline, deadline)
    [upcoming] = (await client(stage, network.south).ask(UPCOMING, code=CODE))["upcoming"]
    assert (upcoming["wave"], upcoming["phase"], upcoming["effectiveFrom"]) == ("west", "WAITING", None)

    adopted = await rolling.do(client(stage, network.north), ADOPT, code=CODE, version="2.0.0", reason="We are ready.")
    assert adopted["adoption"]["version"] == {"number": "2.0.0"}
    await rolling.work()
    assert (await rolling.on_second(), await rolling.counts("pilots")) == ({"north"}, (1, 1, 0, 0))

    pilots = await rolling.wave("pilots")
    await rolling.do(rolling.lead, PASS_GATE, wave=pilots["id"], reason="Nobody waits longer.")
    assert await rolling.on_second() == {"north"}
    before = stage.clock.now()
    stage.clock.advance(timedelta(days=1))
    assert await rolling.on_second() == {"north", "west", "south"}  # no worker has run since
    assert await rolling.version(network.south, at=before) == "1.0.0"
    await rolling.work()
    assert await rolling.items(network.south, ITEM) == ["open"]

    half = await rolling.wave("half")
    assert half["phase"] == "WAITING"
    await rolling.do(rolling.lead, START_WAVE, wave=half["id"])
    await rolling.work()
    assert len(await rolling.on_second()) == 5
    assert await rolling.counts("half") == (2, 2, 0, 0)
    await rolling.later(days=2)
    assert await rolling.on_second() == EVERYBODY
    assert (await rolling.read())["status"] == "RUNNING"
    await rolling.later(days=30)
    assert (await rolling.read())["status"] == "FINISHED"
    refused = await rolling.do(rolling.lead, ROLL_BACK, wave=half["id"], reason="Too late.")
    assert refused["code"] == "standards.rollout_elsewhere"


async def test_a_deadline_adopts_by_default_and_a_halt_keeps_it_from_doing_so(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    north = stage.network.north
    await rolling.plan(wave("pilots", "TENANTS", north, mode="ADVISORY", deadlineAfter=10 * DAY), wave("rest", "REST"))
    await rolling.start()
    await rolling.later(days=4)
    answer = await rolling.do(rolling.lead, HALT, rollout=rolling.rollout["id"], reason="Complaints.")
    assert (answer["rollout"]["status"], answer["rollout"]["haltReason"]) == ("HALTED", "Complaints.")
    await rolling.later(days=20)
    assert await rolling.on_second() == set()
    refused = await rolling.do(client(stage, north), ADOPT, code=CODE, version="2.0.0", reason="Now.")
    assert refused["code"] == "standards.rollout_elsewhere"
    pilots = await rolling.wave("pilots")
    refused = await rolling.do(rolling.lead, PASS_GATE, wave=pilots["id"], reason="Fine.")
    assert refused["code"] == "standards.rollout_elsewhere"
    await rolling.do(rolling.lead, RESUME, rollout=rolling.rollout["id"])
    stage.clock.advance(timedelta(days=6) - timedelta(seconds=1))
    assert await rolling.on_second() == set()
    stage.clock.advance(timedelta(seconds=1))
    assert await rolling.on_second() == {"north"}
    await rolling.work()
    assert await rolling.counts("pilots") == (1, 1, 0, 0)
    assert (await rolling.read())["haltReason"] == ""
    assert await rolling.history() == [("HALTED", "Complaints.", None), ("RESUMED", "", None)]


async def test_a_wave_is_rolled_back_and_begins_again(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    network = stage.network
    await rolling.plan(wave("west", "REGIONS", network.region, gate="manual"), wave("rest", "REST", startsAfter=DAY))
    await rolling.start()
    assert await rolling.on_second() == {"west", "north", "south"}
    west = await rolling.wave("west")
    await rolling.do(rolling.lead, PASS_GATE, wave=west["id"], reason="Good.")
    begun = stage.clock.now()
    await rolling.later(hours=1)
    assert await rolling.items(network.north, ITEM) == ["open"]
    answer = await rolling.do(rolling.lead, ROLL_BACK, wave=west["id"], reason="Longer queues.")
    assert answer["wave"]["phase"] == "ROLLED_BACK"
    assert await rolling.on_second() == set()
    assert await rolling.version(network.north, at=begun) == "2.0.0"
    await rolling.work()
    assert await rolling.items(network.north, ITEM) == ["done"]
    assert await rolling.counts("west") == (3, 0, 0, 3)
    await rolling.later(days=3)
    assert await rolling.on_second() == set(), "the next wave does not begin after one that was rolled back"
    again = await rolling.do(rolling.lead, ROLL_BACK, wave=west["id"], reason="Again.")
    assert again["code"] == "standards.wave_elsewhere"
    await rolling.do(rolling.lead, START_WAVE, wave=west["id"])
    assert await rolling.on_second() == {"west", "north", "south"}
    assert await rolling.history() == [
        ("GATE_PASSED", "Good.", "west"),
        ("ROLLED_BACK", "Longer queues.", "west"),
        ("WAVE_STARTED", "", "west"),
    ], "what is refused is not among it"


async def test_acknowledging_is_bound_to_what_changes_and_is_asked_again(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    network = stage.network
    await rolling.plan(
        wave("pilots", "REGIONS", network.region, mode="ADVISORY", deadlineAfter=20 * DAY), wave("rest", "REST")
    )
    await rolling.start()
    mine = await rolling.mine(network.north)
    [change] = mine["difference"]["changes"]
    assert (change["place"], change["before"]["value"], change["after"]["value"]) == (
        "first_response/limit",
        7200,
        5400,
    )
    wrong = await rolling.acknowledge(network.north, "0" * 64)
    assert wrong["code"] == "standards.difference_changed"
    done = await rolling.acknowledge(network.north)
    assert done["acknowledgement"]["acknowledgedHash"] == mine["differenceHash"]
    await rolling.work()
    assert await rolling.counts("pilots") == (3, 0, 1, 3)
    assert await rolling.items(network.north, ITEM) == ["done"]
    await stage.adapt(network.region, wish(5000))
    changed = await rolling.mine(network.north)
    assert (changed["acknowledged"], changed["differenceHash"] == mine["differenceHash"]) == (False, False)
    await rolling.work()
    assert await rolling.counts("pilots") == (3, 0, 0, 3)
    assert await rolling.items(network.north, ITEM) == ["done", "open"]
    await rolling.acknowledge(network.north)
    await rolling.work()
    assert (await rolling.mine(network.north))["acknowledged"]
    assert await rolling.counts("pilots") == (3, 0, 1, 3)


@killed_and_repeated("standards.remind_acknowledgement")
async def test_reminders_come_before_the_deadline_and_weekly_after_it(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    north = stage.network.north
    await rolling.plan(wave("pilots", "TENANTS", north, mode="ADVISORY", deadlineAfter=20 * DAY), wave("rest", "REST"))
    await rolling.start()
    seen: list[int] = []
    for day in range(1, 37):
        await rolling.later(days=1)
        if len(await rolling.items(north, REMINDER)) > len(seen):
            seen.append(day)
    assert seen == [6, 13, 19, 27, 34]
    assert await rolling.items(north, REMINDER) == ["done"] * 4 + ["open"]
    await rolling.acknowledge(north)
    await rolling.later(days=14)
    assert await rolling.items(north, REMINDER) == ["done"] * 5


async def test_publishing_can_bring_its_waves_and_ends_the_rollout_before(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    network = stage.network
    published = await rolling.do(
        rolling.lead,
        PUBLISH,
        version=rolling.version_id,
        expectedRevision=3,
        rollout=[wave("pilots", "TENANTS", network.north), wave("rest", "REST")],
    )
    assert published["version"]["status"] == "PUBLISHED", published
    await rolling.work()
    assert await rolling.on_second() == {"north"}
    stage.clock.advance(timedelta(hours=1))
    await rolling.approve(content("3.0.0"))
    await rolling.plan(wave("pilots", "TENANTS", network.south), wave("rest", "REST"))
    await rolling.start()
    statuses = [one["status"] for one in (await rolling.lead.ask(LIST))["nodes"]]
    assert statuses == ["RUNNING", "SUPERSEDED"]
    found = [await rolling.version(one) for one in (network.region, network.north, network.south)]
    assert found == ["1.0.0", "2.0.0", "3.0.0"]
    late = await rolling.do(client(stage, network.region), ADOPT, code=CODE, version="2.0.0", reason="Late.")
    assert late["code"] == "standards.version_elsewhere"


async def test_a_plan_is_changed_before_it_starts(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    north = stage.network.north
    await rolling.plan(wave("pilots", "TENANTS", north), wave("rest", "REST"))
    changing = {"rollout": rolling.rollout["id"], "waves": [wave("everybody", "REST")]}
    stale = await rolling.do(rolling.lead, CHANGE, expectedRevision=7, **changing)
    assert stale["code"] == "kernel.stale_edit"
    answer = await rolling.do(rolling.lead, CHANGE, expectedRevision=rolling.rollout["revision"], **changing)
    assert [one["name"] for one in answer["rollout"]["waves"]["nodes"]] == ["everybody"]
    rolling.rollout = answer["rollout"]
    await rolling.start()
    assert await rolling.on_second() == {"hq", "west", "north", "south"}
