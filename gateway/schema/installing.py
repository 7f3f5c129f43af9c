"""Every field gets what reads it and what the executor must know of it."""

from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType
from strawberry.schema import Schema

from core.kernel.errors import DomainError
from core.kernel.graphql.declared import Change, Stream
from core.kernel.graphql.mutations import MOST_LISTED, is_payload
from core.kernel.settings import Settings
from gateway.execution.changes import problem_of
from gateway.execution.graphql_types import named_type
from gateway.execution.guards import Guard, Guards
from gateway.execution.outcome import Outcome
from gateway.execution.plans import EntityPlan
from gateway.execution.readings import Readings
from gateway.execution.subscribing import subscribing
from gateway.schema.choosing import Chooser, reading_of
from gateway.schema.converting import converter
from gateway.schema.fields import SchemaField
from gateway.schema.planning import attempt
from gateway.schema.shapes import class_of, entity_behind, is_connection, listed_type, object_types


def install(
    schema: Schema, graphql: GraphQLSchema, plans: dict[str, EntityPlan], settings: Settings, faults: list[str]
) -> tuple[Guards, Readings]:
    """Install resolvers everywhere, and give the guards and how the fields read.

    Args:
        schema: Strawberry's schema.
        graphql: GraphQL's.
        plans: The entities.
        settings: Where the cursor key and the page limit are.
        faults: Grows by what does not fit.
    """
    chooser, guards, readings = Chooser(schema, plans, settings), Guards(), Readings(plans)
    for type_ in object_types(graphql):
        type_.is_type_of = None
        for name in type_.fields:
            fit = partial(fit_field, schema, plans, readings, guards, type_, name)
            field = attempt(faults, f"{type_.name}.{name}", fit)
            if field is not None:
                install_field(schema, chooser, readings, field)
    node = graphql.type_map.get("Node")
    if isinstance(node, GraphQLInterfaceType):
        node.resolve_type = lambda row, _info, _type: row.plan.entity.name
    return guards, readings


def fit_field(
    schema: Schema,
    plans: dict[str, EntityPlan],
    readings: Readings,
    guards: Guards,
    type_: GraphQLObjectType,
    name: str,
) -> SchemaField:
    """Hold a field's declaration against the tables, and note what it takes and how it reads.

    Raises:
        Unfit: Its declaration does not fit.
    """
    field = SchemaField.of(type_, name)
    guards.fields[field.type_.name, field.name] = guard_of(schema, field)
    readings.fields[field.type_.name, field.name] = reading_of(plans, field)
    return field


def install_field(schema: Schema, chooser: Chooser, readings: Readings, field: SchemaField) -> None:
    """Install what resolves one field."""
    resolve = chooser.resolver(field, readings.fields[field.type_.name, field.name])
    if resolve is not None:
        field.graphql.resolve = resolve
    if isinstance(field.declared.source, Change):
        name_results(field.graphql, field.declared.source)
    if isinstance(field.declared.source, Stream):
        begin = subscribing(field.declared.source, converter(schema, field.strawberry), field.needs)
        field.graphql.subscribe = begin


def guard_of(schema: Schema, field: SchemaField) -> Guard:
    """Make what the executor and the limits know of a field."""
    change = field.declared.source if isinstance(field.declared.source, Change) else None
    return Guard(
        needs=field.needs,
        breadth=field.declared.breadth,
        change=change,
        convert=converter(schema, field.strawberry) if change else None,
        cost=field.declared.cost,
        listed=is_connection(field.leads_to),
        part=listed_type(field.type_) is not None,
        most=MOST_LISTED if is_payload(field.cls) and entity_behind(field.leads_to) else None,
    )


def name_results(field: GraphQLField, change: Change) -> None:
    """Let the union of a mutation's results tell which one it is."""
    union = named_type(field)
    if not isinstance(union, GraphQLUnionType):
        return
    names = {class_of(one): one.name for one in union.types}

    def resolve_type(outcome: Outcome, _info: Any, _type: Any) -> str | None:  # noqa: ANN401 - as graphql-core has it
        told = outcome.told
        return names.get(problem_of(change, told) if isinstance(told, DomainError) else change.success)

    union.resolve_type = resolve_type
