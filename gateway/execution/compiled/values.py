"""Values made by Python printed as the selection asks: the small part of completion that holes need."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from graphql import FieldNode, GraphQLLeafType, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type

from gateway.execution.compiled.bail import Bail, Inexpressible
from gateway.execution.graphql_types import kind_of
from gateway.execution.readings import AttributeReading, Readings
from gateway.execution.selections import Selections

Shown = Callable[[Any], Any]
"""Turns a value into what JSON shows of it; raises ``Bail`` where the interpreter would have an error."""


def shown(kind: Any, nodes: Sequence[FieldNode], selections: Selections, readings: Readings) -> Shown:  # noqa: ANN401 - a type of GraphQL's
    """Make what prints values of a type.

    Raises:
        Inexpressible: Something inside is not a plain attribute.
    """
    if isinstance(kind, GraphQLNonNull):
        return required(shown(cast("Any", kind).of_type, nodes, selections, readings))
    return optional(shown_inside(kind, nodes, selections, readings))


def shown_inside(kind: Any, nodes: Sequence[FieldNode], selections: Selections, readings: Readings) -> Shown:  # noqa: ANN401 - a type of GraphQL's
    """Make what prints values of a type that are there."""
    if isinstance(kind, GraphQLList):
        inner = shown(cast("Any", kind).of_type, nodes, selections, readings)
        return lambda value: [inner(one) for one in value]
    if is_leaf_type(kind):
        return serialized(kind)
    if isinstance(kind, GraphQLObjectType):
        return shown_object(kind, nodes, selections, readings)
    raise Inexpressible(f"{kind} in a hole")


def shown_object(
    kind: GraphQLObjectType, nodes: Sequence[FieldNode], selections: Selections, readings: Readings
) -> Shown:
    """Make what prints the attributes of a value."""
    parts: dict[str, Callable[[Any], Any]] = {}
    for name, same in selections.below(nodes, kind).items():
        asked = same[0].name.value
        if asked == "__typename":
            parts[name] = typename(kind.name)
            continue
        reading = readings.fields[kind.name, asked]
        if not isinstance(reading, AttributeReading) or reading.leads_to is not None:
            raise Inexpressible(f"{kind.name}.{asked} in a hole")
        parts[name] = attribute(reading.name, shown(kind_of(kind.fields[asked]), same, selections, readings))
    return printing(parts)


def printing(parts: Mapping[str, Callable[[Any], Any]]) -> Shown:
    """Make what prints an object of parts."""
    return lambda value: {name: part(value) for name, part in parts.items()}


def typename(name: str) -> Shown:
    """Make what prints the type's name."""
    return lambda _value: name


def attribute(name: str, inner: Shown) -> Shown:
    """Make what prints one attribute."""
    return lambda value: inner(getattr(value, name))


def serialized(leaf: GraphQLLeafType) -> Shown:
    """Make what prints a leaf."""

    def show(value: Any) -> Any:  # noqa: ANN401 - any value
        try:
            return leaf.serialize(value)
        except Exception:  # noqa: BLE001 - whatever it is, the interpreter words it
            raise Bail from None

    return show


def required(inner: Shown) -> Shown:
    """Leave it to the interpreter where nothing is there."""

    def show(value: Any) -> Any:  # noqa: ANN401 - any value
        found = inner(value)
        if found is None:
            raise Bail
        return found

    return show


def optional(inner: Shown) -> Shown:
    """Print nothing as nothing."""
    return lambda value: None if value is None else inner(value)
