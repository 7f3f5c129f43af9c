"""Remembers for a moment what a token proved, so that its signature is not checked with every request."""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

from core.kernel.frozen import frozen

T = TypeVar("T")

LONGEST_MEMORY_S = 5.0
MOST_REMEMBERED = 10_000


@frozen
class Remembered(Generic[T]):
    """A value and the monotonic second it is forgotten at."""

    value: T
    until: float


class ShortMemory(Generic[T]):
    """A bounded memory by hash: the token itself is never kept.

    What a token proved may be withdrawn (a membership ended, an account revoked), so nothing is remembered longer than
    five seconds, nor beyond the token's own end.

    Args:
        longest_s: Seconds a value is kept; zero remembers nothing.
        monotonic: Tells seconds that never run backwards; given by tests.
    """

    def __init__(self, longest_s: float = LONGEST_MEMORY_S, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._longest_s = min(longest_s, LONGEST_MEMORY_S)
        self._monotonic = monotonic
        self._values: OrderedDict[bytes, Remembered[T]] = OrderedDict()

    def recall(self, key: bytes) -> T | None:
        """Give what was remembered under a digest, if it still holds."""
        found = self._values.get(key)
        return found.value if found is not None and self._monotonic() < found.until else None

    def remember_as(self, key: bytes, other: "ShortMemory[T]", known: bytes) -> None:
        """Remember what another memory has under one digest under another one, and no longer than that has it."""
        found = other._values.get(known)  # noqa: SLF001 - another one of the same
        if found is not None:
            self._put(key, found)

    def remember(self, value: T, ends_in_s: float, key: bytes) -> T:
        """Remember a value under a digest for the shorter of the limit and its own end, and give it back."""
        kept_s = min(self._longest_s, ends_in_s)
        if kept_s > 0:
            self._put(key, Remembered(value, self._monotonic() + kept_s))
        return value

    def _put(self, key: bytes, found: Remembered[T]) -> None:
        self._values[key] = found
        self._values.move_to_end(key)
        if len(self._values) > MOST_REMEMBERED:
            self._values.popitem(last=False)


def digest(parts: tuple[str, ...]) -> bytes:
    """Hash a list of parts so that no two lists run together."""
    running = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        running.update(len(data).to_bytes(4, "big") + data)
    return running.digest()
