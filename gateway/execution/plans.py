"""Declarations resolved against the tables: what the loaders work from, made once when the schema is assembled."""

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Table, TypeDecorator

from core.kernel.frozen import frozen
from core.kernel.graphql.entities import Entity
from core.kernel.graphql.ids import bad_id, local_key
from core.kernel.reads import Match, Operator, Searching
from core.kernel.rows import Row
from gateway.execution.inside import inside
from gateway.execution.reach import among


@frozen
class EntityPlan:
    """An entity with its table.

    Attributes:
        entity: The GraphQL type and its model.
        table: The model's table.
        columns: Everything that can be read, by label: a column's name, or ``=`` and the name of a computed field.
        always: Labels read with every row: the key and the owner.
        needs: Labels each GraphQL field reads.
        conditions: Which rows ``node`` finds.
    """

    entity: Entity
    table: Table
    columns: Mapping[str, ColumnElement[Any]]
    always: frozenset[str]
    needs: Mapping[str, frozenset[str]]
    conditions: Sequence[ColumnElement[bool]] = ()

    @property
    def key(self) -> ColumnElement[Any]:
        """The column that names a row, where there is one."""
        return self.table.c[self.entity.key[0]]


@frozen
class FilterPlan:
    """What a list may be narrowed by: the column and the comparison, by the filter's GraphQL fields."""

    matches: Mapping[str, tuple[ColumnElement[Any], Match]]
    table: Table

    def conditions(self, given: Mapping[str, Any] | None) -> list[ColumnElement[bool]]:
        """Give the conditions for what the caller sent; what is null narrows nothing."""
        return [
            self._condition(*self.matches[name], value)
            for name, value in sorted((given or {}).items())
            if value is not None
        ]

    def _condition(self, column: ColumnElement[Any], match: Match, given: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as the scalars give it
        if match.within is None:
            return compared(column, match, given)

        def there(other: FromClause) -> ColumnElement[bool]:
            return compared(other.c[match.column], match, given)

        return inside(match, match.within, self.table, given, there)


COMPARISONS: Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.IS: operator.eq,
    Operator.FROM: operator.ge,
    Operator.AFTER: operator.gt,
    Operator.UP_TO: operator.le,
    Operator.BEFORE: operator.lt,
}


def compared(column: ColumnElement[Any], match: Match, given: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as the scalars give it
    """Compare a column with what the caller sent."""
    if match.operator is Operator.EMPTY:
        return column.is_(None) if given else column.is_not(None)
    if match.operator is Operator.AMONG:
        return among(column, [owned_value(column, match, one) for one in given])
    return COMPARISONS[match.operator](column, owned_value(column, match, given))


def owned_value(column: ColumnElement[Any], match: Match, given: Any) -> Any:  # noqa: ANN401 - as the scalars give it
    """Turn what was sent for a column into a value of the column.

    Raises:
        GraphQLError: It is not the id it has to be (``gateway.bad_id``).
    """
    if not match.refers_to and python_kind(column) is not UUID:
        return given
    try:
        return read_key(column, local_key(match.refers_to, given) if match.refers_to else given)
    except ValueError:
        raise bad_id() from None


def read_key(column: ColumnElement[Any], text: str) -> Any:  # noqa: ANN401 - whatever the column holds
    """Read a column's value back from text: an id, an instant, a date, a number or the text itself.

    Raises:
        ValueError: The text is none of that.
    """
    kind = python_kind(column)
    return kind.fromisoformat(text) if kind in (datetime, date) else kind(text)


def python_kind(column: ColumnElement[Any]) -> type[Any]:
    """Give the Python type of a column's values, seen through SQLModel's own types."""
    kind = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return kind.python_type


@frozen
class ToOnePlan:
    """Another row, or none: ``by`` is a label of this row, ``key`` the other table's column; see ``Related``."""

    target: EntityPlan
    by: str
    key: ColumnElement[Any]
    owned: bool


@frozen
class OrderedBy:
    """One column of an ordering."""

    label: str
    column: ColumnElement[Any]
    descending: bool


@frozen
class SearchPlan:
    """How a list is searched: the table of terms, and names of its columns by those that the list is ordered by."""

    declared: Searching
    table: Table
    term: ColumnElement[Any]
    places: Mapping[str, str]


@frozen
class ListPlan:
    """A list, at the root or of the rows that name this one.

    Attributes:
        place: Type and field, such as ``Note.comments``; cursors are bound to it.
        target: What is listed.
        key: The listed table's column that names this row; empty at the root.
        local: The label of this row that ``key`` names.
        order: The total order.
        conditions: Which rows are listed at all.
        filters: What the caller may narrow the list by.
        owned: Whether both are tenant rows, so that their owners must be the same where several tenants are read.
        counted: The count of the rows that name this one; empty at the root.
        search: How it is searched by text, where it can be.
    """

    place: str
    target: EntityPlan
    key: ColumnElement[Any] | None
    local: str
    order: Sequence[OrderedBy]
    conditions: Sequence[ColumnElement[bool]]
    filters: FilterPlan
    owned: bool
    counted: "MeasurePlan | None" = None
    search: SearchPlan | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MeasurePlan:
    """A figure over the rows that name this one.

    Attributes:
        label: A name for the figure, unique in the schema.
        family: Figures of one family (same table, key and conditions) are computed by one statement.
        model: What is measured.
        table: Its table.
        key: Its column that names this row.
        local: The label of this row that ``key`` names.
        measured: The aggregate.
        conditions: Which rows are looked at.
        filters: What the caller may narrow them by.
        owned: As of a list.
        empty: What the figure is over no rows.
    """

    label: str
    family: Hashable
    model: type[Row]
    table: Table
    key: ColumnElement[Any]
    local: str
    measured: ColumnElement[Any]
    conditions: Sequence[ColumnElement[bool]]
    filters: FilterPlan
    owned: bool
    empty: Any


@frozen
class LookupPlan:
    """One row at the root: the column each argument carries, and whether the argument is a global id."""

    target: EntityPlan
    columns: Mapping[str, ColumnElement[Any]]
    identity: str
    conditions: Sequence[ColumnElement[bool]]
