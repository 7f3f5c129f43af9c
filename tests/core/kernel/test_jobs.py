from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.dead_letters import ReplayDeadLetter, replay_dead_letter
from core.kernel.errors import NotFound, NotPermitted
from core.kernel.handlers import Handler
from core.kernel.hints import is_hinted
from core.kernel.idle import run_until_idle
from core.kernel.jobs import CancelJob, Job, advance, cancel_job, fail, find_job, finish, list_jobs, open_job, report
from core.kernel.outbox import send
from core.kernel.perform import begin
from core.kernel.permissions import READ_WORK
from core.kernel.queue import LocalQueue
from core.kernel.relay import Relay
from core.kernel.work import Work
from tests.core.kernel.building import Stage, Topics


async def opened(stage: Stage, topic: str, *, total: int | None = None, steps: int = 1) -> UUID:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        job = await open_job(unit, kind="test.count", subject_kind="test", subject_id=uuid4(), total=total)
        for _ in range(steps):
            await send(unit, topic, {"job_id": job.id})
        return job.id


async def seen(stage: Stage, job_id: UUID) -> Job:
    async with stage.database.unit(stage.north, clock=stage.clock, read_only=True) as unit:
        return await find_job(unit, job_id)


def doing(topics: Topics, step: Callable[[Work, UUID], Awaitable[None]], attempts: int = 8) -> str:
    async def run(work: Work) -> None:
        await step(work, UUID(work.payload["job_id"]))

    return topics.add(Handler(topic="test.job", run=run, attempts=attempts))


async def run(stage: Stage, *, tolerant: bool = False) -> Any:
    return await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=tolerant)


async def test_a_job_of_known_size_is_done_with_its_last_step(stage: Stage, topics: Topics) -> None:
    async def step(work: Work, job_id: UUID) -> None:
        async with work.unit() as unit:
            await advance(unit, job_id)

    job_id = await opened(stage, doing(topics, step), total=3, steps=2)
    assert (await seen(stage, job_id)).status == "waiting"
    await run(stage)
    half = await seen(stage, job_id)
    assert (half.status, half.done, half.finished_at) == ("running", 2, None)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await send(unit, "test.job", {"job_id": job_id})
    await run(stage)
    whole = await seen(stage, job_id)
    assert (whole.status, whole.done) == ("done", 3)
    assert whole.finished_at is not None


async def test_progress_is_seen_while_the_work_goes_on_and_never_goes_back(stage: Stage, topics: Topics) -> None:
    told: list[tuple[int, int | None]] = []

    async def step(work: Work, job_id: UUID) -> None:
        for done in (2, 1, 5):
            await report(work, job_id, done, total=5)
            job = await seen(stage, job_id)
            told.append((job.done, job.total))
        async with work.unit() as unit:
            await finish(unit, job_id)

    job_id = await opened(stage, doing(topics, step))
    await run(stage)
    assert told == [(2, 5), (2, 5), (5, 5)]
    assert (await seen(stage, job_id)).status == "done"


async def test_a_cancelled_job_does_no_further_step(stage: Stage, topics: Topics, admin: Any) -> None:
    async def step(work: Work, job_id: UUID) -> None:
        async with work.unit() as unit:
            await send(unit, "test.effect_of_step", {})
            await advance(unit, job_id)

    job_id = await opened(stage, doing(topics, step), total=2, steps=2)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        assert (await cancel_job(unit, CancelJob(job_id=job_id))).status == "cancelled"
    ran = await run(stage)
    assert (ran.done, ran.failed) == (2, 0)
    job = await seen(stage, job_id)
    assert (job.status, job.done, job.cancel_asked_by) == ("cancelled", 0, stage.north.actor.id)
    question = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND topic = 'test.effect_of_step'"
    assert await admin.fetchval(question, stage.tree.north) == 0


async def test_a_job_fails_with_its_command_and_goes_on_when_that_is_sent_again(stage: Stage, topics: Topics) -> None:
    broken = [True]
    commands: list[UUID] = []

    async def step(work: Work, job_id: UUID) -> None:
        commands.append(work.command_id)
        if broken:
            raise RuntimeError("broken")
        async with work.unit() as unit:
            await advance(unit, job_id)

    job_id = await opened(stage, doing(topics, step, attempts=1), total=1)
    await run(stage, tolerant=True)
    failed = await seen(stage, job_id)
    assert (failed.status, failed.error) == ("failed", "builtins.RuntimeError")
    broken.clear()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await replay_dead_letter(unit, ReplayDeadLetter(command_id=commands[0]))
    await run(stage)
    mended = await seen(stage, job_id)
    assert (mended.status, mended.done, mended.error) == ("done", 1, None)


async def test_jobs_are_the_tenants_own(stage: Stage) -> None:
    job_id = await opened(stage, "test.none", steps=0)
    async with stage.database.unit(stage.south, clock=stage.clock) as unit:
        assert list(await list_jobs(unit)) == []
        with pytest.raises(NotFound):
            await cancel_job(unit, CancelJob(job_id=job_id))
    reader = stage.tree.scope(stage.tree.north, stage.clock.now(), READ_WORK.name)
    async with stage.database.unit(reader, clock=stage.clock) as unit:
        assert [job.id for job in await list_jobs(unit, active_only=True)] == [job_id]
        with pytest.raises(NotPermitted):
            await cancel_job(unit, CancelJob(job_id=job_id))
    assert (await seen(stage, job_id)).status == "waiting"


async def acts(admin: Any, subject_id: UUID) -> list[tuple[str, UUID]]:
    rows = await admin.fetch("SELECT action, actor_id FROM audit_entries WHERE subject_id = $1", subject_id)
    return [(row["action"], row["actor_id"]) for row in rows]


async def test_what_is_given_up_or_sent_again_changes_no_job_that_has_ended(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    """Somebody cancelled it, or it was done; neither the failure of a last command nor its replay says otherwise."""

    async def step(work: Work, job_id: UUID) -> None:
        raise RuntimeError(f"{work.attempt} {job_id}")

    topic = doing(topics, step, attempts=1)
    cancelled, done = await opened(stage, topic), await opened(stage, topic)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await cancel_job(unit, CancelJob(job_id=cancelled))
        await finish(unit, done)
    ran = await run(stage, tolerant=True)
    assert ran.dead == 2
    ended = [await seen(stage, one) for one in (cancelled, done)]
    assert [(one.status, one.error) for one in ended] == [("cancelled", None), ("done", None)]
    letters = await admin.fetch("SELECT id FROM outbox WHERE tenant_id = $1 AND status = 'dead'", stage.tree.north)
    assert len(letters) == 2
    for letter in letters:
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await replay_dead_letter(unit, ReplayDeadLetter(command_id=letter["id"]))
            assert is_hinted(unit.session)
    again = [await seen(stage, one) for one in (cancelled, done)]
    assert [(one.status, one.finished_at) for one in again] == [(one.status, one.finished_at) for one in ended]
    assert await acts(admin, cancelled) == [("work.cancel_job", stage.north.actor.id)]


async def test_a_command_to_another_tenant_reopens_no_job_of_its_sender(
    stage: Stage, topics: Topics, admin: Any
) -> None:
    """The job that its payload names is one of the tenant it was for."""
    broken = [True]

    async def step(work: Work, job_id: UUID) -> None:
        if broken:
            raise RuntimeError(f"{work.attempt} {job_id}")

    topic = doing(topics, step, attempts=1)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        job = await open_job(unit, kind="test.count", subject_kind="test", subject_id=uuid4())
        command_id = await send(unit, topic, {"job_id": job.id}, target_tenant_id=stage.tree.south)
        await fail(unit, job.id, "test.failed")
    await run(stage, tolerant=True)
    broken.clear()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await replay_dead_letter(unit, ReplayDeadLetter(command_id=command_id))
    assert (await seen(stage, job.id)).status == "failed"


async def test_reporting_of_a_cancelled_job_ends_the_work(stage: Stage, topics: Topics) -> None:
    reached: list[str] = []

    async def step(work: Work, job_id: UUID) -> None:
        await report(work, job_id, 1, total=2)
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await cancel_job(unit, CancelJob(job_id=job_id))
        reached.append("asked to stop")
        await report(work, job_id, 2, total=2)
        reached.append("went on")

    job_id = await opened(stage, doing(topics, step))
    ran = await run(stage)
    assert (ran.done, reached) == (1, ["asked to stop"])
    job = await seen(stage, job_id)
    assert (job.status, job.done) == ("cancelled", 1)


async def test_a_worker_that_is_lost_too_often_fails_the_job(stage: Stage, topics: Topics) -> None:
    async def step(work: Work, job_id: UUID) -> None:
        pytest.fail(f"no attempt is left of {work.command_id} for {job_id}")

    job_id = await opened(stage, doing(topics, step, attempts=1))
    queue = LocalQueue()
    relay = Relay(stage.background, queue, stage.tree.network_id)
    await relay.sweep()
    handover = queue.take()
    assert handover is not None
    assert await begin(stage.background, handover) is not None
    stage.clock.advance(stage.background.pace.lease)
    assert (await relay.sweep()).dead == 1
    job = await seen(stage, job_id)
    assert (job.status, job.error) == ("failed", "kernel.worker_lost")
