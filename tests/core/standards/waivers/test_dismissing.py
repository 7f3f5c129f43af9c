"""A suspension that its owner has dismissed from the inbox stays dismissed until something else becomes of it."""

from datetime import timedelta
from typing import Any

from tests.core.standards.builders import Stage, wish
from tests.core.standards.merging.working import upgrade, version
from tests.core.standards.test_jobs import STRICTER, items
from tests.core.standards.waivers.asking import Front, bounded, front, granted, work_off
from tests.core.standards.waivers.test_following import lost, without_limit

INBOX = "{ inbox(first: 20) { nodes { id kind version } } }"


async def dismiss(client: Front, kind: str) -> None:
    """Dismiss the only open work item of a kind."""
    nodes = (await client.client.data(INBOX))["inbox"]["nodes"]
    [found] = [one for one in nodes if one["kind"] == kind]
    closing: dict[str, Any] = {"workItem": found["id"], "version": found["version"], "ending": "DISMISSED"}
    await client.done("closeWorkItem", "workItem { status }", **closing)


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


async def test_what_was_dismissed_and_comes_back_is_told_anew(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    unit = {"unit": "business"}
    await upgrade(stage, version("2.0.0", limit=unit))
    await dismiss(north, "standards.waiver_suspended")
    await upgrade(stage, version("3.0.0", limit={"unit": "elapsed"}))
    assert await lost(stage) == []
    await upgrade(stage, version("4.0.0", limit=unit))
    assert len(await lost(stage)) == 1


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
