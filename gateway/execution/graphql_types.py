"""Asking GraphQL's types simple questions."""

from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLResolveInfo,
    get_named_type,
)

from core.kernel.graphql.context import RequestContext

Info = GraphQLResolveInfo[RequestContext]
"""What a resolver is told of the field it resolves."""


def named_type(field: GraphQLField) -> GraphQLNamedType:
    """Give the type of a field without lists and requirements."""
    return cast("GraphQLNamedType", get_named_type(kind_of(field)))


def shown_type(info: Info) -> GraphQLNamedType:
    """Give the type of the field that is resolved, without lists and requirements."""
    return cast("GraphQLNamedType", get_named_type(cast("Any", info).return_type))


def is_required(field: GraphQLField) -> bool:
    """Tell whether a field is never null."""
    return isinstance(kind_of(field), GraphQLNonNull)


def is_list(field: GraphQLField) -> bool:
    """Tell whether a field is a list without pages."""
    kind = kind_of(field)
    inner: Any = cast("Any", kind).of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(inner, GraphQLList)


def kind_of(field: GraphQLField) -> Any:  # noqa: ANN401 - GraphQL's types are generic over more than can be said
    """Give the type of a field."""
    return cast("Any", field).type
