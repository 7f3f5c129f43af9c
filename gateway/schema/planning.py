"""Declarations are resolved against the tables; what does not fit is a fault, naming the field."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from sqlalchemy import ColumnElement, Table

from core.kernel.graphql.declared import Attribute, Declared, declared_of
from core.kernel.graphql.entities import Entity
from core.kernel.reads import Aggregate, Column, Condition, Document, Expression, Formula, Hole, Identity, ToMany, ToOne
from core.kernel.rows import Row, RowClass
from gateway.execution.graphql_types import is_required
from gateway.execution.plans import EntityPlan
from gateway.schema.shapes import entity_behind, field_of, object_types

T = TypeVar("T")


class Unfit(Exception):  # noqa: N818 - it says what happened
    """A declaration does not fit its table."""


def table_of(model: type[Row]) -> Table:
    """Give a model's table."""
    return cast("Table", sa.inspect(model).local_table)


def column_of(table: Table, name: str) -> sa.Column[Any]:
    """Give a column.

    Raises:
        Unfit: The table has none of that name.
    """
    if name not in table.c:
        raise Unfit(f"the table {table.name} has no column {name!r}")
    return table.c[name]


def formula_of(table: Table, formula: Formula) -> ColumnElement[Any]:
    """Give the expression a formula makes over a table.

    Raises:
        Unfit: The formula names a column that there is not.
    """
    try:
        return formula(table)
    except (AttributeError, KeyError) as missing:
        raise Unfit(f"its formula asks the table {table.name} for {missing}") from None


def conditions_of(table: Table, where: Condition | None) -> Sequence[ColumnElement[bool]]:
    """Give which rows are looked at."""
    return [formula_of(table, cast("Formula", where))] if where else []


def entity_plans(schema: GraphQLSchema, faults: list[str]) -> dict[str, EntityPlan]:
    """Make the plan of every entity: what each of its fields reads from its own table."""
    plans: dict[str, EntityPlan] = {}
    for one in object_types(schema):
        entity = entity_behind(one)
        if entity is not None:
            plans[one.name] = entity_plan(one, entity, faults)
    return plans


def entity_plan(type_: GraphQLObjectType, entity: Entity, faults: list[str]) -> EntityPlan:
    """Make the plan of one entity."""
    table = table_of(entity.model)
    if entity.model.row_class is RowClass.GROUP:
        faults.append(f"{type_.name}: rows of a group are not readable inside a tenant; copy what is shown of them.")
    columns: dict[str, ColumnElement[Any]] = dict(table.c)
    needs: dict[str, frozenset[str]] = {}
    for name, field in type_.fields.items():
        declared = declared_of(found) if (found := field_of(field)) else None
        read = attempt(faults, f"{type_.name}.{name}", partial(own_reading, table, entity, name, field, declared))
        columns |= read or {}
        needs[name] = frozenset(read or ())
    always = attempt(faults, type_.name, lambda: named(table, (*entity.key, *entity.wall))) or {}
    seen = attempt(faults, type_.name, lambda: conditions_of(table, entity.where)) or ()
    return EntityPlan(
        entity=entity, table=table, columns=columns, always=frozenset(always), needs=needs, conditions=seen
    )


def attempt(faults: list[str], place: str, make: Callable[[], T]) -> T | None:
    """Make something, or note why it cannot be made."""
    try:
        return make()
    except Unfit as unfit:
        faults.append(f"{place}: {unfit}.")
        return None


def named(table: Table, names: tuple[str, ...]) -> dict[str, ColumnElement[Any]]:
    """Give columns by their names."""
    return {name: column_of(table, name) for name in names}


def own_reading(
    table: Table, entity: Entity, name: str, field: GraphQLField, declared: Declared | None
) -> dict[str, ColumnElement[Any]]:
    """Give what a field reads from its own table, by label.

    Raises:
        Unfit: A column is missing, or is nullable behind a required field.
    """
    names: tuple[str, ...] = ()
    match declared.source if declared else None:
        case Column(column) | Document(column) | ToOne(by=column):
            fitting(column_of(table, column), field)
            names = (column,)
        case Expression(formula):
            return {f"={name}": formula_of(table, formula)}
        case Hole(columns=columns):
            names = columns
        case Identity():
            names = entity.key
        case ToMany(local=local) | Aggregate(local=local):
            names = (local,)
        case Attribute():
            raise Unfit("a field of an entity says how it reads: use `reads`")
        case _:
            pass
    return named(table, names)


def fitting(column: sa.Column[Any], field: GraphQLField) -> None:
    """Refuse a nullable column behind a required field."""
    if column.nullable and is_required(field):
        raise Unfit(f"the column {column.name!r} may be empty, so the field must be nullable")
