"""What takes too long is ended, what does not is left alone, and one timer looks after all."""

import asyncio

import pytest

from core.kernel.deadlines import Deadlines

pytestmark = pytest.mark.anyio


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
    deadlines, ended = Deadlines(0.05), list[int]()

    async def one(number: int) -> None:
        with pytest.raises(TimeoutError), deadlines():
            await forever()
        ended.append(number)

    first = asyncio.create_task(one(1))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(one(2))
    with deadlines():
        await asyncio.sleep(0)
    await asyncio.wait_for(first, 5)
    assert ended == [1]
    assert len(deadlines) == 1
    await asyncio.wait_for(second, 5)
    assert ended == [1, 2]


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
