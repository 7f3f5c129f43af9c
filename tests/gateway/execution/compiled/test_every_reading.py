"""Every declared field is part of a plan, but for those that only code can tell."""

from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from core.kernel.graphql.ids import global_id
from core.kernel.reads import Breadth
from gateway.execution.guards import GUARDS
from gateway.execution.readings import READINGS, CodeReading
from tests.gateway.execution.compiled.houses import House

PLAIN: Mapping[str, Any] = {"Int": "1", "Boolean": "true", "Date": '"2026-11-21"', "DateTime": '"2026-11-21T09:00:00Z"'}
SOME_ID = "c0290103-855d-4f55-99ec-8712e8e3574f"


def value(kind: Any, leads_to: str) -> str:
    """Write some value of an argument's type."""
    bare = cast("Any", kind).of_type if isinstance(kind, GraphQLNonNull) else kind
    if hasattr(bare, "of_type"):
        return f"[{value(bare.of_type, leads_to)}]"
    if isinstance(bare, GraphQLInputObjectType):
        members: Mapping[str, Any] = bare.fields
        needed = {name: one for name, one in members.items() if is_required_input_field(one)}
        return "{" + ", ".join(f"{name}: {value(one.type, leads_to)}" for name, one in needed.items()) + "}"
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    return f'"{global_id(leads_to, SOME_ID)}"' if bare.name == "ID" else PLAIN.get(bare.name, '"x"')


def call(name: str, field: Any) -> str:
    """Call a field with the arguments it must have."""
    leads_to = cast("Any", get_named_type(field.type)).name
    needed = {key: one for key, one in field.args.items() if is_required_argument(one)}
    given = ", ".join(f"{key}: {value(one.type, leads_to)}" for key, one in needed.items())
    return f"{name}({given})" if given else name


def ways(house: House) -> dict[str, list[str]]:
    """The shortest way to each type, without fields that only code can tell or that reach beyond a tenant."""
    schema = house.schema.graphql
    readings, guards = schema.extensions[READINGS].fields, schema.extensions[GUARDS].fields
    found: dict[str, list[str]] = {"Query": []}
    waiting = deque(["Query"])
    while waiting:
        here = waiting.popleft()
        type_: Any = schema.type_map[here]
        for name, field in type_.fields.items():
            inner = cast("Any", get_named_type(field.type))
            by_code = isinstance(readings.get((here, name)), CodeReading)
            wide = here == "Query" and guards[here, name].breadth is not Breadth.TENANT
            if is_object_type(inner) and not by_code and not wide and inner.name not in found:
                found[inner.name] = [*found[here], call(name, field)]
                waiting.append(inner.name)
    return found


def asked_alone(house: House) -> dict[str, str]:
    """An operation for each field that asks for nothing else."""
    documents: dict[str, str] = {}
    nothing = global_id("Node", SOME_ID)
    anything = global_id(next(iter(house.schema.graphql.extensions[READINGS].entities)), SOME_ID)
    for type_name, way in ways(house).items():
        type_: Any = house.schema.graphql.type_map[type_name]
        for name, field in type_.fields.items():
            inner = cast("Any", get_named_type(field.type))
            asked = call(name, field) + (" { __typename }" if is_composite_type(inner) else "")
            documents[f"{type_name}.{name}"] = (
                "{ " + " { ".join([*way, asked]).replace(nothing, anything) + " }" * (len(way) + 1)
            )
    return documents


def left(house: House) -> dict[str, str]:
    """Fields that no plan answers, with the reason."""
    answering, context = house.both.compiled, house.context(house.acting("everything"))
    found: dict[str, str] = {}
    for field, document in asked_alone(house).items():
        prepared = answering.prepared(document, None)
        assert prepared is not None, document
        variables = prepared.coerced(house.schema.graphql, {})
        assert variables is not None
        (root,) = answering.plan(prepared, variables, context).roots
        if not root.answered:
            found[field] = root.reason or "kept"
    return found


def code_readings(house: House) -> set[str]:
    fields = house.schema.graphql.extensions[READINGS].fields
    guards = house.schema.graphql.extensions[GUARDS].fields
    wide = {f"{type_}.{name}" for (type_, name), one in guards.items() if one.breadth is not Breadth.TENANT}
    by_code = {f"{type_}.{name}" for (type_, name), one in fields.items() if isinstance(one, CodeReading)}
    return {one for one in by_code | wide if one.startswith("Query.")}


async def test_the_whole_schema_is_read_by_plans(house: House) -> None:
    assert len(asked_alone(house)) > 300
    found = left(house)
    assert set(found) == code_readings(house), found


async def test_columns_of_every_kind_are_read_by_plans(cabinet: House) -> None:
    assert len(asked_alone(cabinet)) > 80
    found = left(cabinet)
    assert set(found) == code_readings(cabinet), found
