"""Work that was sent is done: once in effect, whatever is repeated, killed or lost on the way."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.audit import record_act
from core.kernel.dead_letters import ReplayDeadLetter, list_dead_letters, replay_dead_letter
from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.kernel.handlers import HANDLERS, Handler, handles
from core.kernel.idle import run_until_idle
from core.kernel.outbox import send
from core.kernel.perform import Outcome, perform
from core.kernel.permissions import READ_WORK, REPLAY_WORK
from core.kernel.queue import Handover, LocalQueue, QueueIsDown
from core.kernel.relay import Relay
from core.kernel.scope import ActorKind, Scope
from core.kernel.work import Work
from tests.core.kernel.building import Stage, Topics

LATER = timedelta(minutes=10)


async def sent(stage: Stage, topic: str, payload: dict[str, Any] | None = None, **more: Any) -> UUID:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        return await send(unit, topic, payload or {}, **more)


async def row(admin: Any, command_id: UUID) -> Any:
    return await admin.fetchrow("SELECT * FROM outbox WHERE id = $1", command_id)


def relay(stage: Stage, queue: Any) -> Relay:
    return Relay(stage.background, queue, stage.tree.network_id)


async def effects(admin: Any, subject_id: UUID) -> int:
    return await admin.fetchval("SELECT count(*) FROM audit_entries WHERE subject_id = $1", subject_id)


async def has_effect(work: Work, *, once: bool | None = None) -> None:
    """An effect that shows if it happens twice: an audit entry about the subject in the payload."""
    async with work.unit(once=once) as unit:
        await record_act(unit, action="test.effect", subject_kind="test", subject_id=UUID(work.payload["subject"]))


async def test_work_is_done_in_the_senders_tenant_by_the_system(stage: Stage, topics: Topics, admin: Any) -> None:
    seen: list[Work] = []

    async def note(work: Work) -> None:
        seen.append(work)

    topic = topics.add(Handler(topic="test.note", run=note))
    command_id = await sent(stage, topic, {"record_id": uuid4(), "count": 3})
    ran = await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert (ran.done, ran.failed) == (1, 0)
    (work,) = seen
    assert work.payload["count"] == 3
    assert (work.command_id, work.attempt) == (command_id, 1)
    assert work.scope.tenant_id == stage.tree.north
    assert work.scope.lineage == (stage.tree.headquarters, stage.tree.north)
    assert (work.scope.actor.kind, work.scope.actor.id) == (ActorKind.SYSTEM, command_id)
    assert work.scope.on_behalf_of is None
    assert READ_WORK.name in work.scope.permissions
    done = await row(admin, command_id)
    assert (done["status"], done["attempts"]) == ("done", 1)
    assert done["finished_at"] is not None


async def test_what_was_rolled_back_was_never_sent(stage: Stage, topics: Topics) -> None:
    async def never(work: Work) -> None:
        pytest.fail("nothing was committed")

    async def refused() -> None:
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await send(unit, topic, {})
            raise InvalidInput(field="x", problem="refused")

    topic = topics.add(Handler(topic="test.never", run=never))
    with pytest.raises(InvalidInput):
        await refused()
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 0


async def test_an_event_nobody_waits_for_is_done(stage: Stage, admin: Any) -> None:
    command_id = await sent(stage, "test.nobody_waits")
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    done = await row(admin, command_id)
    assert (done["status"], done["handovers"], done["last_error"]) == ("done", 0, "kernel.no_handler")


async def test_a_command_to_another_tenant_that_nobody_knows_is_a_dead_letter(stage: Stage, admin: Any) -> None:
    command_id = await sent(stage, "test.unknown_command", target_tenant_id=stage.tree.south)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert (await row(admin, command_id))["status"] == "dead"


async def test_what_is_due_later_waits_until_then(stage: Stage, topics: Topics) -> None:
    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.later", run=note))
    await sent(stage, topic, due_at=stage.clock.now() + LATER)
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 0
    stage.clock.advance(LATER)
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 1


async def test_a_failure_is_tried_again_later_and_at_last_given_up(stage: Stage, topics: Topics, admin: Any) -> None:
    attempts: list[int] = []

    async def poison(work: Work) -> None:
        attempts.append(work.attempt)
        raise InvalidInput(field="x", problem="a secret")

    topic = topics.add(Handler(topic="test.poison", run=poison, attempts=3))
    command_id = await sent(stage, topic)
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    waiting = await row(admin, command_id)
    assert (waiting["status"], waiting["last_error"]) == ("waiting", "kernel.invalid_input")
    assert waiting["due_at"] > stage.clock.now()
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert attempts == [1]
    for _ in range(5):
        stage.clock.advance(LATER)
        await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert attempts == [1, 2, 3]
    assert (await row(admin, command_id))["status"] == "dead"


@pytest.mark.parametrize("fault", [SystemExit(1), RuntimeError("x"), TimeoutError()])
async def test_whatever_a_handler_raises_is_an_outcome(stage: Stage, topics: Topics, fault: BaseException) -> None:
    async def breaks(work: Work) -> None:
        raise fault

    topic = topics.add(Handler(topic="test.breaks", run=breaks, attempts=1))
    await sent(stage, topic)
    ran = await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert ran.dead == 1


async def test_a_handler_that_takes_too_long_is_ended(stage: Stage, topics: Topics, admin: Any) -> None:
    import asyncio

    async def hangs(work: Work) -> None:
        await asyncio.Event().wait()

    topic = topics.add(Handler(topic="test.hangs", run=hangs, attempts=1, limit=timedelta(milliseconds=20)))
    command_id = await sent(stage, topic)
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert (await row(admin, command_id))["last_error"] == "kernel.took_too_long"


async def test_a_command_acts_in_the_other_tenant_once_although_it_runs_twice(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    runs: list[UUID | None] = []

    async def effect(work: Work) -> None:
        runs.append(work.scope.on_behalf_of)
        await has_effect(work)
        if len(runs) == 1:
            raise RuntimeError("killed after the commit, before it was told")

    topic, subject = topics.add(Handler(topic="test.crossing", run=effect)), uuid4()
    command_id = await sent(stage, topic, {"subject": subject}, target_tenant_id=stage.tree.south)
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    stage.clock.advance(LATER)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert runs == [stage.tree.north, stage.tree.north]
    assert await effects(admin, subject) == 1
    entry = await admin.fetchrow("SELECT * FROM audit_entries WHERE subject_id = $1", subject)
    assert (entry["tenant_id"], entry["on_behalf_of"]) == (stage.tree.south, stage.tree.north)
    receipt = await admin.fetchrow("SELECT * FROM command_receipts WHERE command_id = $1", command_id)
    assert (receipt["tenant_id"], receipt["sender_tenant_id"]) == (stage.tree.south, stage.tree.north)
    assert receipt["actor_id"] == stage.north.actor.id
    assert (await row(admin, command_id))["status"] == "done"


async def test_an_effect_that_was_rolled_back_happens_in_the_next_attempt(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    async def effect(work: Work) -> None:
        async with work.unit(once=True) as unit:
            await record_act(unit, action="test.effect", subject_kind="test", subject_id=UUID(work.payload["subject"]))
            if work.attempt == 1:
                raise RuntimeError("killed before the commit")

    topic, subject = topics.add(Handler(topic="test.once", run=effect)), uuid4()
    await sent(stage, topic, {"subject": subject})
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert await effects(admin, subject) == 0
    stage.clock.advance(LATER)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert await effects(admin, subject) == 1


async def test_a_crossing_command_is_one_transaction(stage: Stage, topics: Topics) -> None:
    async def two(work: Work) -> None:
        async with work.unit():
            pass
        async with work.unit():
            pass

    topic = topics.add(Handler(topic="test.two", run=two))
    await sent(stage, topic, target_tenant_id=stage.tree.south)
    with pytest.raises(RuntimeError, match="one transaction"):
        await run_until_idle(stage.background, network_id=stage.tree.network_id)


async def test_a_tenant_of_another_network_is_no_target(stage: Stage, topics: Topics) -> None:
    async def never(work: Work) -> None:
        pytest.fail("it is not of the network")

    topic = topics.add(Handler(topic="test.foreign", run=never))
    await sent(stage, topic, target_tenant_id=uuid4())
    with pytest.raises(NotFound):
        await run_until_idle(stage.background, network_id=stage.tree.network_id)


async def test_a_relay_killed_between_claim_and_queue_loses_nothing(stage: Stage, topics: Topics, admin: Any) -> None:
    async def effect(work: Work) -> None:
        await has_effect(work)

    class Killed(BaseException):
        """The process is gone."""

    class DyingQueue(LocalQueue):
        async def put(self, handovers: Sequence[Handover]) -> None:
            del handovers
            raise Killed

    topic, subject = topics.add(Handler(topic="test.claimed", run=effect)), uuid4()
    command_id = await sent(stage, topic, {"subject": subject})
    with pytest.raises(Killed):
        await relay(stage, DyingQueue()).sweep()
    assert (await row(admin, command_id))["status"] == "handed"
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 0
    stage.clock.advance(stage.background.pace.lease)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert await effects(admin, subject) == 1
    assert (await row(admin, command_id))["handovers"] == 2


async def test_a_queue_that_is_down_leaves_the_rows_waiting(stage: Stage, topics: Topics, admin: Any) -> None:
    async def note(work: Work) -> None:
        del work

    class DownQueue(LocalQueue):
        async def put(self, handovers: Sequence[Handover]) -> None:
            del handovers
            raise QueueIsDown

    topic = topics.add(Handler(topic="test.down", run=note))
    command_id = await sent(stage, topic)
    with pytest.raises(QueueIsDown):
        await relay(stage, DownQueue()).sweep()
    assert (await row(admin, command_id))["status"] == "waiting"
    stage.clock.advance(LATER)
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 1


async def test_a_wiped_queue_is_filled_again(stage: Stage, topics: Topics) -> None:
    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.wiped", run=note))
    await sent(stage, topic)
    queue = LocalQueue()
    assert (await relay(stage, queue).sweep()).handed == 1
    wiped = LocalQueue()
    assert (await relay(stage, wiped).sweep()).handed == 0
    stage.clock.advance(stage.background.pace.lease)
    assert (await relay(stage, wiped).sweep()).handed == 1
    first, again = queue.take(), wiped.take()
    assert first is not None
    assert again is not None
    assert first.job_id != again.job_id


async def test_the_same_row_handed_over_twice_is_run_once(stage: Stage, topics: Topics) -> None:
    runs: list[int] = []

    async def note(work: Work) -> None:
        runs.append(work.attempt)

    topic = topics.add(Handler(topic="test.twice", run=note))
    await sent(stage, topic)
    queue = LocalQueue()
    await relay(stage, queue).sweep()
    stage.clock.advance(stage.background.pace.lease)
    await relay(stage, queue).sweep()
    first, second = queue.take(), queue.take()
    assert first is not None
    assert second is not None
    assert (await perform(stage.background, first)).outcome is Outcome.DONE
    assert (await perform(stage.background, second)).outcome is Outcome.STALE
    assert runs == [1]


async def test_a_run_that_lost_its_lease_does_not_finish_the_row_of_the_next(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    """The first worker stalls, the row goes to a second, and only the second one's word counts."""
    from core.kernel import outbox_rows
    from core.kernel.perform import begin, change

    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.stalled", run=note))
    command_id = await sent(stage, topic)
    queue = LocalQueue()
    await relay(stage, queue).sweep()
    first = queue.take()
    assert first is not None
    stalled = await begin(stage.background, first)
    assert stalled is not None
    stage.clock.advance(stage.background.pace.lease)
    await relay(stage, queue).sweep()
    second = queue.take()
    assert second is not None
    running = await begin(stage.background, second)
    assert running is not None
    assert running.attempt == 2
    assert not await change(stage.background, stalled, status=outbox_rows.DONE)
    assert (await row(admin, command_id))["status"] == "running"
    assert await change(stage.background, running, status=outbox_rows.DONE)


async def test_a_worker_lost_too_often_makes_a_dead_letter(stage: Stage, topics: Topics, admin: Any) -> None:
    from core.kernel.perform import begin

    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.killer", run=note, attempts=2))
    command_id = await sent(stage, topic)
    queue = LocalQueue()
    for _ in range(2):
        await relay(stage, queue).sweep()
        handover = queue.take()
        assert handover is not None
        assert await begin(stage.background, handover) is not None
        stage.clock.advance(stage.background.pace.lease)
    assert (await relay(stage, queue).sweep()).dead == 1
    dead = await row(admin, command_id)
    assert (dead["status"], dead["last_error"]) == ("dead", "kernel.worker_lost")


async def test_work_cut_short_by_the_end_of_the_process_waits_uncounted(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    import asyncio

    begun = asyncio.Event()

    async def hangs(work: Work) -> None:
        begun.set()
        await asyncio.Event().wait()

    topic = topics.add(Handler(topic="test.cut", run=hangs))
    command_id = await sent(stage, topic)
    queue = LocalQueue()
    await relay(stage, queue).sweep()
    handover = queue.take()
    assert handover is not None
    task = asyncio.create_task(perform(stage.background, handover))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    back = await row(admin, command_id)
    assert (back["status"], back["attempts"]) == ("waiting", 0)


async def test_no_tenant_waits_behind_anothers_backlog(stage: Stage, topics: Topics) -> None:
    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.backlog", run=note))
    for _ in range(stage.background.pace.batch + 5):
        await sent(stage, topic)
    async with stage.database.unit(stage.south, clock=stage.clock) as unit:
        await send(unit, topic, {})
    queue = LocalQueue()
    swept = await relay(stage, queue).sweep()
    assert swept.handed == stage.background.pace.batch + 1
    full = LocalQueue(capacity=0)
    assert (await relay(stage, full).sweep()).handed == 0


async def test_dead_letters_are_seen_and_sent_again_by_whom_it_concerns(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    mended: list[bool] = []

    async def poison(work: Work) -> None:
        if not mended:
            raise RuntimeError("broken")

    topic = topics.add(Handler(topic="test.mended", run=poison, attempts=1))
    command_id = await sent(stage, topic)
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)

    async def listed(scope: Scope) -> list[UUID]:
        async with stage.database.unit(scope, clock=stage.clock) as unit:
            return [letter.id for letter in await list_dead_letters(unit)]

    assert await listed(stage.north) == [command_id]
    assert await listed(stage.south) == []
    with pytest.raises(NotFound):
        async with stage.database.unit(stage.south, clock=stage.clock) as unit:
            await replay_dead_letter(unit, ReplayDeadLetter(command_id=command_id))
    reader = stage.tree.scope(stage.tree.north, stage.clock.now(), READ_WORK.name)
    with pytest.raises(NotPermitted) as refused:
        async with stage.database.unit(reader, clock=stage.clock) as unit:
            await replay_dead_letter(unit, ReplayDeadLetter(command_id=command_id))
    assert refused.value.permission == REPLAY_WORK.name
    assert (await row(admin, command_id))["status"] == "dead"
    mended.append(True)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await replay_dead_letter(unit, ReplayDeadLetter(command_id=command_id))
    assert (await run_until_idle(stage.background, network_id=stage.tree.network_id)).done == 1
    assert await effects(admin, command_id) == 1


async def test_what_was_done_long_ago_is_deleted_and_the_rest_is_kept(stage: Stage, admin: Any) -> None:
    old, fresh, open_row = [await sent(stage, "test.prune") for _ in range(3)]
    await admin.execute("UPDATE outbox SET status = 'done', finished_at = now() - interval '8 days' WHERE id = $1", old)
    await admin.execute("UPDATE outbox SET status = 'done', finished_at = now() WHERE id = $1", fresh)
    await relay(stage, LocalQueue()).prune()
    left = await admin.fetch("SELECT id FROM outbox WHERE tenant_id = $1", stage.tree.north)
    assert {one["id"] for one in left} == {fresh, open_row}


async def test_the_backlog_is_counted_without_seeing_content(stage: Stage) -> None:
    before = await relay(stage, LocalQueue()).backlog()
    await sent(stage, "test.counted")
    after = await relay(stage, LocalQueue()).backlog()
    assert after["waiting"][0] == before.get("waiting", (0, None))[0] + 1


def test_a_topic_has_one_handler(topics: Topics) -> None:
    async def one(work: Work) -> None: ...

    async def other(work: Work) -> None: ...

    try:
        assert handles("test.single")(one) is one
        handles("test.single")(one)
        with pytest.raises(ValueError, match=r"test\.single"):
            handles("test.single")(other)
    finally:
        HANDLERS.pop("test.single")
