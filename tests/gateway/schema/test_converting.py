"""Structures hold what Strawberry's own walk through the definitions gives, for every mutation there is."""

from dataclasses import fields, is_dataclass
from typing import Any, cast

import msgspec
import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, Undefined

from gateway.schema.converting import Unforeseen, structured, walked
from gateway.schema.fields import SchemaField
from tests.support.api import whole_schema

MUTATIONS = sorted(whole_schema().graphql.mutation_type.fields)
DEEPEST = 4


def sample(type_: Any, *, whole: bool, depth: int = 0) -> Any:
    """A value as coercion gives it: with all members, or with those that must be there and all else null."""
    inner: Any = getattr(type_, "of_type", None)
    if isinstance(type_, GraphQLNonNull):
        return sample(inner, whole=whole, depth=depth)
    if isinstance(type_, GraphQLList):
        return [sample(inner, whole=whole, depth=depth + 1)] * 2
    if not isinstance(type_, GraphQLInputObjectType):
        return object()  # Scalars and enums are what coercion made of them, whatever that is.
    given: dict[str, Any] = {}
    for name, member in type_.fields.items():
        required = isinstance(member.type, GraphQLNonNull)
        if required or (whole and depth < DEEPEST):
            given[name] = sample(member.type, whole=whole, depth=depth + 1)
        elif member.default_value is not Undefined:
            given[name] = None
    return given


def held(value: Any) -> Any:
    """What an input holds, whatever it is made of."""
    if isinstance(value, msgspec.Struct):
        return {name: held(getattr(value, name)) for name in value.__struct_fields__}
    if is_dataclass(value):
        return {one.name: held(getattr(value, one.name)) for one in fields(cast("Any", value))}
    return list(map(held, cast("list[Any]", value))) if isinstance(value, list) else value


def held_in(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: held(one) for name, one in arguments.items()}


def arguments_of(field: Any, *, whole: bool) -> dict[str, Any]:
    arguments: Any = field.args
    return {name: sample(arguments[name].type, whole=whole) for name in arguments if name != "idempotencyKey"}


@pytest.mark.parametrize("name", MUTATIONS)
def test_structures_hold_what_the_walk_gives(name: str) -> None:
    schema = whole_schema()
    field = SchemaField.of(schema.graphql.mutation_type, name)
    try:
        quick = structured(schema, field.strawberry)
    except Unforeseen:
        pytest.fail(f"{name} takes something that no structure can be made of")
    slow = walked(schema, field.strawberry)
    for whole in (True, False):
        given = arguments_of(field.graphql, whole=whole)
        assert held_in(quick(given)) == held_in(slow(given))


def test_structures_have_the_methods_of_their_classes() -> None:
    schema = whole_schema()
    field = SchemaField.of(schema.graphql.mutation_type, "openRecords")
    given = {"records": [{"channel": "phone", "standardCode": "a", "externalId": "b", "priority": None}]}
    made, walked_one = (
        make(schema, field.strawberry)({"input": given})["input"].to_commands() for make in (structured, walked)
    )
    assert made == walked_one
