"""Acts of one statement that differ in a few values alone, written down without being made up each time.

A pattern is cut from a made-up act, whose rows the rules have made: what is written down of it is written down of all
acts that are alike, but for the values that each has of its own. So what a pattern gives is what the rules give.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from core.kernel.at_once import AtOnce, Telling, laid_out, statement
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.grouping import Grouped, grouped
from core.kernel.idempotency import check_key, request_row
from core.kernel.ids import new_id, written_quickly
from core.kernel.unit import Act

REQUEST: Final = ("key", "fingerprint", "ids", "id", "recorded_at")
"""What the row of an idempotency key has of its own; these come first among the values of an act."""
MOST_TOLD: Final = 32
"""Texts kept of one pattern: one for each selection of what is told."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""What the texts of all patterns of a process take together; what was written down first goes when there is more."""
VALUE_BYTES: Final = 64
"""About what a parameter takes beside its own size."""


@frozen
class Request:
    """A request as its idempotency key remembers it.

    Attributes:
        operation: Name of the operation.
        key: What the client calls its request.
        fingerprint: Hash of the input.
        ids: The result.
    """

    operation: str
    key: str
    fingerprint: str
    ids: Sequence[UUID]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A statement with gaps.

    Attributes:
        sql: Its text.
        values: Its parameters behind those of what is told, with those of the made-up act in the gaps.
        gaps: Where a value goes that each act has of its own, and which.
        group: The same for many acts, where that can be.
    """

    sql: str
    values: Sequence[Any]
    gaps: Sequence[tuple[int, int]]
    group: Grouped | None

    @property
    def size(self) -> int:
        """About how many bytes it takes, as if it shared none of them."""
        values = sum(getsizeof(one) + VALUE_BYTES for one in self.values)
        return getsizeof(self.sql) + values + (0 if self.group is None else getsizeof(self.group.sql))


@frozen
class Written:
    """A statement with what one act has of its own.

    Attributes:
        drawn: The statement.
        told: The parameters of what is told.
        own: What the act has of its own.
    """

    drawn: Drawn
    told: Sequence[Any]
    own: Sequence[Any]

    @property
    def key(self) -> str:
        """What the client calls its request; it comes first among the act's own."""
        return self.own[0]

    @property
    def values(self) -> list[Any]:
        """The parameters of the statement, with the act's own in the gaps."""
        values = [*self.drawn.values]
        for at, place in self.drawn.gaps:
            values[at] = self.own[place]
        return [*self.told, *values]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Pattern:
    """Acts that are alike: of one actor in one tenant, under the same conditions.

    Attributes:
        specimen: What the made-up act does. It is never carried out.
        own: Its values of which each act has its own, in their order; several may stand for one. They are told apart
            by what they are, not by equality, so no other value of it may be one of these.
        tables: The tables that are written.
        drawn: What is written down, by operation and by what is told.
    """

    specimen: AtOnce
    own: Sequence[Sequence[Any]]
    tables: frozenset[str]
    drawn: dict[tuple[str, str], Drawn] = field(default_factory=dict[tuple[str, str], Drawn])

    def find(self, act: Act, operation: str, telling: Telling) -> Drawn:
        """Give the statement with gaps, which is drawn for the first of these acts."""
        known = self.drawn.get((operation, telling.sql))
        if known is not None:
            return known
        if len(self.drawn) >= MOST_TOLD:
            self.drawn.clear()
        made = self.drawn[operation, telling.sql] = self.draw(act, operation, telling)
        KEPT.count(self)
        return made

    def draw(self, act: Act, operation: str, telling: Telling) -> Drawn:
        """Write the made-up act down and find the gaps."""
        request = request_row(act, operation, str(new_id()), str(new_id()), [new_id()])
        own = (*((request.values[name],) for name in REQUEST), *self.own)
        places = {id(value): place for place, values in enumerate(own) for value in values}
        layout, values = laid_out(act.scope, request, self.specimen, telling)
        told = len(telling.values)
        gaps = {at: places[id(value)] for at, value in enumerate(values[told:]) if id(value) in places}
        numbers = {at + told + 1: place for at, place in gaps.items()}
        group = grouped(layout, telling, self.specimen, request, numbers, places)
        behind = tuple(map(written_quickly, values[told:]))
        return Drawn(statement(layout, telling.sql), behind, tuple(gaps.items()), group)


class Kept:
    """What all patterns that are remembered have written down, bounded by its size.

    Patterns that nobody remembers any longer do not count, and are not kept by this either.

    Args:
        most: How many bytes it may take.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._sizes: WeakKeyDictionary[Pattern, int] = WeakKeyDictionary()

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return sum(self._sizes.values())

    def count(self, pattern: Pattern) -> None:
        """Count a pattern that has written something down, and have others forget theirs where it is too much."""
        self._sizes.pop(pattern, None)
        self._sizes[pattern] = sum(one.size for one in pattern.drawn.values())
        over = self.size - self._most
        for other in [*self._sizes] if over > 0 else ():
            if over <= 0:
                return
            over -= self._sizes.pop(other)
            other.drawn.clear()


KEPT: Final = Kept()


@frozen
class Filled:
    """An act that follows a pattern.

    Attributes:
        pattern: The pattern.
        own: What it has of its own, in the order of the pattern.
        refs: The ids and values of its payload, by the payload's fields.
    """

    pattern: Pattern
    own: tuple[Any, ...]
    refs: Mapping[str, Any]

    @property
    def tables(self) -> frozenset[str]:
        """The tables that are written."""
        return self.pattern.tables

    def written_down(self, act: Act, request: Request, telling: Telling) -> Written:
        """Write the statement down, as :func:`core.kernel.at_once.written_down` does.

        Raises:
            InvalidInput: The key of the request is empty or too long.
        """
        check_key(request.key)
        drawn = self.pattern.find(act, request.operation, telling)
        own = (request.key, request.fingerprint, list(request.ids), new_id(), recorded_now(), *self.own)
        return Written(drawn, telling.values, own)
