"""Deadlines that all requests of a process have alike: one timer looks after all of them.

A timer that is set and cancelled for each request takes longer than looking up who asks.
"""

import asyncio
from types import TracebackType


class Deadlines:
    """Ends what takes longer than it may.

    Args:
        longest_s: How long each piece of work may take.

    Attributes:
        longest_s: The same.
        under_way: What is looked after, in the order in which it is due.
        alarm: The timer.
    """

    def __init__(self, longest_s: float) -> None:
        self.longest_s = longest_s
        # All may take as long as each other, so that whoever came first has to end first.
        self.under_way: dict[Deadline, None] = {}
        self.alarm: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Give how many pieces of work are looked after."""
        return len(self.under_way)

    def __call__(self) -> "Deadline":
        """Give a deadline for the work inside of a block, counted from the block's beginning."""
        return Deadline(self)

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        """End those that are due, and look again when the next one is."""
        self.alarm = None
        now = loop.time()
        for one in list(self.under_way):
            if one.due > now:
                self.alarm = loop.call_at(one.due, self.look, loop)
                return
            del self.under_way[one]
            one.pass_by()


class Deadline:
    """The deadline of one piece of work, as a block; ``TimeoutError`` comes out of it where it passed."""

    __slots__ = ("_all", "_cancelling", "_passed", "_task", "due")

    def __init__(self, deadlines: Deadlines) -> None:
        self._all = deadlines
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._passed = False
        self.due = 0.0

    def __enter__(self) -> None:
        """Begin."""
        everyone = self._all
        loop = asyncio.get_running_loop()
        task = self._task = asyncio.current_task(loop)
        self._cancelling = task.cancelling() if task is not None else 0
        self.due = loop.time() + everyone.longest_s
        everyone.under_way[self] = None
        if everyone.alarm is None:
            everyone.alarm = loop.call_at(self.due, everyone.look, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _places: TracebackType | None
    ) -> None:
        """End; what was cancelled because it took too long is told so.

        Raises:
            TimeoutError: It took too long.
        """
        self._all.under_way.pop(self, None)
        task = self._task
        if not self._passed or task is None:
            return
        # Somebody else may have cancelled it too, and is to be heard then.
        if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def pass_by(self) -> None:
        """Cancel the work: its time is over."""
        self._passed = True
        if self._task is not None:
            self._task.cancel()
