"""Which rows of a list a search finds, as conditions beside those of its filter."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from gateway.execution.plans import OrderedBy, SearchPlan

Walls = Callable[[FromClause], Sequence[ColumnElement[bool]]]
Read = Callable[[str], ColumnElement[Any]]


def having(
    plan: SearchPlan, index: FromClause, others: FromClause, walls: Walls, read: Read, sought: Sequence[Any]
) -> list[ColumnElement[bool]]:
    """Give the conditions for rows that have all terms.

    The first term is joined, and no row has it twice, so rows come in the order of its index; the others are looked up
    for each of those rows.

    Args:
        plan: How the list is searched.
        index: The table of terms, under a name of its own.
        others: The same under another name.
        walls: What walls a table.
        read: Reads a column of the listed rows.
        sought: The first term, and an array of the others.
    """
    first, more = sought
    held: list[ColumnElement[bool]] = [index.c[theirs] == read(ours) for ours, theirs in plan.places.items()]
    same: list[ColumnElement[bool]] = [others.c[theirs] == index.c[theirs] for theirs in plan.places.values()]
    beside = sa.select(sa.func.count()).select_from(others)
    beside = beside.where(*walls(others), others.c[plan.declared.term] == sa.any_(more), *same)
    enough = beside.correlate(index).scalar_subquery() == sa.func.cardinality(more)
    return [*walls(index), index.c[plan.declared.term] == first, *held, enough]


def ordered_by_index(plan: SearchPlan, index: FromClause, order: Sequence[OrderedBy]) -> list[OrderedBy]:
    """Give the list's order by the columns of the table of terms, which hold the same."""
    return [OrderedBy(one.label, index.c[plan.places[one.label]], one.descending) for one in order]
