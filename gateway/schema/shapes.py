"""Seeing what stands behind the types of an assembled GraphQL schema."""

from collections.abc import Iterator
from typing import cast

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, GraphQLSchema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from core.kernel.graphql.access import Permission
from core.kernel.graphql.entities import Entity, entity_of, permission_of
from core.kernel.graphql.types import Connection, Edge
from gateway.execution.graphql_types import named_type

BACKREF = "strawberry-definition"


def object_types(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """List the object types, without those of introspection."""
    for name, one in schema.type_map.items():
        if isinstance(one, GraphQLObjectType) and not name.startswith("__"):
            yield one


def definition_of(type_: GraphQLNamedType) -> StrawberryObjectDefinition | None:
    """Give Strawberry's definition of an object type."""
    found = type_.extensions.get(BACKREF)
    return found if isinstance(found, StrawberryObjectDefinition) else None


def class_of(type_: GraphQLNamedType) -> type[object] | None:
    """Give the class a type was made from."""
    definition = definition_of(type_)
    return definition.origin if definition else None


def field_of(field: GraphQLField) -> StrawberryField | None:
    """Give Strawberry's field behind a field."""
    return cast("StrawberryField | None", field.extensions.get(BACKREF))


def listed_type(type_: GraphQLNamedType) -> GraphQLObjectType | None:
    """Give the type that a connection, or an edge of one, is about; nothing for other types."""
    cls = class_of(type_)
    if cls is None or not isinstance(type_, GraphQLObjectType):
        return None
    holder = "nodes" if issubclass(cls, Connection) else "node" if issubclass(cls, Edge) else None
    return cast("GraphQLObjectType", named_type(type_.fields[holder])) if holder else None


def is_connection(type_: GraphQLNamedType) -> bool:
    """Tell whether a type is one page of a list."""
    cls = class_of(type_)
    return cls is not None and issubclass(cls, Connection)


def target_of(field: GraphQLField) -> GraphQLNamedType:
    """Give the type a field leads to, seen through lists and connections."""
    named = named_type(field)
    return listed_type(named) or named


def entity_behind(type_: GraphQLNamedType) -> Entity | None:
    """Give the entity a type stands for."""
    return entity_of(class_of(type_))


def type_permission(type_: GraphQLNamedType) -> Permission | None:
    """Give what it takes to see objects of a type at all; of a connection, those it lists."""
    return permission_of(class_of(listed_type(type_) or type_))
