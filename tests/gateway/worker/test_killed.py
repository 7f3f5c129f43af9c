"""Worker processes that are killed or told to end in the middle of their work."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.gateway.worker.conftest import PATIENCE_S, Yard, until
from tests.gateway.worker.worker_process import TOPIC, worked
from tests.support.forked import Forked

pytestmark = pytest.mark.crash


@contextmanager
def worker(yard: Yard, said: Path) -> Generator[Forked, None, None]:
    tree = yard.tree
    ids = (tree.network_id, tree.headquarters, tree.north, tree.south)
    process = Forked(
        worked, yard.database.url, yard.valkey.url, *map(str, ids), environment=dict(os.environ), output=said
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


async def reached(process: Forked, said: Path) -> None:
    """Wait until the handler hangs."""

    async def told() -> bool:
        assert process.returncode is None, "the worker ended before its handler was reached"
        return is_told("reached\n", said)

    await until(told)


def is_told(word: str, said: Path) -> bool:
    return word in said.read_text()


@pytest.mark.parametrize(("place", "marked"), [("before", 0), ("after", 1)])
async def test_work_of_a_killed_worker_is_done_by_the_next_and_its_effect_is_there_once(
    yard: Yard, place: str, marked: int, tmp_path: Path
) -> None:
    command_id = await yard.send(TOPIC, {"subject": uuid4(), "hang": place, "seconds": 3600})
    with worker(yard, tmp_path / "first") as first:
        await reached(first, tmp_path / "first")
        first.send_signal(signal.SIGKILL)
        assert await first.ended() == -signal.SIGKILL
    assert await yard.count("status = 'running' AND attempts = 1") == 1
    assert await yard.marks() == marked
    with worker(yard, tmp_path / "second"):
        await until(yard.all_done)
    assert await yard.marks() == 1
    assert await yard.count(f"id = '{command_id}' AND attempts = 2") == 1


async def test_a_worker_told_to_end_leaves_nothing_undone(yard: Yard, tmp_path: Path) -> None:
    await yard.send(TOPIC, {"subject": uuid4(), "hang": "before", "seconds": 0.5})
    with worker(yard, tmp_path / "said") as process:
        await reached(process, tmp_path / "said")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.ended() == 0
    assert await yard.count("status = 'done' AND attempts = 1") == 1
    assert await yard.marks() == 1
