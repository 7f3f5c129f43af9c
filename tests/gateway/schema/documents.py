"""Documents made from the schema: a root field with all that can be read below it."""

from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    is_leaf_type,
    is_required_argument,
)

from tests.support.api import whole_schema

DEEP = 2
TOO_MUCH = {"openRecords": frozenset({"customerView", "deviations", "nextSteps"})}
"""Lists and views of each of many objects, which together would cost more than is allowed, by the root field."""
NOTHING: frozenset[str] = frozenset()


def root_field(kind: str, name: str) -> GraphQLField:
    return root(kind).fields[name]


def root(kind: str) -> GraphQLObjectType:
    type_ = whole_schema().graphql.type_map[kind]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def document(kind: str, name: str) -> str:
    """An operation that calls a root field with a variable for each of its arguments."""
    field: Any = root_field(kind, name)
    declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
    passed = ", ".join(f"{key}: ${key}" for key in field.args)
    head = f"{kind.lower()} Try" + (f"({declared})" if declared else "")
    call = name + (f"({passed})" if passed else "")
    return f"{head} {{ {call} {selection(behind(field), DEEP, TOO_MUCH.get(name, NOTHING))} }}"


def selection(type_: Any, depth: int, unasked: frozenset[str] = NOTHING) -> str:
    """Everything that can be read of a type without arguments, down to a depth; empty for a leaf."""
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLUnionType):
        members = [one for one in type_.types if not is_problem(one)]
        parts = [f"... on {one.name} {selection(one, depth, unasked)}" for one in members]
        return "{ __typename " + " ".join([*parts, "... on Problem { code }"]) + " }"
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    connects = type_.name.endswith("Connection")
    told = [
        f"{key} {selection(behind(one), depth if connects else depth - 1, unasked)}"
        for key, one in type_.fields.items()
        if key not in unasked and is_told(key, one, depth) and not (connects and key == "edges") and not is_page(one)
    ]
    return "{ __typename " + " ".join(told) + " }"


def is_told(key: str, field: GraphQLField, depth: int) -> bool:
    if any(is_required_argument(one) for one in field.args.values()) or key == "pageInfo":
        return False
    return depth > 0 or is_leaf_type(behind(field))


def behind(field: Any) -> Any:
    """The type a field leads to, through lists and markers."""
    type_: Any = field.type
    while hasattr(type_, "of_type"):
        type_ = type_.of_type
    return type_


def is_page(field: GraphQLField) -> bool:
    """Tell whether a field leads to a page of others: below the root it would cost more than is allowed."""
    return behind(field).name.endswith("Connection")


def is_problem(type_: GraphQLObjectType) -> bool:
    return any(one.name == "Problem" for one in type_.interfaces)
