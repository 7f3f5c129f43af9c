"""Which rows lie behind a place in an ordering."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from gateway.execution.plans import OrderedBy


def behind(order: Sequence[OrderedBy], values: Sequence[Any], *, backward: bool) -> ColumnElement[bool]:
    """Give the condition for rows behind a place, seen in the direction that is walked.

    One direction throughout is a comparison of rows, which an index serves; mixed directions are spelled out.
    """
    falling = [one.descending != backward for one in order]
    columns = [one.column for one in order]
    bound = [sa.literal(value, one.column.type) for value, one in zip(values, order, strict=True)]
    if len(set(falling)) == 1:
        ours, theirs = sa.tuple_(*columns), sa.tuple_(*bound)
        return ours < theirs if falling[0] else ours > theirs
    steps: list[ColumnElement[bool]] = []
    for place, (column, value) in enumerate(zip(columns, bound, strict=True)):
        equal = [before == at for before, at in zip(columns[:place], bound[:place], strict=True)]
        steps.append(sa.and_(*equal, column < value if falling[place] else column > value))
    return sa.or_(*steps)


def ordering(order: Sequence[OrderedBy], *, backward: bool) -> list[ColumnElement[Any]]:
    """Give the ordering in the direction that is walked."""
    return [one.column.desc() if one.descending != backward else one.column.asc() for one in order]
