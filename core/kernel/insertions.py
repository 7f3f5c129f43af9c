"""Texts of insertions that are part of one statement, and the parameters that its parts share.

A value that stands in several rows, such as the tenant's id or a list of new ids, is sent once: parts of a statement
are told where each of their values stands among its parameters.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import count, groupby
from typing import Any, Final, cast

from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlmodel import SQLModel

from core.kernel.direct import NewRow, NewRows, fetch
from core.kernel.unit import Unit

SHAPES: Final = 256
DIALECT: Final = cast("Any", dialect)()
NULL: Final = 0
"""The place of what is empty, which is no parameter."""

Part = tuple[str, tuple[str, ...], tuple[str, ...] | None]
"""Table, columns of one value, and columns of a list where there are many rows."""


class Parameters:
    """The parameters of one statement.

    Args:
        values: Those that come first.

    Attributes:
        values: As they are sent.
    """

    __slots__ = ("_own", "_places", "values")

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.values: list[Any] = list(values)
        self._places: dict[int, int] = {id(None): NULL}
        self._own = count(-1, -1)

    def added(self, value: Any) -> int:  # noqa: ANN401 - whatever the driver takes
        """Add a value and give its place, from 1."""
        self.values.append(value)
        return len(self.values)

    def shared(self, values: Sequence[Any]) -> tuple[int, ...]:
        """Add values, each of which is sent once wherever it stands, and give their places.

        They are told apart by what they are, not by equality: whoever has them lives as long as this. Numbers and truth
        values are sent wherever they stand: small ones that are equal are one and the same, so that the statement's
        text would hang on what they happen to be.
        """
        ids = [next(self._own) if isinstance(value, int) else id(value) for value in values]
        fresh = dict(zip(ids, values, strict=True))
        for known in self._places.keys() & fresh.keys():
            del fresh[known]
        self._places.update(zip(fresh, range(len(self.values) + 1, len(self.values) + len(fresh) + 1), strict=True))
        self.values += fresh.values()
        return tuple(map(self._places.__getitem__, ids))


def settled(rows: NewRow | NewRows) -> NewRow | NewRows:
    """Send a value once that is the same in all of many rows, as their channel and standard mostly are."""
    if isinstance(rows, NewRow):
        return rows
    same = {name: one[0] for name, one in list(rows.columns.items())[1:] if is_one(one)}
    if not same:
        return rows
    columns = {name: one for name, one in rows.columns.items() if name not in same}
    return NewRows(rows.table, {**rows.alike, **same}, columns)


def is_one(column: Sequence[Any]) -> bool:
    """Tell whether a column has one value in all rows; of most that differ, the last is another than the first."""
    return column[0] == column[-1] and column.count(column[0]) == len(column)


def parts_of(rows: Sequence[NewRow | NewRows]) -> Iterator[tuple[Part, int]]:
    """Give the insertions, each with how many single rows go into it: neighbours of one table are written together."""
    for part, alike in groupby(map(part_of, rows)):
        times = len(list(alike))
        yield from [(part, times)] if part[2] is None else [(part, 1)] * times


def part_of(rows: NewRow | NewRows) -> Part:
    """Give what the text of an insertion depends on."""
    if isinstance(rows, NewRow):
        return rows.table, tuple(rows.values), None
    return rows.table, tuple(rows.alike), tuple(rows.columns)


def values_of(rows: NewRow | NewRows) -> list[Any]:
    """Give the values of an insertion, in the order of its parameters."""
    if isinstance(rows, NewRow):
        return list(rows.values.values())
    return [*rows.alike.values(), *rows.columns.values()]


@lru_cache(SHAPES)
def kinds_of(part: Part) -> tuple[str, ...]:
    """Give the types of an insertion's values, in the order of its parameters."""
    table, single, many = part
    return (*(kind_of(table, name) for name in single), *(f"{kind_of(table, name)}[]" for name in many or ()))


def insertion(part: Part, times: int, source: str, places: Iterator[int]) -> str:
    """Write one insertion down, which happens if there is a row in its source; no value is written into it.

    Args:
        part: What goes where.
        times: How many single rows.
        source: What there is a row of.
        places: Where each value stands among the parameters.
    """
    table, single, many = part
    kinds = kinds_of(part)
    columns = ", ".join((*single, *(many or ())))
    rows = [", ".join(given(next(places), kind) for kind in kinds[: len(single)]) for _ in range(times)]
    if many is None and times == 1:
        return f"INSERT INTO {table} ({columns}) SELECT {rows[0]} FROM {source}"  # noqa: S608
    if many is None:
        made = f"(VALUES ({'), ('.join(rows)})) AS given"
        return f"INSERT INTO {table} ({columns}) SELECT given.* FROM {source}, LATERAL {made}"  # noqa: S608
    # Lists that are unfolded where a row is selected need not be kept first, as those that rows are selected from are.
    lists = [f"unnest({given(next(places), kind)})" for kind in kinds[len(single) :]]
    told = ", ".join((*rows, *lists) if single else lists)
    return f"INSERT INTO {table} ({columns}) SELECT {told} FROM {source}"  # noqa: S608


def given(place: int, kind: str) -> str:
    """Write a value down; JSON is text when it is sent, so that its place may be that of a text."""
    if place == NULL:
        return f"NULL::{kind}"
    return f"${place}::text::{kind}" if kind == "jsonb" else f"${place}::{kind}"


@cache
def kind_of(table: str, column: str) -> str:
    """Give the PostgreSQL type of a column; whoever names a table has imported its model."""
    kind = str(SQLModel.metadata.tables[table].c[column].type.compile(dialect=DIALECT))
    return "text" if kind == "VARCHAR" else kind.lower()


async def write_many(unit: Unit, rows: NewRows) -> None:
    """Write many rows of one table in one statement; those that are there already stay as they are."""
    few = settled(rows)
    part, parameters = part_of(few), Parameters()
    places = parameters.shared(values_of(few))
    await fetch(unit, of_many(part, places), *parameters.values)


@lru_cache(SHAPES)
def of_many(part: Part, places: tuple[int, ...]) -> str:
    """Write the statement of :func:`write_many` down."""
    return f"{insertion(part, 1, '(SELECT) AS one', iter(places))} ON CONFLICT (tenant_id, id) DO NOTHING RETURNING 1"
