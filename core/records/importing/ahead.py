"""Read ahead in a thread while the caller works, by a bounded number of batches."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Generic, TypeAlias, TypeVar

from core.kernel.frozen import frozen

T = TypeVar("T")

BATCH = 200
AHEAD = 4


@frozen
class Batch(Generic[T]):
    """Items read in one go.

    Attributes:
        items: The items.
        failure: What ended the reading after them, where it ended badly.
        last: Whether nothing comes after them.
    """

    items: list[T]
    failure: Exception | None
    last: bool


Take: TypeAlias = Callable[[], Awaitable[Batch[T]]]


@asynccontextmanager
async def read_ahead(items: Iterator[T], stop: Callable[[], None]) -> AsyncGenerator[Take[T], None]:
    """Read items in a thread; at most ``AHEAD`` batches of ``BATCH`` items wait for the caller.

    Args:
        items: What is read; one thread at a time uses it.
        stop: Makes a reading that is under way fail soon, for callers that leave early.

    Yields:
        A function that gives the next batch; it is not called again after the last one.
    """
    waiting: asyncio.Queue[Batch[T]] = asyncio.Queue(AHEAD)
    left = asyncio.Event()
    # One thread of its own for the whole reading: the memory allocator keeps what each thread once needed.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as thread:
        reading = asyncio.create_task(fill(items, waiting, left, thread))
        try:
            yield waiting.get
        finally:
            stop()
            left.set()
            while not waiting.empty():  # The reader may wait for room; with room it sees that the caller has left.
                waiting.get_nowait()
            await reading


async def fill(items: Iterator[T], waiting: asyncio.Queue[Batch[T]], left: asyncio.Event, thread: Executor) -> None:
    """Put batches into the queue until the items end or the caller leaves."""
    last = False
    while not last and not left.is_set():
        batch = await asyncio.get_running_loop().run_in_executor(thread, take, items)
        last = batch.last
        await waiting.put(batch)


def take(items: Iterator[T]) -> Batch[T]:
    """Take the next items; those read before a failure are not lost."""
    taken: list[T] = []
    try:
        for item in items:
            taken.append(item)
            if len(taken) == BATCH:
                return Batch(taken, None, last=False)
    except Exception as failure:  # noqa: BLE001 - it is handed to the caller, in its own thread
        return Batch(taken, failure, last=True)
    return Batch(taken, None, last=True)
