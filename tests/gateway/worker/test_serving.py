"""The worker with real PostgreSQL and Valkey: whatever goes away comes back, and the work is done once in effect."""

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import arq.worker
import pytest
import redis.exceptions
from sqlalchemy import text
from structlog.testing import capture_logs
from structlog.typing import EventDict

from core.kernel.clock import SystemClock
from core.kernel.handlers import Handler
from core.kernel.relay import Relay
from core.kernel.timers import set_timer
from core.kernel.work import Work
from gateway.worker.arq_queue import ArqQueue
from gateway.worker.attending import POLL_S
from gateway.worker.redis_address import redis_settings
from tests.gateway.worker.conftest import Yard, leave_mark, until
from tests.gateway.worker.quick import QUICK

Declare = Callable[[Handler], str]
LEASE = text("SELECT due_at FROM outbox WHERE tenant_id = :tenant AND id = :id")


async def test_what_is_sent_is_done(yard: Yard, handler: Declare) -> None:
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working():
        for _ in range(20):
            await yard.send(topic, {"subject": uuid4()})
        await yard.send(topic, {"subject": uuid4()}, target_tenant_id=yard.tree.south)
        await until(yard.all_done)
    assert await yard.marks() == 21


async def test_a_timer_fires(yard: Yard, handler: Declare) -> None:
    rung = asyncio.Event()
    rang_for: list[str] = []
    subject = uuid4()

    async def ring(work: Work) -> None:
        rang_for.append(work.payload["subject_id"])
        rung.set()

    topic = handler(Handler(topic="test.ring", run=ring))
    async with yard.working():
        async with yard.database.unit(yard.scope) as unit:
            await set_timer(unit, topic, subject, SystemClock().now() + timedelta(milliseconds=100))
        async with asyncio.timeout(30):
            await rung.wait()
    assert set(rang_for) == {str(subject)}


async def test_a_hint_wakes_the_relay_long_before_it_would_look(yard: Yard, handler: Declare) -> None:
    """The relay would look again after an hour; the hint lets it look now."""
    from dataclasses import replace

    from gateway.worker.hints import listen

    looked: list[bool] = []
    hint, stop = asyncio.Event(), asyncio.Event()
    topic = handler(Handler(topic="test.hinted", run=leave_mark))
    slow = replace(QUICK, poll=timedelta(hours=1), lease=timedelta(hours=1))
    background = yard.tree.background(yard.database, SystemClock(), slow)
    queue = ArqQueue(redis_settings(yard.valkey.url), 10)
    tasks = [
        asyncio.create_task(Relay(background, queue).run(stop, hint)),
        asyncio.create_task(listen(yard.database, hint, stop)),
    ]
    listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"

    async def is_listening() -> bool:
        return await yard.admin.fetchval(listening) == 1

    async def is_handed() -> bool:
        return await yard.count("status = 'handed'") == 1

    try:
        await until(is_listening)
        await yard.send(topic, {"subject": uuid4()})
        await until(is_handed)
        looked.append(True)
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        await queue.close()
    assert looked


async def test_poison_becomes_a_dead_letter_and_the_rest_is_done(yard: Yard, handler: Declare) -> None:
    async def poison(work: Work) -> None:
        raise SystemExit(work.attempt)

    bad = handler(Handler(topic="test.poison", run=poison, attempts=3))
    good = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working():
        await yard.send(bad)
        for _ in range(5):
            await yard.send(good, {"subject": uuid4()})

        async def settled() -> bool:
            return await yard.count("status = 'done'") == 5 and await yard.count("status = 'dead'") == 1

        await until(settled)
    assert await yard.count("status = 'dead' AND attempts = 3 AND last_error = 'builtins.SystemExit'") == 1


async def test_a_wiped_queue_loses_nothing(yard: Yard, handler: Declare) -> None:
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    for _ in range(10):
        await yard.send(topic, {"subject": uuid4()})
    queue = ArqQueue(redis_settings(yard.valkey.url), 100)
    assert (await Relay(yard.tree.background(yard.database, SystemClock(), QUICK), queue).sweep()).handed == 10
    await queue.close()
    await yard.wipe_queue()
    async with yard.working():
        await until(yard.all_done)
    assert await yard.marks() == 10
    assert await yard.count("handovers > 1") == 10


async def test_the_worker_outlives_a_restart_of_redis_and_what_is_under_way_goes_on(
    yard: Yard, handler: Declare
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(work: Work) -> None:
        begun.set()
        await go_on.wait()
        await leave_mark(work)

    long_topic = handler(Handler(topic="test.slow", run=slow))
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working():
        slow_id = await yard.send(long_topic, {"subject": uuid4()})
        await begun.wait()
        yard.valkey.stop()
        await yard.send(topic, {"subject": uuid4()})
        go_on.set()

        async def slow_is_done() -> bool:
            return await yard.count(f"id = '{slow_id}' AND status = 'done' AND attempts = 1") == 1

        await until(slow_is_done)
        assert await yard.count("status = 'done'") == 1
        yard.valkey.start()
        await until(yard.all_done)
    assert await yard.marks() == 2


async def test_the_worker_takes_work_again_where_redis_went_as_the_end_of_a_job_was_being_told(
    yard: Yard, handler: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = asyncio.Event()

    async def never_told(*_: object) -> None:
        telling.set()
        await asyncio.Event().wait()

    topic = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working():
        with monkeypatch.context() as patched:
            patched.setattr(arq.worker.Worker, "finish_job", never_told)
            await yard.send(topic, {"subject": uuid4()})
            await telling.wait()
        with capture_logs() as logged:
            yard.valkey.stop()
            await until(lambda: noticed(logged))
        yard.valkey.start()
        await yard.send(topic, {"subject": uuid4()})
        await until(yard.all_done)
    assert await yard.marks() == 2


async def test_an_end_that_redis_cannot_be_told_is_no_failure(
    yard: Yard, handler: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[object]()

    async def lost(*told: object) -> None:
        tried.append(told)
        raise redis.exceptions.ConnectionError

    monkeypatch.setattr(arq.worker.Worker, "finish_job", lost)
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    with capture_logs() as logged:
        async with yard.working():
            for done in range(2):
                await yard.send(topic, {"subject": uuid4()})
                await until(lambda done=done: told_of(tried, done))
            await until(yard.all_done)
            await asyncio.sleep(1.5 * POLL_S)  # It looks after its tasks once in so long.
    assert not await noticed(logged)
    assert await yard.marks() == 2


async def told_of(tried: list[object], count: int) -> bool:
    return len(tried) > count


async def noticed(logged: list[EventDict]) -> bool:
    return any(one["event"] == "worker.queue_is_down" for one in logged)


async def test_the_worker_outlives_the_loss_of_its_database_connections(yard: Yard, handler: Declare) -> None:
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working():
        await yard.send(topic, {"subject": uuid4()})
        await until(yard.all_done)
        await yard.admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename LIKE 'touchstone_%' AND pid <> pg_backend_pid() AND usename <> 'touchstone_admin'"
        )
        await yard.send(topic, {"subject": uuid4()})
        await until(yard.all_done)
    assert await yard.marks() == 2


async def test_a_worker_told_to_end_finishes_what_it_has_begun_and_begins_nothing(yard: Yard, handler: Declare) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(work: Work) -> None:
        begun.set()
        await go_on.wait()
        await leave_mark(work)

    topic = handler(Handler(topic="test.slow", run=slow))
    async with yard.working() as stop:
        await yard.send(topic, {"subject": uuid4()})
        await begun.wait()
        stop.set()
        await yard.send(topic, {"subject": uuid4()})
        go_on.set()
    assert await yard.count("status = 'done'") == 1
    # The relay may have been in the middle of a look, and have handed it to whichever worker comes next.
    assert await yard.count("status IN ('waiting', 'handed') AND attempts = 0") == 1
    async with yard.working():
        await until(yard.all_done)
    assert await yard.marks() == 2


async def test_what_does_not_end_in_time_is_given_back_uncounted(yard: Yard, handler: Declare) -> None:
    begun = asyncio.Event()

    async def hangs(work: Work) -> None:
        begun.set()
        await asyncio.Event().wait()

    topic = handler(Handler(topic="test.hangs", run=hangs))
    async with yard.working(grace_s=0.05):
        await yard.send(topic)
        await begun.wait()
    assert await yard.count("status = 'waiting' AND attempts = 0") == 1


async def test_a_lease_is_renewed_as_long_as_the_work_goes_on(yard: Yard, handler: Declare) -> None:
    """The work ends only when its lease has been moved beyond where it first stood, twice."""
    leases: set[datetime | None] = set()

    async def longer_than_a_lease(work: Work) -> None:
        async def renewed_twice() -> bool:
            async with work.unit(read_only=True) as unit:
                leases.add(await unit.session.scalar(LEASE, {"tenant": unit.tenant_id, "id": work.command_id}))
            return len(leases) > 2

        await until(renewed_twice)
        await leave_mark(work)

    topic = handler(Handler(topic="test.long", run=longer_than_a_lease))
    async with yard.working():
        await yard.send(topic, {"subject": uuid4()})
        await until(yard.all_done)
    assert await yard.marks() == 1


async def test_metrics_are_served_where_a_port_is_set() -> None:
    import httpx2

    from gateway.worker.metrics import served_metrics
    from gateway.worker.worker_settings import WorkerSettings

    with served_metrics(WorkerSettings()) as nothing:
        assert nothing is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served_metrics(WorkerSettings(metrics_port=port)):
        async with httpx2.AsyncClient(verify=False) as client:
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.status_code == 200
    assert "python_info" in answer.text
