"""A waiver from asking to its end, through the API and the code that the worker runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.standards.standing import Holding, holding_at
from tests.core.standards.builders import CODE, Stage
from tests.core.standards.waivers.asking import (
    DAY,
    REQUEST,
    WAIVER,
    asking,
    bounded,
    changing,
    front,
    granted,
    kinds,
    open_reminders,
    whole_life,
    work_off,
)


async def test_the_whole_life_of_a_waiver(stage: Stage) -> None:
    await whole_life(stage, lambda: work_off(stage))


async def test_what_is_core_is_asked_of_whoever_published_it(stage: Stage) -> None:
    await stage.publish()
    north, hq = front(stage, stage.network.north), front(stage, stage.network.headquarters)
    said: dict[str, Any] = {"clauseKey": "survey", "parameterKey": "sample", "value": 20}
    asked = await north.done("askWaiver", WAIVER, **asking(stage, **said))
    assert (asked["bound"], asked["boundLimit"]) == ("operators", [])
    await work_off(stage)
    await hq.done("decideWaiver", REQUEST, **changing(await hq.request(), verdict="GRANTED", reason="A small shop."))
    await work_off(stage)
    values = (await north.effective())["values"]
    assert next(one["value"] for one in values if one["parameterKey"] == "sample") == 20


async def test_a_value_beyond_both_bounds_is_asked_of_the_level_further_up(stage: Stage) -> None:
    north, region = await bounded(stage)
    hq = front(stage, stage.network.headquarters)
    asked = await north.done("askWaiver", WAIVER, **asking(stage, value=300))
    assert (asked["bound"], asked["boundLimit"]) == ("minimum", 600)
    await work_off(stage)
    assert (await hq.request())["status"] == "ASKED"
    assert (await region.client.data("{ waiversAsked(first: 5) { totalCount } }"))["waiversAsked"]["totalCount"] == 0


async def test_a_question_is_withdrawn_and_falls_out_of_the_inbox(stage: Stage) -> None:
    north, region = await bounded(stage)
    asked = await north.done("askWaiver", WAIVER, **asking(stage))
    await work_off(stage)
    waits = await region.request()
    await north.done("endWaiver", WAIVER, **changing(asked, reason="We hire somebody."))
    refused = await region.change("decideWaiver", REQUEST, **changing(waits, verdict="GRANTED", reason="Yes."))
    assert refused["__typename"] == "DecideWaiverSuccess", "the withdrawal is on its way still"
    await work_off(stage)
    assert (await region.request())["status"] == "WITHDRAWN"
    assert await north.value() == 7200
    inbox = await region.client.data("{ inbox(first: 5) { nodes { kind } } }")
    assert inbox["inbox"]["nodes"] == []


async def test_the_tenant_ends_it_and_may_ask_again(stage: Stage) -> None:
    north, region = await bounded(stage)
    found = await granted(stage, north, region)
    stage.clock.advance(DAY)
    ended = await north.done("endWaiver", WAIVER, **changing(found, reason="No more."))
    assert (ended["status"], ended["inForce"]) == ("ENDED", False)
    assert [await north.value(), await north.value(stage.clock.now() - DAY / 2)] == [7200, 1200]
    await work_off(stage)
    assert (await region.request())["status"] == "ENDED"
    assert (await north.done("askWaiver", WAIVER, **asking(stage)))["status"] == "ASKED"


async def test_the_level_that_granted_it_takes_it_back(stage: Stage) -> None:
    north, region = await bounded(stage)
    found = await granted(stage, north, region)
    stage.clock.advance(DAY)
    request = await region.request()
    await region.done("revokeWaiver", REQUEST, **changing(request, reason="Customers complain."))
    await work_off(stage)
    after = await north.waiver()
    assert (after["status"], kinds(after)[-1]) == ("REVOKED", ("REVOKED", 0))
    assert after["history"]["nodes"][-1]["reason"] == "Customers complain."
    assert await north.value() == 7200
    assert await north.value(stage.clock.now() - DAY / 2) == 1200
    assert (await north.change("endWaiver", WAIVER, **changing(after, reason="x")))["__typename"] == "WaiverIsElsewhere"
    assert found["status"] == "GRANTED"


async def test_a_decision_made_in_the_inbox_counts_as_well(stage: Stage) -> None:
    north, region = await bounded(stage)
    await north.done("askWaiver", WAIVER, **asking(stage))
    await work_off(stage)
    [waits] = (await region.client.data("{ approvals(first: 5) { nodes { id kind status } } }"))["approvals"]["nodes"]
    assert (waits["kind"], waits["status"]) == ("standards.waiver", "ASKED")
    asker = {"approval": waits["id"], "verdict": "APPROVED"}
    await region.done("decideApproval", "approval { status }", **asker)
    await work_off(stage)
    found = await north.waiver()
    assert (found["status"], found["approverId"]) == ("GRANTED", str(region.scope.actor.id))
    assert await north.value() == 1200


async def test_what_was_known_before_the_grant_stays_what_was_known(stage: Stage) -> None:
    north, region = await bounded(stage)
    await stage.admin.execute(
        "UPDATE published_overlays SET recorded_from = recorded_from - interval '1 day' WHERE network_id = $1",
        stage.network.id,
    )
    await granted(stage, north, region)
    shift = "UPDATE waiver_spans SET recorded_from = recorded_from - interval '1 hour' WHERE network_id = $1"
    await stage.admin.execute(shift, stage.network.id)
    recorded: datetime = await stage.admin.fetchval(
        "SELECT recorded_from FROM waiver_spans WHERE network_id = $1", stage.network.id
    )
    at, moment = stage.clock.now(), timedelta(microseconds=1)
    assert recorded < datetime.now(UTC)
    before, since = [await north.effective(at, one) for one in (recorded - moment, recorded)]
    assert [limit_in(before)["value"], limit_in(since)["value"]] == [7200, 1200]
    assert all(one["kind"] != "WAIVER" for one in limit_in(before)["why"])
    await north.done("endWaiver", WAIVER, **changing(await north.waiver(), reason="No more."))
    assert [await north.effective(at, one) for one in (recorded - moment, recorded)] == [before, since]


def limit_in(effective: Any) -> Any:
    return next(one for one in effective["values"] if one["parameterKey"] == "limit")


async def test_reminders_come_as_often_as_the_network_says(stage: Stage) -> None:
    hq = front(stage, stage.network.headquarters)
    rules = "rules { longestDays mostRenewals remindDays revision }"
    changed = await hq.done("changeWaiverRules", rules, expectedRevision=0, remindDays=[3, 10, 3], longestDays=40)
    assert changed == {"longestDays": 40, "mostRenewals": 2, "remindDays": [10, 3], "revision": 1}
    north, region = await bounded(stage)
    assert await north.client.data("{ waiverRules { remindDays } }") == {"waiverRules": {"remindDays": [10, 3]}}
    assert (await north.change("askWaiver", WAIVER, **asking(stage, 41)))["__typename"] == "WaiverTooLong"
    await granted(stage, north, region, 40)
    reminded: list[int] = []
    for days in (29, 1, 6, 1):
        stage.clock.advance(days * DAY)
        await work_off(stage)
        reminded.append(await open_reminders(stage))
        await stage.admin.execute(
            "DELETE FROM work_items WHERE network_id = $1 AND kind = 'standards.waiver_expiring'",
            stage.network.id,
        )
    assert reminded == [0, 1, 0, 1]


async def test_records_that_are_opened_pin_what_a_waiver_makes_hold_and_no_longer_than_it_holds(stage: Stage) -> None:
    north, region = await bounded(stage)

    async def holding() -> Holding:
        async with stage.unit(stage.network.north) as unit:
            return await holding_at(unit, CODE, stage.clock.now())

    before = await holding()
    found = await granted(stage, north, region, 30)
    with_it = await holding()
    assert with_it.hash == (await north.effective())["hash"] != before.hash
    assert with_it.span.end == datetime.fromisoformat(found["expiresAt"])
    stage.clock.advance(30 * DAY)
    assert (await holding()).hash == before.hash
