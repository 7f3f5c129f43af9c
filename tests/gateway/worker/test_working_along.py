"""Whoever waits for background work does it too: the same work, from the same queue, each of it once."""

import asyncio
import socket
from collections.abc import Callable
from uuid import uuid4

import pytest

from core.kernel.clock import SystemClock
from core.kernel.handlers import Handler
from core.kernel.work import Work
from gateway.cli.operator import Operator
from gateway.demo.working_along import working_along
from tests.gateway.worker.conftest import Yard, leave_mark, until
from tests.gateway.worker.quick import settings_for

Declare = Callable[[Handler], str]


def operator_of(yard: Yard) -> Operator:
    services = yard.tree.background(yard.database, SystemClock()).services
    return Operator(settings_for(yard.valkey.url), yard.database, services, SystemClock())


async def test_work_is_done_without_a_worker(yard: Yard, handler: Declare) -> None:
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    await yard.send(topic, {"subject": uuid4()})
    async with working_along(operator_of(yard)):
        await until(yard.all_done)
    assert await yard.marks() == 1


async def test_beside_a_worker_each_is_done_once(yard: Yard, handler: Declare) -> None:
    topic = handler(Handler(topic="test.mark", run=leave_mark))
    async with yard.working(), working_along(operator_of(yard)):
        for _ in range(20):
            await yard.send(topic, {"subject": uuid4()})
        await until(yard.all_done)
    assert await yard.marks() == 20
    assert await yard.count("attempts = 1") == 20


async def test_what_is_under_way_ends_before_the_block_is_left(yard: Yard, handler: Declare) -> None:
    begun = asyncio.Event()

    async def slow(work: Work) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        await leave_mark(work)

    topic = handler(Handler(topic="test.slow", run=slow))
    async with asyncio.timeout(30), working_along(operator_of(yard)):
        await yard.send(topic, {"subject": uuid4()})
        await begun.wait()
    assert await yard.all_done()
    assert await yard.marks() == 1


async def fail_while_working(at: Operator) -> None:
    async with working_along(at):
        await asyncio.sleep(0.2)
        raise LookupError


async def test_whoever_fails_in_the_block_leaves_nothing_running(yard: Yard) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(LookupError):
        await fail_while_working(operator_of(yard))
    assert {task for task in asyncio.all_tasks() - before if not task.done()} == set()


async def test_the_port_of_the_metrics_is_left_to_the_worker(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TOUCHSTONE_WORKER_METRICS_PORT", str(taken.getsockname()[1]))
        async with working_along(operator_of(yard)):
            await asyncio.sleep(0.2)
