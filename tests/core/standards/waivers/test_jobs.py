"""Commands and timers of waivers: each twice, each killed once, with the effect there once."""

from datetime import timedelta
from typing import Any

import pytest

from core.standards.waivers import jobs
from core.standards.waivers.topics import ASK, CLOSE, EXPIRE, REVOKE, SETTLE
from tests.core.standards.builders import Stage
from tests.core.standards.waivers.asking import (
    DAY,
    REQUEST,
    WAIVER,
    Front,
    asking,
    bounded,
    changing,
    granted,
    kinds,
    work_off,
)

EFFECTS = ("waivers", "waiver_spans", "waiver_events", "waiver_requests", "work_items", "approvals", "timers")


async def effects(stage: Stage) -> dict[str, list[str]]:
    rows = await stage.rows()
    return {name: rows[name] for name in EFFECTS}


async def again(stage: Stage, topic: str) -> None:
    """Let a command run again, as if its worker had been killed just before it said that it was done."""
    await stage.admin.execute(
        "UPDATE outbox SET status = 'waiting', finished_at = NULL, due_at = $3 WHERE network_id = $1 AND topic = $2",
        stage.network.id,
        topic,
        stage.clock.now(),
    )
    assert (await work_off(stage)).done > 0


async def revoked(stage: Stage, region: Front) -> None:
    await region.done("revokeWaiver", REQUEST, **changing(await region.request(), reason="No more."))
    await work_off(stage)


async def test_every_command_run_twice_has_its_effect_once(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    before = await effects(stage)
    for topic in (ASK, SETTLE):
        await again(stage, topic)
    assert await effects(stage) == before
    await revoked(stage, region)
    before = await effects(stage)
    for topic in (ASK, SETTLE, REVOKE):
        await again(stage, topic)
    assert await effects(stage) == before


async def test_an_expiry_is_recorded_once(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region, 30)
    stage.clock.advance(30 * DAY)
    await work_off(stage)
    before = await effects(stage)
    for topic in (EXPIRE, CLOSE):
        await again(stage, topic)
    assert await effects(stage) == before
    assert kinds(await north.waiver())[-1] == ("EXPIRED", 0)


@pytest.mark.parametrize("name", ["take_in", "settle", "expire", "revoked", "close_request"])
async def test_work_that_is_killed_once_is_done_by_the_next_attempt(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    north, region = await bounded(stage)
    killed: list[str] = []
    does = getattr(jobs, name)

    async def dies_first(*given: Any) -> None:
        await does(*given)
        if not killed:
            killed.append(name)
            raise ConnectionError

    monkeypatch.setattr(jobs, name, dies_first)

    async def work() -> None:
        await work_off(stage, tolerant=True)
        stage.clock.advance(timedelta(minutes=1))
        await work_off(stage)

    await north.done("askWaiver", WAIVER, **asking(stage, 30))
    await work()
    await region.done("decideWaiver", REQUEST, **changing(await region.request(), verdict="GRANTED", reason="Yes."))
    await work()
    assert await north.value() == 1200
    if name == "revoked":
        await region.done("revokeWaiver", REQUEST, **changing(await region.request(), reason="No more."))
    else:
        stage.clock.advance(30 * DAY)
    await work()
    last = "REVOKED" if name == "revoked" else "EXPIRED"
    assert kinds(await north.waiver()) == [("ASKED", 0), ("GRANTED", 0), (last, 0)]
    assert ((await region.request())["status"], killed) == (last, [name])


async def test_an_answer_that_comes_too_late_falls_and_the_other_side_learns_of_it(stage: Stage) -> None:
    north, region = await bounded(stage)
    asked = await north.done("askWaiver", WAIVER, **asking(stage))
    await work_off(stage)
    await region.done("decideWaiver", REQUEST, **changing(await region.request(), verdict="GRANTED", reason="Yes."))
    await north.done("endWaiver", WAIVER, **changing(asked, reason="We hire somebody."))
    await work_off(stage)
    assert await north.value() == 7200
    assert kinds(await north.waiver()) == [("ASKED", 0), ("WITHDRAWN", 0)]
    assert (await region.request())["status"] == "WITHDRAWN"


async def test_a_renewal_that_is_rejected_after_the_end_leaves_it_over_on_both_sides(stage: Stage) -> None:
    north, region = await bounded(stage)
    found = await granted(stage, north, region, 30)
    until = (stage.clock.now() + 60 * DAY).isoformat()
    await north.done("renewWaiver", WAIVER, **changing(found, until=until, reason="Not done."))
    await work_off(stage)
    stage.clock.advance(30 * DAY)
    await work_off(stage)
    assert (await region.request())["status"] == "ASKED", "the question still waits"
    decision = changing(await region.request(), verdict="REJECTED", reason="It is over.")
    await region.done("decideWaiver", REQUEST, **decision)
    await work_off(stage)
    assert kinds(await north.waiver()) == [("ASKED", 0), ("GRANTED", 0), ("ASKED", 1), ("EXPIRED", 1), ("REJECTED", 1)]
    assert [(await north.waiver())["status"], (await region.request())["status"]] == ["EXPIRED", "EXPIRED"]
    assert await north.value() == 7200
