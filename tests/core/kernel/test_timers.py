import asyncio
from datetime import timedelta
from uuid import uuid4

from core.kernel.handlers import Following, Handler
from core.kernel.idle import run_until_idle
from core.kernel.outbox import send
from core.kernel.queue import LocalQueue
from core.kernel.relay import Relay
from core.kernel.timers import clear_timer, set_timer
from core.kernel.work import Work
from tests.core.kernel.building import Stage, Topics

HOUR = timedelta(hours=1)


class Bell:
    """Counts what it was rung for."""

    def __init__(self, topics: Topics) -> None:
        self.rung: list[dict[str, object]] = []
        topics.add(Handler(topic="test.bell", run=self.ring))

    async def ring(self, work: Work) -> None:
        self.rung.append(dict(work.payload))


async def run(stage: Stage) -> None:
    await run_until_idle(stage.background, network_id=stage.tree.network_id)


async def test_a_timer_fires_when_it_is_due_and_once(stage: Stage, topics: Topics) -> None:
    bell, subject = Bell(topics), uuid4()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await set_timer(unit, "test.bell", subject, stage.clock.now() + HOUR)
    await run(stage)
    assert bell.rung == []
    stage.clock.advance(HOUR)
    await run(stage)
    await run(stage)
    assert bell.rung == [{"subject_id": str(subject), "due_at": "2026-11-21T10:00:00.000000Z"}]


async def test_a_timer_can_be_moved_and_taken_away(stage: Stage, topics: Topics) -> None:
    bell, moved, gone = Bell(topics), uuid4(), uuid4()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await set_timer(unit, "test.bell", moved, stage.clock.now() + HOUR)
        await set_timer(unit, "test.bell", moved, stage.clock.now() + 2 * HOUR)
        await set_timer(unit, "test.bell", gone, stage.clock.now() + HOUR)
        await clear_timer(unit, "test.bell", gone)
    stage.clock.advance(HOUR)
    await run(stage)
    assert bell.rung == []
    stage.clock.advance(HOUR)
    await run(stage)
    assert [one["subject_id"] for one in bell.rung] == [str(moved)]


async def test_two_relays_at_the_same_time_fire_once(stage: Stage, topics: Topics) -> None:
    bell = Bell(topics)
    subjects = {uuid4() for _ in range(20)}
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        for subject in subjects:
            await set_timer(unit, "test.bell", subject, stage.clock.now())
    relays = [Relay(stage.background, LocalQueue(), stage.tree.network_id) for _ in range(3)]
    swept = await asyncio.gather(*(relay.sweep() for relay in relays))
    assert sum(one.fired for one in swept) == 20
    stage.clock.advance(HOUR)
    await run(stage)
    assert len(bell.rung) == 20
    assert {one["subject_id"] for one in bell.rung} == {str(subject) for subject in subjects}


async def test_what_follows_on_activity_is_neither_doubled_nor_put_off(stage: Stage, topics: Topics) -> None:
    """A tenant in which something is done all the time would never come to it otherwise."""
    bell = Bell(topics)
    stage.background.services.put(Following, Following({"test.bell": HOUR}))
    for _ in range(3):
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await send(unit, "test.activity", {})
        await run(stage)
        stage.clock.advance(HOUR / 3)
    await run(stage)
    assert [one["due_at"] for one in bell.rung] == ["2026-11-21T10:00:00.000000Z"]
    stage.clock.advance(2 * HOUR)
    await run(stage)
    assert len(bell.rung) == 1
