"""Turning arguments, as GraphQL coerces them, into what a coroutine is called with."""

from typing import Any

from strawberry.schema import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from gateway.execution.guards import Convert


def converter(schema: Schema, field: StrawberryField) -> Convert:
    """Make input objects and Python names of a field's arguments."""

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        return convert_arguments(
            given, field.arguments, scalar_registry=schema.schema_converter.scalar_registry, config=schema.config
        )

    return convert
