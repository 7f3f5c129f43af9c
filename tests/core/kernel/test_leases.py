"""A row is lent to one run at a time: who comes too early, too late or from elsewhere changes nothing of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel import outbox_rows
from core.kernel.audit import record_act
from core.kernel.handlers import Handler
from core.kernel.idempotency import replayed
from core.kernel.idle import run_until_idle
from core.kernel.jobs import find_job, open_job
from core.kernel.outbox import send
from core.kernel.perform import begin, change, give_up, perform
from core.kernel.queue import Handover, LocalQueue
from core.kernel.receipts import AlreadyReceived
from core.kernel.relay import Relay
from core.kernel.roles import Role
from core.kernel.work import Work
from tests.core.kernel.building import Stage, Topics

LATER = timedelta(minutes=10)


async def nothing(work: Work) -> None:
    del work


async def sent(stage: Stage, topic: str, payload: dict[str, Any] | None = None, **more: Any) -> UUID:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        return await send(unit, topic, payload or {}, **more)


def relay(stage: Stage, queue: LocalQueue) -> Relay:
    return Relay(stage.background, queue, stage.tree.network_id)


async def handed(stage: Stage) -> Handover:
    """What is due, handed over."""
    queue = LocalQueue()
    assert (await relay(stage, queue).sweep()).handed == 1
    handover = queue.take()
    assert handover is not None
    return handover


async def row(admin: Any, command_id: UUID) -> Any:
    return await admin.fetchrow("SELECT * FROM outbox WHERE id = $1", command_id)


async def test_what_is_not_due_is_left_alone_although_something_else_of_the_tenant_is_due(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    topic = topics.add(Handler(topic="test.lent", run=nothing))
    lent = await sent(stage, topic)
    before = await handed(stage)
    postponed = await sent(stage, topic, due_at=stage.clock.now() + LATER)
    due = await sent(stage, topic)
    assert (await handed(stage)).command_id == due
    for command_id, handovers in ((lent, 1), (postponed, 0), (due, 1)):
        assert (await row(admin, command_id))["handovers"] == handovers
    assert before.command_id == lent


async def test_putting_a_batch_back_takes_no_row_from_whoever_has_begun_it(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    """The queue took some of a batch before it went down, and a worker was quick."""
    topic = topics.add(Handler(topic="test.put_back", run=nothing))
    command_id = await sent(stage, topic)
    handover = await handed(stage)
    started = await begin(stage.background, handover)
    assert started is not None
    context = {"app.network_id": str(handover.network_id), "app.tenant_id": str(handover.tenant_id)}
    for status in ("running", "done"):
        async with stage.database.transaction(Role.APP, context) as session:
            await outbox_rows.put_back(session, [handover], stage.clock.now())
        assert (await row(admin, command_id))["status"] == status
        await change(stage.background, started, status=outbox_rows.DONE)


async def test_whoever_lost_a_row_gives_nothing_up(stage: Stage, topics: Topics, admin: Any) -> None:
    """The first run fails for good after the row went to a second one, which may still do it."""
    given_up: list[str] = []

    async def told(session: AsyncSession, tenant_id: UUID, payload: Mapping[str, Any], error: str) -> None:
        del session, tenant_id, payload
        given_up.append(error)

    topic = topics.add(Handler(topic="test.lost", run=nothing, given_up=told))
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        job = await open_job(unit, kind="test.lost", subject_kind="test", subject_id=uuid4())
        command_id = await send(unit, topic, {"job_id": job.id})
    first = await begin(stage.background, await handed(stage))
    assert first is not None
    stage.clock.advance(stage.background.pace.lease)
    second = await begin(stage.background, await handed(stage))
    assert second is not None
    await give_up(stage.background, first, "test.too_late")
    async with stage.database.unit(stage.north, clock=stage.clock, read_only=True) as unit:
        assert (await find_job(unit, job.id)).status == "waiting"
    assert given_up == []
    assert (await row(admin, command_id))["status"] == "running"
    await give_up(stage.background, second, "test.given_up")
    assert given_up == ["test.given_up"]
    async with stage.database.unit(stage.north, clock=stage.clock, read_only=True) as unit:
        assert (await find_job(unit, job.id)).status == "failed"


async def test_a_command_that_is_given_up_is_told_to_the_tenant_it_was_for(stage: Stage, topics: Topics) -> None:
    """What it left under way lies there, behind that tenant's wall, and not with whoever sent it."""
    seen: list[tuple[UUID, str | None]] = []

    async def told(session: AsyncSession, tenant_id: UUID, payload: Mapping[str, Any], error: str) -> None:
        del payload, error
        wall = await session.scalar(text("SELECT current_setting('app.tenant_id', true)"))
        seen.append((tenant_id, wall))

    async def poison(work: Work) -> None:
        raise RuntimeError(work.payload["why"])

    topic = topics.add(Handler(topic="test.poisoned", run=poison, attempts=1, given_up=told))
    await sent(stage, topic, {"why": "broken"}, target_tenant_id=stage.tree.south)
    ran = await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    assert ran.dead == 1
    assert seen == [(stage.tree.south, str(stage.tree.south))]


async def test_a_row_that_was_done_is_not_done_again_by_a_late_handover(stage: Stage, topics: Topics) -> None:
    runs: list[int] = []

    async def note(work: Work) -> None:
        runs.append(work.attempt)

    topic = topics.add(Handler(topic="test.late", run=note))
    await sent(stage, topic)
    late = await handed(stage)
    stage.clock.advance(stage.background.pace.lease)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert (await perform(stage.background, late)).error is None
    assert runs == [1]


async def test_a_command_for_many_has_its_effect_once_in_each_of_them(stage: Stage, topics: Topics, admin: Any) -> None:
    """It is killed between two of them; the next run is told that the first one has it, and does the rest."""
    had: list[UUID] = []
    subject = uuid4()

    async def effect(work: Work) -> None:
        for tenant_id in (stage.tree.north, stage.tree.south):
            try:
                async with work.unit_in(tenant_id, (stage.tree.headquarters, tenant_id)) as unit:
                    await record_act(unit, action="test.effect", subject_kind="test", subject_id=subject)
            except AlreadyReceived:
                had.append(tenant_id)
            if work.attempt == 1:
                raise RuntimeError("killed after the first")

    topic = topics.add(Handler(topic="test.many", run=effect))
    async with stage.database.unit(stage.headquarters, clock=stage.clock) as unit:
        await send(unit, topic, {})
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    stage.clock.advance(LATER)
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    assert had == [stage.tree.north]
    entries = await admin.fetch("SELECT tenant_id, on_behalf_of FROM audit_entries WHERE subject_id = $1", subject)
    assert {(one["tenant_id"], one["on_behalf_of"]) for one in entries} == {
        (tenant_id, stage.tree.headquarters) for tenant_id in (stage.tree.north, stage.tree.south)
    }
    assert len(entries) == 2


async def test_pruning_forgets_idempotency_keys_of_long_ago_and_no_others(stage: Stage, admin: Any) -> None:
    """A request that is repeated after its key was forgotten is done twice."""
    for key in ("old", "fresh"):
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            assert await replayed(unit, "test.do", key, "f") is None
            await send(unit, "test.pruned", {})
    aged = "UPDATE idempotency_keys SET recorded_at = now() - interval '8 days' WHERE tenant_id = $1 AND key = 'old'"
    await admin.execute(aged, stage.tree.north)
    done = "UPDATE outbox SET status = 'done', finished_at = now() - interval '8 days' WHERE tenant_id = $1"
    await admin.execute(done, stage.tree.north)
    await relay(stage, LocalQueue()).prune()
    left = await admin.fetch("SELECT key FROM idempotency_keys WHERE tenant_id = $1", stage.tree.north)
    assert [one["key"] for one in left] == ["fresh"]


def test_a_scope_at_another_instant_is_the_same_otherwise(stage: Stage) -> None:
    scope = replace(stage.north, on_behalf_of=stage.tree.headquarters, roles=("clerk",))
    assert scope.at(stage.clock.now() + LATER) == replace(scope, instant=stage.clock.now() + LATER)
