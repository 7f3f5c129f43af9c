"""What takes too long is ended, what does not is left alone, and one timer looks after all."""

import asyncio

import pytest

from core.kernel.deadlines import Deadlines

pytestmark = pytest.mark.anyio

CLOCK_S = 0.001
"""A loop's timers may come early by what its clock cannot tell apart."""


async def forever() -> None:
    await asyncio.Event().wait()


async def test_what_takes_too_long_is_told_so() -> None:
    deadlines = Deadlines(0.01)
    with pytest.raises(TimeoutError), deadlines():
        await forever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert len(deadlines) == 0


async def test_each_has_its_own_time() -> None:
    loop, patience = asyncio.get_running_loop(), 0.05
    deadlines, took = Deadlines(patience), dict[int, float]()

    async def one(number: int) -> None:
        begun = loop.time()
        with pytest.raises(TimeoutError), deadlines():
            await forever()
        took[number] = loop.time() - begun

    first = asyncio.create_task(one(1))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(one(2))
    with deadlines():
        await asyncio.sleep(0)
    await asyncio.wait_for(first, 5)
    await asyncio.wait_for(second, 5)
    assert list(took) == [1, 2]
    assert min(took.values()) > patience - CLOCK_S
    assert len(deadlines) == 0


async def test_one_who_is_cancelled_by_another_hears_that() -> None:
    deadlines = Deadlines(30)

    async def work() -> None:
        with deadlines():
            await forever()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(deadlines) == 0


async def test_an_error_of_the_work_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), Deadlines(30)():
        _ = 1 / 0
