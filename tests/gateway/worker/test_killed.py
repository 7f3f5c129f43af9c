"""Worker processes that are killed or told to end in the middle of their work."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.gateway.worker.conftest import PATIENCE_S, Yard, until
from tests.gateway.worker.worker_process import TOPIC

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.crash


@asynccontextmanager
async def worker(yard: Yard) -> AsyncGenerator[Process, None]:
    tree = yard.tree
    ids = (tree.network_id, tree.headquarters, tree.north, tree.south)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.gateway.worker.worker_process",
        yard.database.url,
        yard.valkey.url,
        *map(str, ids),
        cwd=ROOT,
        stdout=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def reached(process: Process) -> None:
    """Wait until the handler hangs."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        async for line in process.stdout:
            if line == b"reached\n":
                return
    pytest.fail("the worker ended before its handler was reached")


async def marks(yard: Yard) -> int:
    return await yard.admin.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'test.mark'")


@pytest.mark.parametrize(("place", "marked"), [("before", 0), ("after", 1)])
async def test_work_of_a_killed_worker_is_done_by_the_next_and_its_effect_is_there_once(
    yard: Yard, place: str, marked: int
) -> None:
    command_id = await yard.send(TOPIC, {"subject": uuid4(), "hang": place, "seconds": 3600})
    async with worker(yard) as first:
        await reached(first)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    assert await yard.count("status = 'running' AND attempts = 1") == 1
    assert await marks(yard) == marked
    async with worker(yard):
        await until(yard.all_done)
    assert await marks(yard) == 1
    assert await yard.count(f"id = '{command_id}' AND attempts = 2") == 1


async def test_a_worker_told_to_end_leaves_nothing_undone(yard: Yard) -> None:
    await yard.send(TOPIC, {"subject": uuid4(), "hang": "before", "seconds": 0.5})
    async with worker(yard) as process:
        await reached(process)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
    assert await yard.count("status = 'done' AND attempts = 1") == 1
    assert await marks(yard) == 1
