"""Filters that look into another table: a listed row stays where one row of that table fits, or where none does."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.reads import Match, Operator, Within

Compared = Callable[[FromClause], ColumnElement[bool]]


def inside(
    match: Match,
    within: Within,
    here: FromClause,
    given: object,
    compared: Compared,
    walls: Callable[[FromClause], Sequence[ColumnElement[bool]]] = lambda _there: (),
) -> ColumnElement[bool]:
    """Give the condition that a row of the other table is there; a boolean asks whether one is there at all.

    Args:
        match: What is compared.
        within: The other table.
        here: The rows that are listed.
        given: What the caller sent.
        compared: Compares the other table's column.
        walls: What else names the owner of the other table's rows.
    """
    table: Any = within.model
    there: FromClause = table.__table__.alias()
    conditions = [there.c.tenant_id == here.c.tenant_id, there.c[within.key] == here.c.id, *walls(there)]
    if within.where is not None:
        conditions.append(within.where(there))
    if match.operator is not Operator.THERE:
        conditions.append(compared(there))
    found = sa.exists(sa.select(sa.literal(1)).select_from(there).where(*conditions).correlate(here))
    return sa.not_(found) if match.operator is Operator.THERE and not given else found
