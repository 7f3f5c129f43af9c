"""Running a plugin's code in threads of its own, with a deadline.

What a deadline means here: the caller stops waiting. Python cannot end a thread, so the call goes on until it
returns; it keeps one of the plugin's few threads meanwhile, and when all are kept the plugin is refused. The
threads are daemons: they never hold up the end of the process. Code that keeps the interpreter lock (a C
extension that does not release it) can stall the whole process; only an isolation level outside the process
protects from that.

A call runs in an empty context: what the host keeps in context variables is not visible to the plugin.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import PurePath
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeAlias, TypeVar

from core.kernel.frozen import frozen

Answer = TypeVar("Answer")


@frozen
class Answered(Generic[Answer]):
    """The code returned."""

    answer: Answer


@frozen
class Raised:
    """The code raised.

    Attributes:
        kind: Type of the exception; its text may hold anything and is not kept.
        where: File name, line and function that raised.
    """

    kind: str
    where: str


Outcome: TypeAlias = Answered[Answer] | Raised


def outcome_of(call: Callable[[], Answer]) -> Outcome[Answer]:
    """Call, and turn whatever it raises (`SystemExit` included) into a value."""
    try:
        return Answered(call())
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
        return Raised(type(error).__name__[:80], _innermost(error))


def _innermost(error: BaseException) -> str:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return "unknown"
    code = step.tb_frame.f_code
    return f"{PurePath(code.co_filename).name}:{step.tb_lineno} {code.co_name}"


def run_once(call: Callable[[], Answer], seconds: float, name: str) -> Outcome[Answer] | None:
    """Run in a daemon thread and wait at most so long; None if it has not returned by then."""
    queue: SimpleQueue[Outcome[Answer]] = SimpleQueue()
    Thread(target=lambda: queue.put(outcome_of(call)), name=name, daemon=True).start()
    try:
        return queue.get(timeout=seconds)
    except Empty:
        return None


class NoThreadFree(Exception):  # noqa: N818 - errors are facts
    """All threads are taken; ``overrun`` of them by calls that outran their deadline."""

    def __init__(self, overrun: int) -> None:
        super().__init__(f"{overrun} overrun")
        self.overrun = overrun


class CallThreads:
    """The threads of one plugin in one process and event loop."""

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._free = asyncio.Semaphore(limit)
        self._overrun = 0

    async def run(self, call: Callable[[], Answer], seconds: float, queue_seconds: float) -> Outcome[Answer] | None:
        """Run a call; None if it has not returned before its deadline.

        Args:
            call: What to run.
            seconds: The deadline, from the moment it has a thread.
            queue_seconds: How long to wait for a thread.

        Raises:
            NoThreadFree: No thread became free, or all are held by calls that outran their deadline.
        """
        await self._take(queue_seconds)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Outcome[Answer]] = loop.create_future()

        def work() -> None:
            outcome = outcome_of(call)
            with contextlib.suppress(RuntimeError):  # the loop may have been closed meanwhile
                loop.call_soon_threadsafe(self._finished, done, outcome)

        self._start(work)
        try:
            async with asyncio.timeout(seconds):
                return await done
        except TimeoutError:
            return None
        finally:
            if not done.done() or done.cancelled():
                self._overrun += 1

    def _start(self, work: Callable[[], None]) -> None:
        try:
            Thread(target=work, name=self._name, daemon=True).start()
        except RuntimeError:  # the system has no thread left
            self._free.release()
            raise NoThreadFree(self._overrun) from None

    async def _take(self, queue_seconds: float) -> None:
        if self._overrun >= self._limit:
            raise NoThreadFree(self._overrun)
        try:
            async with asyncio.timeout(queue_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise NoThreadFree(self._overrun) from None

    def _finished(self, done: asyncio.Future[Outcome[Answer]], outcome: Outcome[Answer]) -> None:
        self._free.release()
        if done.cancelled():
            self._overrun -= 1
        elif not done.done():
            done.set_result(outcome)
