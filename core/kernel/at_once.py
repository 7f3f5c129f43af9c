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
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, Final
from uuid import UUID

from core.kernel.conditions import Condition, renumbered
from core.kernel.direct import ChangedRow, NewRow, NewRows
from core.kernel.frozen import frozen
from core.kernel.insertions import SHAPES, Parameters, Part, given, insertion, kind_of, parts_of, settled, values_of
from core.kernel.scope import Scope
from core.kernel.walls import tenant_context

PATIENCE: Final = "100ms"
"""How long the statement waits for somebody who writes the same; a unit of work waits longer.

Each that waits holds a connection which other tenants wait for, so it gives up soon.
"""
FRESH: Final = "new_"
"""What the rows written into a table are called in the statement, before the table's name."""
SHARED: Final = (UUID, str, datetime)
"""Kinds of values whose type is the same wherever they stand: unlike that of a number."""
LIST: Final = re.compile(r"\$(\d+)::\w+\[\]")


@frozen(kw_only=True)
class AtOnce:
    """What a mutation does if all is as it is taken to be.

    Attributes:
        rows: What is written, those that others name first.
        conditions: What must be so.
        refs: The ids and values of its payload, by the payload's fields.
        changed: What is written otherwise; of one table at most one row, and none that is written anew as well.
    """

    rows: Sequence[NewRow | NewRows]
    conditions: Sequence[Condition]
    refs: Mapping[str, Any]
    changed: Sequence[ChangedRow] = ()

    @property
    def tables(self) -> frozenset[str]:
        """The tables that are written."""
        return frozenset(one.table for one in (*self.rows, *self.changed))


@frozen
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
    layout, values = laid_out(scope, request, doing, telling)
    return statement(layout, telling.sql), values


def laid_out(scope: Scope, request: NewRow, doing: AtOnce, telling: Telling) -> tuple["Layout", list[Any]]:
    """Say where each value stands among the parameters of the statement, and give these."""
    context = tenant_context(scope)
    rows = (request, *map(settled, doing.rows))
    parameters = Parameters((*telling.values, *context.values()))
    changes = [value for one in doing.changed for value in (*one.values.values(), *one.keys.values())]
    places = parameters.shared([*(value for one in rows for value in values_of(one)), *changes])
    conditions = tuple((one.sql, placed(one, parameters)) for one in doing.conditions)
    changed = tuple((one.table, tuple(one.values), tuple(one.keys)) for one in doing.changed)
    parts = Parts(tuple(parts_of(rows)), changed, places)
    return Layout(len(telling.values), tuple(context), conditions, parts, telling.tables), parameters.values


def placed(condition: Condition, parameters: Parameters) -> tuple[int, ...]:
    """Tell where a condition's values stand; what rows are made of as well is not sent again."""
    return tuple(
        parameters.shared([value])[0]
        if isinstance(value, SHARED) or (type(value) is list and place in lists_in(condition.sql))
        else parameters.added(value)
        for place, value in enumerate(condition.values, 1)
    )


@lru_cache(SHAPES)
def lists_in(sql: str) -> frozenset[int]:
    """Give the parameters of a condition that are lists whose type it says."""
    return frozenset(int(place) for place in LIST.findall(sql))


@frozen
class Parts:
    """The insertions and changes of a statement.

    Attributes:
        inserted: Each insertion with how many single rows go into it.
        changed: Of each change the table, the columns that are written and those that the row is found by.
        places: Where their values stand among the parameters, in the order of the insertions, then of the changes.
    """

    inserted: tuple[tuple[Part, int], ...]
    changed: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    places: tuple[int, ...]


@frozen
class Layout:
    """What the text of a statement depends on, beside what it tells.

    Attributes:
        told: How many parameters belong to what is told; they come first, and those of the settings behind them.
        settings: The settings that are made.
        conditions: What must be so, with the places of its values.
        parts: What is written.
        tables: Tables whose written rows are read.
    """

    told: int
    settings: tuple[str, ...]
    conditions: tuple[tuple[str, tuple[int, ...]], ...]
    parts: Parts
    tables: frozenset[str]


@frozen
class Sources:
    """Where the parts of a statement come from.

    Attributes:
        asking: What there is a row of for each request before anything is written.
        asked: What there is a row of for each request that is to be done.
        fresh: What stands before the name of a table whose written rows are read.
        orders: In what order rows of a table are written, where that matters.
    """

    asking: str
    asked: str
    fresh: str
    orders: Mapping[str, str]


ONE: Final = Sources("context", "asked", FRESH, {})


@lru_cache(SHAPES)
def statement(layout: Layout, telling: str) -> str:
    """Write the text down; what is told and what is set come first among the parameters."""
    return f"WITH {', '.join(parts_in_order(layout, ONE))} {telling} FROM asked"


def parts_in_order(layout: Layout, sources: Sources) -> list[str]:
    """Write everything down that stands in the statement before what it tells."""
    numbers = count(layout.told + 1)
    names = [f"s{place}" for place in range(len(layout.settings))]
    made = [
        f"set_config('{one}', ${next(numbers)}, true) AS {name}"
        for one, name in zip(layout.settings, names, strict=True)
    ]
    made.append(f"set_config('lock_timeout', '{PATIENCE}', true) AS patience")
    ready = " AND ".join(f"{name} IS NOT NULL" for name in (*names, "patience"))
    stands = " AND ".join(f"({renumbered(*one)})" for one in layout.conditions) or "true"
    (request, once), *others = layout.parts.inserted
    places = iter(layout.parts.places)
    asked = f"{insertion(request, once, sources.asking, places)} WHERE CASE WHEN {ready} THEN {stands} ELSE false END"
    ctes = [
        f"context AS MATERIALIZED (SELECT {', '.join(made)})",
        f"asked AS ({asked} ON CONFLICT (tenant_id, actor_id, operation, key) DO NOTHING RETURNING id)",
    ]
    for place, (part, times) in enumerate(others):
        read = part[0] in layout.tables
        name = f"{sources.fresh}{part[0]}" if read else f"w{place}"
        written = f"{insertion(part, times, sources.asked, places)}{sources.orders.get(part[0], '')}"
        ctes.append(f"{name} AS ({written}{' RETURNING *' if read else ''})")
    for place, (table, columns, keys) in enumerate(layout.parts.changed):
        read = table in layout.tables
        name = f"{sources.fresh}{table}" if read else f"c{place}"
        ctes.append(f"{name} AS ({change(table, columns, keys, places)}{' RETURNING *' if read else ''})")
    return ctes


def change(table: str, columns: Sequence[str], keys: Sequence[str], places: Iterator[int]) -> str:
    """Write the change of one row down; it waits for the key, and so for the settings, before it looks for the row."""
    said = ", ".join(f"{name} = {given(next(places), kind_of(table, name))}" for name in columns)
    where = " AND ".join(f"{name} = {given(next(places), kind_of(table, name))}" for name in keys)
    return f"UPDATE {table} SET {said} WHERE (SELECT true FROM asked) AND {where}"  # noqa: S608 - names of this code alone
