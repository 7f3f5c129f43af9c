"""Those who ask for the same at the same time are served by one look."""

import asyncio

import pytest

from gateway.auth.together import Together

KEY = b"key"


class Work:
    def __init__(self) -> None:
        self.begun, self.go_on = 0, asyncio.Event()

    async def do(self) -> int:
        self.begun += 1
        await self.go_on.wait()
        return self.begun

    async def fail(self) -> int:
        await self.do()
        raise LookupError


async def test_who_asks_meanwhile_waits_and_who_asks_later_looks_again() -> None:
    together, work = Together[int](), Work()
    asking = [asyncio.create_task(together.do(KEY, work.do)) for _ in range(5)]
    other = asyncio.create_task(together.do(b"other", work.do))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert work.begun == 2
    work.go_on.set()
    assert len(set(await asyncio.gather(*asking))) == 1
    await other
    assert await together.do(KEY, work.do) == 3


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    together, work = Together[int](), Work()
    first, second = (asyncio.create_task(together.do(KEY, work.do)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go_on.set()
    assert await second == 1


async def test_a_failure_is_told_to_all_and_not_remembered() -> None:
    together, work = Together[int](), Work()
    asking = [asyncio.create_task(together.do(KEY, work.fail)) for _ in range(2)]
    await asyncio.sleep(0)
    work.go_on.set()
    assert [type(one) for one in await asyncio.gather(*asking, return_exceptions=True)] == [LookupError] * 2
    assert await together.do(KEY, work.do) == 2
