"""A suspension that its owner has dismissed from the inbox stays dismissed until something else becomes of it."""

from datetime import timedelta
from typing import Any

from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from tests.core.standards.builders import Stage, wish
from tests.core.standards.merging.working import upgrade, version
from tests.core.standards.rollouts.staging import ROLL_BACK, START_WAVE, Rolling, wave
from tests.core.standards.test_graphql import client
from tests.core.standards.test_jobs import STRICTER, items
from tests.core.standards.waivers.asking import Front, bounded, front, granted, work_off
from tests.core.standards.waivers.test_following import lost, without_limit

INBOX = "{ inbox(first: 20) { nodes { id kind version } } }"


async def dismiss(owner: Front, kind: str) -> None:
    """Dismiss the only open work item of a kind."""
    nodes = (await owner.client.data(INBOX))["inbox"]["nodes"]
    [found] = [one for one in nodes if one["kind"] == kind]
    closing: dict[str, Any] = {"workItem": found["id"], "version": found["version"], "ending": "DISMISSED"}
    await owner.done("closeWorkItem", "workItem { status }", **closing)


async def look_again(stage: Stage) -> None:
    """Have everything looked at once more, because the region changes something else."""
    welcome = wish({"en": f"Welcome {stage.clock.now()}"}, clause_key="greeting", parameter_key="")
    await stage.adapt(stage.network.region, welcome)
    await work_off(stage)


async def test_a_dismissed_waiver_stays_so_until_something_else_becomes_of_it(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    other = version("2.0.0", limit={"unit": "business"})
    await upgrade(stage, other)
    assert len(await lost(stage)) == 1
    await dismiss(north, "standards.waiver_suspended")
    stage.clock.advance(timedelta(minutes=1))
    await look_again(stage)
    assert await lost(stage) == []
    await upgrade(stage, without_limit("3.0.0"))
    assert [item["outcome"] for item in await lost(stage)] == ["orphaned"]


async def test_a_waiver_that_was_dismissed_and_is_suspended_anew_is_told_anew(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    rolling = Rolling(stage, client(stage, stage.network.headquarters), [])
    await rolling.approve(version("2.0.0", limit={"unit": "business"}))
    pilots = wave("pilots", "TENANTS", stage.network.north, mode="ENFORCED")
    await rolling.plan(pilots, wave("rest", "REST", mode="ENFORCED", startsAfter=86_400))
    await rolling.start()
    await dismiss(north, "standards.waiver_suspended")
    await rolling.do(rolling.lead, ROLL_BACK, wave=(await rolling.wave("pilots"))["id"], reason="Queues.")
    await rolling.work()
    assert await lost(stage) == []
    await rolling.do(rolling.lead, START_WAVE, wave=(await rolling.wave("pilots"))["id"])
    await rolling.work()
    assert len(await lost(stage)) == 1


async def test_an_adaptation_that_was_dismissed_and_is_suspended_anew_is_told_anew(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    for _ in range(2):
        made = await stage.adapt(stage.network.region, wish(4000))
        await work_off(stage)
        await dismiss(front(stage, stage.network.north), "standards.adaptation_suspended")
        stage.clock.advance(timedelta(minutes=1))
        ended = WithdrawAdaptation(adaptation_id=made.id, reason="A mistake.")
        await stage.act(stage.network.region, withdraw_adaptation, ended)
        await work_off(stage)
    assert {item["status"] for item in await items(stage)} == {"done"}


async def test_a_dismissed_adaptation_stays_so_and_waits_in_the_list_of_outcomes(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=STRICTER))
    north = front(stage, stage.network.north)
    await dismiss(north, "standards.adaptation_suspended")
    stage.clock.advance(timedelta(minutes=1))
    await look_again(stage)
    assert [item["status"] for item in await items(stage)] == ["dismissed"]
    outcomes = "{ mergeOutcomes(first: 5, filter: {open: true}) { nodes { outcome proposedValue } } }"
    [waits] = (await north.client.data(outcomes))["mergeOutcomes"]["nodes"]
    assert waits == {"outcome": "OUT_OF_BOUNDS", "proposedValue": 3600}
