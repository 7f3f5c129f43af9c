"""What every type, field and argument of the schema is held to."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
)

from core.kernel.graphql.access import IDENTIFIED, MARKERS, PUBLIC, SIGNED_IN, Permission
from gateway.execution.graphql_types import is_required
from gateway.execution.guards import Guards
from gateway.schema.shapes import object_types, type_permission


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """Name whatever a front-end developer is told nothing about."""
    for type_ in schema.type_map.values():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        if not type_.description:
            yield f"{type_.name}: it has no description."
        yield from (f"{place}: it has no description." for place in undescribed_parts(type_))


def undescribed_parts(type_: GraphQLNamedType) -> Iterator[str]:
    """Name fields, arguments and values of a type without a description."""
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            if not field.description:
                yield f"{type_.name}.{name}"
            yield from (f"{type_.name}.{name}({key})" for key, one in field.args.items() if not one.description)
    elif isinstance(type_, GraphQLInputObjectType):
        yield from (f"{type_.name}.{name}" for name, field in type_.fields.items() if not field.description)
    elif isinstance(type_, GraphQLEnumType):
        yield from (f"{type_.name}.{name}" for name, one in type_.values.items() if not one.description)


def nulling(schema: GraphQLSchema, guards: Guards) -> Iterator[str]:
    """Name required fields that may be refused to somebody who sees their parent: a refusal would null the parent."""
    for type_ in object_types(schema):
        if type_ is schema.mutation_type:
            continue
        held = held_with(type_permission(type_))
        for name, field in type_.fields.items():
            guard = guards.find(type_.name, name)
            if guard is None or not is_required(field):
                continue
            more = [one.name for one in guard.needs if one not in held]
            if more:
                yield f"{type_.name}.{name}: it needs {more[0]}, which its parent does not, so it must be nullable."


def held_with(permission: Permission | None) -> set[Permission]:
    """Give what whoever sees an object of a type holds for certain."""
    held = {PUBLIC, *([permission] if permission else [])}
    if permission is not None and permission not in MARKERS:
        held |= {SIGNED_IN, IDENTIFIED}
    return held


def all_faults(schema: GraphQLSchema, guards: Guards) -> list[str]:
    """Name whatever breaks a rule."""
    return [*undescribed(schema), *nulling(schema, guards)]
