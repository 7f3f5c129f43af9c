"""Does once what several ask for at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """Shares work under way: whoever asks for the same meanwhile waits for it instead of doing it again.

    What a token opens is forgotten after seconds, and a busy client's next requests would all look it up at once.
    """

    def __init__(self) -> None:
        self._under_way: dict[bytes, asyncio.Task[T]] = {}

    async def do(self, key: bytes, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do the work of a key, or wait for whoever is doing it; one who gives up waiting does not stop it."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: bytes, done: "asyncio.Task[T]") -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # Whoever waited has been told; nobody may be left.
