"""A mutation that is one statement: it says whom it serves, looks whether all is as it has to be, and writes every row.

Where anything is not as it was taken to be, the statement writes nothing at all, and the mutation runs as a unit of
work, which finds out what is the matter. So nothing is ever refused here, and no rule is told twice: what a statement
takes for granted are rows that another statement has read, and that these conditions look at again.

The idempotency key is written first, and nothing without it: a second request with the same key waits for the first
and then finds nothing to do. Settings last as long as the statement, which is its own transaction, and every part of
it waits until they are made, so that row-level security stands around each row that is read or written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count, groupby
from typing import Any, Final, cast

from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlmodel import SQLModel

from core.kernel.conditions import Condition
from core.kernel.direct import NewRow, NewRows
from core.kernel.scope import Scope
from core.kernel.walls import tenant_context

PATIENCE: Final = "1s"
"""How long the statement waits for somebody who writes the same; a unit of work waits longer."""
SHAPES: Final = 256
DIALECT: Final = cast("Any", dialect)()
FRESH: Final = "new_"
"""What the rows written into a table are called in the statement, before the table's name."""
PARAMETER: Final = re.compile(r"\$(\d+)")

Part = tuple[str, tuple[str, ...], tuple[str, ...] | None]
"""Table, columns of one value, and columns of a list where there are many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """What a mutation does if all is as it is taken to be.

    Attributes:
        rows: What is written, those that others name first.
        conditions: What must be so.
        refs: The ids and values of its payload, by the payload's fields.
    """

    rows: Sequence[NewRow | NewRows]
    conditions: Sequence[Condition]
    refs: Mapping[str, Any]

    @property
    def tables(self) -> frozenset[str]:
        """The tables that are written."""
        return frozenset(one.table for one in self.rows)


@dataclass(frozen=True, slots=True)
class Telling:
    """What the statement tells of the rows it has written.

    Attributes:
        sql: ``SELECT`` and what is selected, without ``FROM``; written rows are read from ``new_<table>``.
        values: Its parameters.
        tables: The tables whose written rows it reads.
    """

    sql: str
    values: Sequence[Any]
    tables: frozenset[str]


def written_down(scope: Scope, request: NewRow, doing: AtOnce, telling: Telling) -> tuple[str, list[Any]]:
    """Write the statement down; it gives one row, or none where it has changed nothing.

    Args:
        scope: The tenant that is acted in.
        request: The row of the idempotency key.
        doing: What is done.
        telling: What is told of it.

    Returns:
        The statement and its parameters.
    """
    context = tenant_context(scope)
    conditions = tuple(one.sql for one in doing.conditions)
    rows = (request, *map(settled, doing.rows))
    parts = tuple(parts_of(rows))
    sql = statement(telling.sql, len(telling.values), tuple(context), conditions, parts, telling.tables)
    values = [*telling.values, *context.values()]
    for condition in doing.conditions:
        values += condition.values
    for one in rows:
        values += values_of(one)
    return sql, values


def settled(rows: NewRow | NewRows) -> NewRow | NewRows:
    """Send a value once that is the same in all of many rows, as their channel and standard mostly are."""
    if isinstance(rows, NewRow):
        return rows
    same = {name: one[0] for name, one in list(rows.columns.items())[1:] if one.count(one[0]) == len(one)}
    columns = {name: one for name, one in rows.columns.items() if name not in same}
    return NewRows(rows.table, {**rows.alike, **same}, columns)


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
def statement(
    telling: str,
    told: int,
    settings: tuple[str, ...],
    conditions: tuple[str, ...],
    parts: tuple[tuple[Part, int], ...],
    tables: frozenset[str],
) -> str:
    """Write the text down; parameters come in the order telling, settings, conditions, rows."""
    numbers = count(told + 1)
    names = [f"s{place}" for place in range(len(settings))]
    made = [f"set_config('{one}', ${next(numbers)}, true) AS {name}" for one, name in zip(settings, names, strict=True)]
    made.append(f"set_config('lock_timeout', '{PATIENCE}', true) AS patience")
    ready = " AND ".join(f"{name} IS NOT NULL" for name in (*names, "patience"))
    stands = " AND ".join(f"({renumbered(one, numbers)})" for one in conditions) or "true"
    (request, once), *others = parts
    asked = f"{insertion(request, once, 'context', numbers)} WHERE CASE WHEN {ready} THEN {stands} ELSE false END"
    ctes = [
        f"context AS MATERIALIZED (SELECT {', '.join(made)})",
        f"asked AS ({asked} ON CONFLICT (tenant_id, actor_id, operation, key) DO NOTHING RETURNING id)",
    ]
    for place, (part, times) in enumerate(others):
        read = part[0] in tables
        name = f"{FRESH}{part[0]}" if read else f"w{place}"
        ctes.append(f"{name} AS ({insertion(part, times, 'asked', numbers)}{' RETURNING *' if read else ''})")
    return f"WITH {', '.join(ctes)} {telling} FROM asked"


def insertion(part: Part, times: int, source: str, numbers: Iterator[int]) -> str:
    """Write one insertion down, which happens if there is a row in its source; no value is written into it."""
    table, single, many = part
    columns = ", ".join((*single, *(many or ())))
    rows = [", ".join(f"${next(numbers)}::{kind_of(table, name)}" for name in single) for _ in range(times)]
    if many is None and times == 1:
        return f"INSERT INTO {table} ({columns}) SELECT {rows[0]} FROM {source}"  # noqa: S608
    if many is None:
        given = f"(VALUES ({'), ('.join(rows)})) AS given"
        return f"INSERT INTO {table} ({columns}) SELECT given.* FROM {source}, {given}"  # noqa: S608
    lists = ", ".join(f"${next(numbers)}::{kind_of(table, name)}[]" for name in many)
    return f"INSERT INTO {table} ({columns}) SELECT {rows[0]}, given.* FROM {source}, unnest({lists}) AS given"  # noqa: S608


@cache
def kind_of(table: str, column: str) -> str:
    """Give the PostgreSQL type of a column; whoever names a table has imported its model."""
    kind = str(SQLModel.metadata.tables[table].c[column].type.compile(dialect=DIALECT))
    return "text" if kind == "VARCHAR" else kind.lower()


def renumbered(sql: str, numbers: Iterator[int]) -> str:
    """Give a condition's parameters the numbers that follow."""
    most = max((int(one) for one in PARAMETER.findall(sql)), default=0)
    given = [next(numbers) for _ in range(most)]
    return PARAMETER.sub(lambda found: f"${given[int(found.group(1)) - 1]}", sql)
