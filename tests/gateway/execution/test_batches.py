"""What is asked for together is answered together; nobody is forgotten, whatever fails."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gateway.execution.batches import Batches, Ended


class Answering:
    """Doubles numbers, and remembers which came together."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.running = 0

    async def __call__(self, keys: Sequence[Any]) -> Mapping[Any, Any]:
        self.running += 1
        assert self.running == 1, "two statements at once on one connection"
        self.batches.append(list(keys))
        await asyncio.sleep(0)
        self.running -= 1
        return {key: key * 2 for key in keys if key != 13}


async def test_questions_of_one_turn_are_one_batch_and_each_key_is_asked_once() -> None:
    batches, run = Batches(asyncio.Lock()), Answering()
    found = await asyncio.gather(*(batches.ask("kind", key, run) for key in (1, 2, 2, 13, 1)))
    assert found == [2, 4, 4, None, 2]
    assert run.batches == [[1, 2, 13]]


async def test_kinds_are_batches_of_their_own_and_never_run_at_once() -> None:
    batches, run = Batches(asyncio.Lock()), Answering()
    await asyncio.gather(*(batches.ask(kind, key, run) for key in (1, 2) for kind in ("a", "b", "c")))
    assert run.batches == [[1, 2]] * 3


async def test_questions_that_come_while_a_batch_waits_ride_along() -> None:
    lock, run = asyncio.Lock(), Answering()
    batches = Batches(lock)
    await lock.acquire()
    first = asyncio.create_task(batches.ask("kind", 1, run))
    for _ in range(5):
        await asyncio.sleep(0)
    second = asyncio.create_task(batches.ask("kind", 2, run))
    await asyncio.sleep(0)
    lock.release()
    assert await asyncio.gather(first, second) == [2, 4]
    assert run.batches == [[1, 2]]


async def test_a_failure_reaches_everybody_who_asked_and_the_next_batch_runs() -> None:
    batches, run = Batches(asyncio.Lock()), Answering()

    async def failing(keys: Sequence[Any]) -> Mapping[Any, Any]:
        raise ZeroDivisionError

    found = await asyncio.gather(*(batches.ask("kind", key, failing) for key in (1, 2)), return_exceptions=True)
    assert [type(one) for one in found] == [ZeroDivisionError] * 2
    assert await batches.ask("kind", 3, run) == 6


async def test_one_who_leaves_does_not_take_the_others_along() -> None:
    lock, run = asyncio.Lock(), Answering()
    batches = Batches(lock)
    await lock.acquire()
    leaving, staying = (asyncio.create_task(batches.ask("kind", 1, run)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    lock.release()
    assert await staying == 2


async def test_after_the_end_nothing_is_asked_and_nobody_hangs() -> None:
    lock, run = asyncio.Lock(), Answering()
    batches = Batches(lock)
    await lock.acquire()
    waiting = asyncio.create_task(batches.ask("kind", 1, run))
    await asyncio.sleep(0)
    ending = asyncio.create_task(batches.end())
    await asyncio.sleep(0)
    lock.release()
    await ending
    with pytest.raises(Ended):
        await waiting
    with pytest.raises(Ended):
        await batches.ask("kind", 2, run)
    assert run.batches == []
