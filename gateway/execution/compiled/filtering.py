"""What a list is narrowed by, with values found anew in every request."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.reads import Match, Operator, Within
from gateway.execution.compiled.arguments import Arguments
from gateway.execution.compiled.binds import Binds, Find
from gateway.execution.compiled.rows import Rows, walls
from gateway.execution.inside import inside
from gateway.execution.plans import COMPARISONS, FilterPlan, owned_value

ASKED: Final = frozenset({Operator.EMPTY, Operator.THERE})
"""Comparisons that take a boolean, on which the statement itself depends."""


def filtered(
    plan: FilterPlan, rows: Rows, arguments: Arguments, argument: str, binds: Binds
) -> list[ColumnElement[bool]]:
    """Give the conditions for what the caller sent; what is null narrows nothing."""
    given: Mapping[str, Any] = arguments.now.get(argument) or {}
    return [
        compared(*plan.matches[name], rows, given[name], arguments.member(argument, name), binds)
        for name in sorted(given)
        if given[name] is not None
    ]


def checked(plan: FilterPlan, arguments: Arguments, argument: str) -> list[Find]:
    """Give what finds the values a list would be narrowed by, where nothing of the list is read."""
    given: Mapping[str, Any] = arguments.now.get(argument) or {}
    finds: list[Find] = []
    for name in sorted(given):
        column, match = plan.matches[name]
        if given[name] is not None and match.operator not in ASKED:
            value = each_owned if match.operator is Operator.AMONG else owned
            finds.append(value(column, match, arguments.member(argument, name)))
    return finds


def compared(
    column: ColumnElement[Any],
    match: Match,
    rows: Rows,
    now: object,
    find: Find,
    binds: Binds,
) -> ColumnElement[bool]:
    """Compare a column with what the caller sends."""
    if match.within is None:
        return compared_here(rows.adapted(column), column, match, now, find, binds)
    within: Within = match.within

    def there(other: FromClause) -> ColumnElement[bool]:
        return compared_here(other.c[match.column], column, match, now, find, binds)

    return inside(match, within, rows.source, now, there, lambda other: walls(within.model, other, binds, picked=True))


def compared_here(
    here: ColumnElement[Any],
    column: ColumnElement[Any],
    match: Match,
    now: object,
    find: Find,
    binds: Binds,
) -> ColumnElement[bool]:
    """Compare a column, as it stands in the statement, with what the caller sends."""
    if match.operator is Operator.EMPTY:
        return here.is_(None) if now else here.is_not(None)
    if match.operator is Operator.AMONG:
        return here == sa.any_(binds.add(each_owned(column, match, find), sa.ARRAY(column.type)))
    return COMPARISONS[match.operator](here, binds.add(owned(column, match, find), column.type))


def owned(column: ColumnElement[Any], match: Match, find: Find) -> Find:
    """Find the column's value behind what was sent."""
    return lambda run: owned_value(column, match, find(run))


def each_owned(column: ColumnElement[Any], match: Match, find: Find) -> Callable[[Any], list[Any]]:
    """Find the column's values behind a list that was sent."""
    return lambda run: [owned_value(column, match, one) for one in find(run)]
