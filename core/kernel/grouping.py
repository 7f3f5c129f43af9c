"""The statement of several acts that follow one pattern: each is done or left as if it came alone.

It is the statement of one act with a row for each where that has one, and with its own values in the gaps of the
pattern. What stands against one act keeps the others from nothing: a key that was taken before has no row among those
that are asked for, and so nothing is written for it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlmodel import SQLModel

from core.kernel.at_once import FRESH, AtOnce, Layout, Sources, Telling, parts_in_order
from core.kernel.conditions import PARAMETER
from core.kernel.direct import NewRow
from core.kernel.frozen import frozen
from core.kernel.insertions import SHAPES, kind_of

WRITTEN: Final = "all_"
"""What the rows written into a table for all acts are called, before the table's name."""
TEXTUAL: Final = ("jsonb", "uuid[]")
"""Types whose values are sent as texts: lists of them are no lists of lists then."""


@frozen
class Grouped:
    """A statement for any number of acts that follow one pattern.

    Attributes:
        sql: Its text. It gives a row for each act that was done: what is told of it, and its place, from 1.
        shared: The places of the parameters, from 0, that all acts have alike; they come first.
        listed: Which of an act's own values follow, one list each, and whether these are lists of ids themselves.
    """

    sql: str
    shared: tuple[int, ...]
    listed: tuple[tuple[int, bool], ...]

    def values(self, alike: Sequence[Any], own: Sequence[Sequence[Any]]) -> list[Any]:
        """Give the parameters.

        Args:
            alike: Those of a single act.
            own: What each act has of its own.
        """
        columns = list(zip(*own, strict=True))
        lists = [list(map(ids_text, columns[place])) if ids else columns[place] for place, ids in self.listed]
        return [*(alike[place] for place in self.shared), *lists]


def ids_text(ids: Sequence[Any]) -> str:
    """Write a list of ids down."""
    return f"{{{','.join(map(str, ids))}}}"


def grouped(
    layout: Layout, telling: Telling, doing: AtOnce, request: NewRow, gaps: Mapping[int, int], places: Mapping[int, int]
) -> Grouped | None:
    """Write the statement for many acts down, where there can be one.

    Args:
        layout: How that for one is laid out.
        telling: What is told of each.
        doing: The made-up act.
        request: Its request.
        gaps: Which of an act's own values stands where among the parameters, from 1.
        places: The same, by what the values of the made-up act are.
    """
    rows = (request, *(one for one in doing.rows if isinstance(one, NewRow)))
    if doing.changed or len(rows) <= len(doing.rows):
        return None
    own = [
        (one.table, name, places[id(value)])
        for one in rows
        for name, value in one.values.items()
        if id(value) in places
    ]
    named = {(table, name): place for table, name, place in own}
    tables = [one.table for one in rows]
    if any(tables.count(table) != 1 or (table, "id") not in named for table in (request.table, *telling.tables)):
        return None
    kinds = {place: kind_of(table, name) for table, name, place in own}
    if not set(gaps.values()) <= kinds.keys():
        return None
    fresh = tuple((table, named[table, "id"]) for table in sorted(telling.tables))
    asked = named[request.table, "id"]
    names = tuple((table, place) for table, name, place in own if kinds[place] == "text" and is_key(table, name))
    ids = Ids(asked, fresh, names)
    return written(layout, telling.sql, tuple(sorted(gaps.items())), tuple(sorted(kinds.items())), ids)


def is_key(table: str, column: str) -> bool:
    """Tell whether a column is part of what makes a row one of its kind."""
    return SQLModel.metadata.tables[table].c[column].primary_key


@frozen
class Ids:
    """Which of an act's own values say which row is which.

    Attributes:
        asked: The request's id.
        fresh: The ids of the rows that are read as they are written, with their tables.
        names: Names that clients choose, with the tables they are taken in. They are taken in their order, after all
            keys of requests, so that whoever takes the same ones at the same time does not wait in a circle.
    """

    asked: int
    fresh: tuple[tuple[str, int], ...]
    names: tuple[tuple[str, int], ...]


@lru_cache(SHAPES)
def written(
    layout: Layout,
    telling: str,
    gaps: tuple[tuple[int, int], ...],
    kinds: tuple[tuple[int, str], ...],
    ids: Ids,
) -> Grouped:
    """Write it down.

    Args:
        layout: How the statement of one act is laid out.
        telling: What is told of each.
        gaps: Which of an act's own values stands where among the parameters.
        kinds: Types of the own values.
        ids: Which of the own values say which row is which.
    """
    own, kept = dict(gaps), list[int]()

    def placed(number: int) -> str:
        if number in own:
            return f"own.v{own[number]}"
        if number not in kept:
            kept.append(number)
        return f"${kept.index(number) + 1}"

    orders = {table: f' ORDER BY own.v{place} COLLATE "C"' for table, place in ids.names}
    sources = Sources("context CROSS JOIN own", f"asked JOIN own ON own.v{ids.asked} = asked.id", WRITTEN, orders)
    used = sorted(set(own.values()))
    parts = [PARAMETER.sub(lambda found: placed(int(found.group(1))), one) for one in parts_in_order(layout, sources)]
    told = PARAMETER.sub(lambda found: placed(int(found.group(1))), telling)
    types = {place: "text" if kind in TEXTUAL else kind for place, kind in kinds}
    lists = ", ".join(f"${len(kept) + place}::{types[one]}[]" for place, one in enumerate(used, 1))
    names = ", ".join(f"v{one}" for one in used)
    begun = f"own AS MATERIALIZED (SELECT * FROM unnest({lists}) WITH ORDINALITY AS own ({names}, place))"  # noqa: S608 - names of this code alone
    rows = [f"{FRESH}{table} AS ({own_row(table, place)})" for table, place in ids.fresh]
    one = f"WITH {', '.join(rows)} {told}" if rows else told
    done = f"{sources.asked} CROSS JOIN LATERAL ({one}) AS told"
    sql = f"WITH {', '.join((begun, *parts))} SELECT told.*, own.place FROM {done}"  # noqa: S608 - the same
    ids_of = frozenset(place for place, kind in kinds if kind == "uuid[]")
    return Grouped(sql, tuple(one - 1 for one in kept), tuple((one, one in ids_of) for one in used))


def own_row(table: str, place: int) -> str:
    """Write down how an act finds the row it has written among those of all; its id is one of the own values."""
    return f"SELECT * FROM {WRITTEN}{table} AS one WHERE one.id = own.v{place}"  # noqa: S608 - names of this code alone
