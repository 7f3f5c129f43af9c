"""Slows down whoever guesses credentials: a few failures in a row close the door for a while.

The counts live in this process and are bounded; several processes each allow as many. That is enough against guessing
secrets of 256 random bits, for which it is the only purpose to keep the hashing of guesses from taking all the time.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.auth.errors import TooManyFailures

WINDOW_S = 60.0
MOST_REMEMBERED = 10_000


class Failures:
    """Counts failures by name within a window.

    Args:
        most: Failures after which further attempts are refused.
        window_s: Seconds until the first of them is forgotten.
        monotonic: Tells seconds that never run backwards; given by tests.
    """

    def __init__(
        self,
        most: int,
        window_s: float = WINDOW_S,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._window_s = window_s
        self._monotonic = monotonic
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, name: str) -> None:
        """Refuse where a name has failed too often of late.

        Raises:
            TooManyFailures: It has; the fact says how long to wait.
        """
        recent = self._recent(name)
        if len(recent) >= self._most:
            raise TooManyFailures(retry_after=math.ceil(recent[0] + self._window_s - self._monotonic()))

    def note(self, name: str) -> None:
        """Note a failure of a name."""
        self._failed[name] = [*self._recent(name), self._monotonic()][-self._most :]
        self._failed.move_to_end(name)
        if len(self._failed) > MOST_REMEMBERED:
            self._failed.popitem(last=False)

    def _recent(self, name: str) -> list[float]:
        since = self._monotonic() - self._window_s
        return [at for at in self._failed.get(name, ()) if at > since]
