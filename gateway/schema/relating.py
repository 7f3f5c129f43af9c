"""Declarations that lead to other tables, resolved: to-one, to-many, aggregates, lists and lookups at the root."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from graphql import GraphQLField
from sqlalchemy import ColumnElement, Table

from core.kernel.graphql.declared import Declared
from core.kernel.graphql.entities import Entity
from core.kernel.graphql.filters import filter_matches, filtered_model
from core.kernel.reads import (
    Aggregate,
    Breadth,
    Formula,
    Listing,
    Lookup,
    Match,
    Measure,
    Operator,
    Ordering,
    ToMany,
    ToOne,
)
from core.kernel.rows import Row, RowClass
from gateway.execution.graphql_types import is_required, named_type
from gateway.execution.plans import (
    EntityPlan,
    FilterPlan,
    ListPlan,
    LookupPlan,
    MeasurePlan,
    OrderedBy,
    SearchPlan,
    ToOnePlan,
    python_kind,
)
from gateway.schema.planning import Unfit, column_of, conditions_of, formula_of, table_of
from gateway.schema.shapes import target_of

FILTERABLE = (UUID, str, int, bool, datetime, date)
CASTS: Mapping[str, Any] = {"Int": sa.BigInteger(), "Float": sa.Double(), "Decimal": sa.Numeric()}
Plans = Mapping[str, EntityPlan]


def target_plan(plans: Plans, field: GraphQLField, model: type[Row]) -> EntityPlan:
    """Give the plan of the entity a field leads to.

    Raises:
        Unfit: The annotation names something else than the declaration.
    """
    plan = plans.get(target_of(field).name)
    if plan is None or plan.entity.model is not model:
        raise Unfit(f"it is annotated as {target_of(field).name}, which does not stand for {model.__name__}")
    return plan


def both_owned(first: type[Row], second: type[Row]) -> bool:
    """Tell whether the rows of both tables belong to tenants."""
    return first.row_class is second.row_class is RowClass.TENANT


def to_one_plan(plans: Plans, owner: Entity, field: GraphQLField, source: ToOne) -> ToOnePlan:
    """Resolve a to-one."""
    target = target_plan(plans, field, source.target)
    return ToOnePlan(
        target=target,
        by=source.by,
        key=column_of(target.table, source.key),
        owned=both_owned(owner.model, source.target),
    )


def to_many_plan(plans: Plans, owner: Entity, place: str, field: GraphQLField, source: ToMany) -> ListPlan:
    """Resolve a to-many."""
    target = target_plan(plans, field, source.target)
    owned = both_owned(owner.model, source.target)
    key = column_of(target.table, source.key)
    conditions = conditions_of(target.table, source.where)
    filters = filter_plan(plans, target.table, source.target, source.filter)
    counted = MeasurePlan(
        label="count",
        family=(place, "count"),
        model=source.target,
        table=target.table,
        key=key,
        local=source.local,
        measured=sa.func.count(),
        conditions=conditions,
        filters=filters,
        owned=owned,
        empty=0,
    )
    return ListPlan(
        place=place,
        target=target,
        key=key,
        local=source.local,
        order=order_plan(target, source.order),
        conditions=conditions,
        filters=filters,
        owned=owned,
        counted=counted,
    )


def listing_plan(plans: Plans, place: str, field: GraphQLField, declared: Declared, source: Listing) -> ListPlan:
    """Resolve a list at the root."""
    target = target_plan(plans, field, source.model)
    return ListPlan(
        place=place,
        target=target,
        key=None,
        local="",
        order=order_plan(target, source.order),
        conditions=conditions_of(target.table, source.where),
        filters=filter_plan(plans, target.table, source.model, source.filter),
        owned=False,
        search=search_plan(source, declared.breadth),
    )


def search_plan(source: Listing, breadth: Breadth) -> SearchPlan | None:
    """Resolve how a list is searched.

    Raises:
        Unfit: The list reads wider than a tenant, or the table of terms does not know the place of a row in it.
    """
    search = source.search
    if search is None:
        return None
    if breadth is not Breadth.TENANT:
        raise Unfit("only lists of one tenant are searched by text")
    if set(search.places) != {one.removeprefix("-") for one in source.order}:
        raise Unfit("its search must know the columns it is ordered by, and no others")
    table = table_of(search.index)
    places = {ours: str(column_of(table, theirs).name) for ours, theirs in search.places.items()}
    return SearchPlan(search, table, column_of(table, search.term), places)


def measure_plan(plans: Plans, owner: Entity, place: str, field: GraphQLField, source: Aggregate) -> MeasurePlan:
    """Resolve an aggregate."""
    table = table_of(source.target)
    if source.measure is not Measure.COUNT and is_required(field):
        raise Unfit(f"a {source.measure} over no rows is empty, so the field must be nullable")
    return MeasurePlan(
        label=place,
        family=(source.target, source.key, source.local, source.where, source.filter, owner.name),
        model=source.target,
        table=table,
        key=column_of(table, source.key),
        local=source.local,
        measured=measured(table, source, named_type(field).name),
        conditions=conditions_of(table, source.where),
        filters=filter_plan(plans, table, source.target, source.filter),
        owned=both_owned(owner.model, source.target),
        empty=0 if source.measure is Measure.COUNT else None,
    )


def measured(table: Table, source: Aggregate, shown_as: str) -> ColumnElement[Any]:
    """Give the aggregate, cast to what the field shows."""
    if source.measure is Measure.COUNT:
        return sa.func.count()
    if source.of is None:
        raise Unfit(f"a {source.measure} needs to know of what")
    over = value_of(table, source.of)
    figure: ColumnElement[Any]
    if source.measure is Measure.PERCENTILE:
        if source.fraction is None or not 0 <= source.fraction <= 1:
            raise Unfit("a percentile needs its fraction, between 0 and 1")
        figure = sa.func.percentile_cont(source.fraction).within_group(over)
    else:
        figure = getattr(sa.func, source.measure.value)(over)
    return sa.cast(figure, CASTS[shown_as]) if shown_as in CASTS else figure


def value_of(table: Table, of: str | Formula) -> ColumnElement[Any]:
    """Give what is measured: a column, or what a formula makes."""
    return column_of(table, of) if isinstance(of, str) else formula_of(table, of)


def order_plan(target: EntityPlan, order: Ordering) -> Sequence[OrderedBy]:
    """Resolve an ordering.

    Raises:
        Unfit: A column is missing or may be empty, or the ordering does not end in the key.
    """
    names = [one.removeprefix("-") for one in order]
    columns = [column_of(target.table, name) for name in names]
    empty = [one.name for one in columns if one.nullable]
    if empty:
        raise Unfit(f"it is ordered by {empty[0]!r}, which may be empty")
    key = target.entity.key
    if tuple(names[-len(key) :]) != key:
        raise Unfit(f"its order must end in {', '.join(key)}, so that it is total")
    return [
        OrderedBy(label=name, column=column, descending=one.startswith("-"))
        for one, name, column in zip(order, names, columns, strict=True)
    ]


def filter_plan(plans: Plans, table: Table, model: type[Row], filter: type | None) -> FilterPlan:
    """Resolve a filter.

    Raises:
        Unfit: It is for another table, or compares a column that no index can serve under row-level security.
    """
    if filter is not None and filtered_model(filter) is not model:
        raise Unfit(f"{filter.__name__} is no filter of {model.__name__}")
    matches = filter_matches(filter)
    columns = {name: compared_column(table, match) for name, match in matches.items()}
    for name, match in matches.items():
        if match.operator is not Operator.EMPTY and python_kind(columns[name]) not in FILTERABLE:
            raise Unfit(f"no index serves a filter on {match.column!r}, a {columns[name].type}")
        if match.refers_to and match.refers_to not in plans:
            raise Unfit(f"its filter refers to {match.refers_to}, which is no entity")
    return FilterPlan({name: (columns[name], match) for name, match in matches.items()}, table)


def compared_column(table: Table, match: Match) -> ColumnElement[Any]:
    """Give the column that a filter compares: of the listed table, or of another that names its rows.

    Raises:
        Unfit: There is no such column, or rows of the other table are not their tenant's.
    """
    if match.within is None:
        if match.operator is Operator.THERE:
            raise Unfit(f"whether {match.column!r} is there is asked of another table")
        return column_of(table, match.column)
    if match.within.model.row_class is not RowClass.TENANT:
        raise Unfit(f"a filter looks into {match.within.model.__name__}, which is no tenant's")
    other: Table = cast("Any", match.within.model).__table__
    column_of(other, match.within.key)
    return column_of(other, match.column)


def lookup_plan(plans: Plans, field: GraphQLField, declared: Declared, source: Lookup) -> LookupPlan:
    """Resolve a lookup of one row at the root."""
    target = target_plan(plans, field, source.model)
    columns = {name: column_of(target.table, column) for name, column in declared.arguments.items()}
    identity = "id" if source.by == target.entity.key else ""
    return LookupPlan(
        target=target, columns=columns, identity=identity, conditions=conditions_of(target.table, source.where)
    )
