"""Sums by label for figures: told apart up to a limit, so that neither memory nor what is scraped grows without end."""

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

OTHER: Final = "other"
"""The label of all that is not told apart."""
MOST_SERIES: Final = 10_000
"""Sets of labels that one process tells apart in one figure."""
MOST_OF_OTHER: Final = 1_000
"""Sets of labels that a figure may have beyond those: sums of all that is not told apart."""

K = TypeVar("K", bound=Hashable)


class Tally(Generic[K]):
    """Adds up amounts by key; keys that come when there is no room left go under another, coarser one.

    Args:
        coarser: Gives the key under which those without room are added up; it must have few values.
        most: Keys that are told apart.
    """

    def __init__(self, coarser: Callable[[K], K], most: int = MOST_SERIES) -> None:
        self.most = most
        self._coarser = coarser
        self._sums = Counter[K]()

    def add(self, key: K, amount: int = 1) -> None:
        """Add an amount."""
        sums = self._sums
        sums[key if key in sums or len(sums) < self.most else self._coarser(key)] += amount

    def __len__(self) -> int:
        """Tell how many keys there are."""
        return len(self._sums)

    def items(self) -> list[tuple[K, int]]:
        """List the sums; whoever reads figures may do so in another thread."""
        return list(self._sums.items())


class Labels:
    """The values one label may have: the first ones that come, as many as there is room for.

    Args:
        most: Values that are told apart.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._known: set[str] = set()

    def known(self, value: str) -> str:
        """Give the value, or ``other`` where there is no room for it."""
        known = self._known
        if value in known:
            return value
        if len(known) >= self.most:
            return OTHER
        known.add(value)
        return value
