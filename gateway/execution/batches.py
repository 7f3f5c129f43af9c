"""Statements are batched: what is asked for in one turn of the event loop goes into one statement.

All statements of an operation queue on one connection. A batch takes what was asked for until it has the connection,
so that questions that come while it waits still ride along.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any

from core.kernel.ending import is_ending

Run = Callable[[Sequence[Any]], Awaitable[Mapping[Any, Any]]]


class Ended(Exception):  # noqa: N818 - it says what happened
    """The operation ended before the question was put; nobody waits for the answer."""


class Batches:
    """Questions waiting to be put, by what they have in common.

    Args:
        lock: Taken around each statement; the connection's own.
    """

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock
        self._waiting: dict[Hashable, dict[Hashable, list[asyncio.Future[Any]]]] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._ended = False

    async def ask(self, kind: Hashable, key: Hashable, run: Run) -> Any:  # noqa: ANN401 - whatever the batch gives
        """Ask for what belongs to a key, together with all others of the kind.

        Args:
            kind: What questions in one batch have in common.
            key: What is asked about.
            run: Answers a whole batch: the keys, each once, to what belongs to them.
        """
        waiting = self._waiting.get(kind)
        if waiting is None:
            waiting = self._waiting[kind] = {}
            self._begin(kind, run)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waiting.setdefault(key, []).append(answer)
        return await answer

    def _begin(self, kind: Hashable, run: Run) -> None:
        task = asyncio.create_task(self._serve(kind, run))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, kind: Hashable, run: Run) -> None:
        async with self._lock:
            waiting = self._waiting.pop(kind)
            try:
                if self._ended:
                    raise Ended  # noqa: TRY301 - told to whoever waits, like any other failure
                found = await run(list(waiting))
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                settle(waiting, error=error)
            except asyncio.CancelledError:
                settle(waiting, error=Ended())
                raise
            else:
                settle(waiting, found)

    async def end(self) -> None:
        """Put no further question, and wait until the one under way is answered; or break it off, if cancelled."""
        self._ended = True
        if is_ending():
            for serving in self._serving:
                serving.cancel()
        while self._serving:
            await asyncio.gather(*self._serving, return_exceptions=True)


def settle(
    waiting: Mapping[Hashable, list[asyncio.Future[Any]]],
    found: Mapping[Any, Any] | None = None,
    error: Exception | None = None,
) -> None:
    """Give everybody who waits the answer, or the error, unless they left."""
    for key, answers in waiting.items():
        for answer in answers:
            if answer.done():
                continue
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result((found or {}).get(key))
