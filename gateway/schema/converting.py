"""Turning arguments, as GraphQL coerces them, into what a coroutine is called with.

Strawberry walks through its definitions for each value anew, which takes longer than anything else where a request
brings a thousand. What it would find is written down once as msgspec's structures, which have the members and methods
of the input classes; :func:`walked` is Strawberry's own way, for arguments that no structure can be made of.
"""

from dataclasses import MISSING
from functools import cache
from types import FunctionType
from typing import Any, Optional, cast

import msgspec
from strawberry.relay.types import GlobalID
from strawberry.scalars import is_scalar
from strawberry.schema import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from gateway.execution.guards import Convert


class Unforeseen(Exception):  # noqa: N818 - it says what is the matter
    """A type that no structure can be made of."""


def converter(schema: Schema, field: StrawberryField) -> Convert:
    """Make input objects and Python names of a field's arguments.

    What reads them is made when the field is first called: there are hundreds, of which one process serves few.
    """

    @cache
    def made() -> Convert:
        try:
            return structured(schema, field)
        except Unforeseen:
            return walked(schema, field)

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        return made()(given)

    return convert


def walked(schema: Schema, field: StrawberryField) -> Convert:
    """Walk through Strawberry's definitions for each value."""

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        return convert_arguments(
            given, field.arguments, scalar_registry=schema.schema_converter.scalar_registry, config=schema.config
        )

    return convert


def structured(schema: Schema, field: StrawberryField) -> Convert:
    """Read values into structures that were made beforehand.

    Raises:
        Unforeseen: There is a type that no structure can be made of.
    """
    structures = Structures(schema)
    kinds = {one.python_name: structures.kind(one.type) for one in field.arguments}
    names = {one.python_name: schema.config.name_converter.from_argument(one) for one in field.arguments}
    members = [(name, kind, msgspec.UNSET) for name, kind in kinds.items()]
    whole = msgspec.defstruct("Arguments", members, rename=names, kw_only=True)

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        read = msgspec.convert(given, whole)
        return {name: getattr(read, name) for name, sent in names.items() if sent in given}

    return convert


class Structures:
    """Makes a structure of each input class that some arguments lead to.

    Args:
        schema: Knows the names and the scalars.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._made: dict[type, Any] = {}

    def kind(self, type_: Any) -> Any:  # noqa: ANN401 - whatever Strawberry has for a type
        """Give what msgspec reads the values of a type as; scalars are what GraphQL made of them.

        Raises:
            Unforeseen: There is none.
        """
        match type_:
            case StrawberryMaybe():
                raise Unforeseen
            case StrawberryOptional():
                return Optional[self.kind(type_.of_type)]  # noqa: UP045 - made, not written
            case StrawberryList():
                return list[self.kind(type_.of_type)]
            case LazyType():
                return self.kind(type_.resolve_type())
            case _:
                return self._other(type_)

    def _other(self, type_: Any) -> Any:  # noqa: ANN401 - whatever Strawberry has for a type
        scalars = self._schema.schema_converter.scalar_registry
        if type_ is GlobalID:
            raise Unforeseen
        if isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_) or is_scalar(type_, scalars):
            return Any
        if type_ not in self._made:
            self._made[type_] = None  # One that leads to itself finds this.
            self._made[type_] = self._structure(type_)
        if self._made[type_] is None:
            raise Unforeseen
        return self._made[type_]

    def _structure(self, cls: type) -> Any:  # noqa: ANN401 - a class made here
        definition = get_object_definition(cls)
        if definition is None or not definition.is_input or definition.from_input is not None:
            raise Unforeseen
        members: list[tuple[str, Any, Any]] = []
        for field in definition.fields:
            kind = self.kind(field.resolve_type(type_definition=definition))
            members.append((field.python_name, kind, default_of(field)))
        names = {one.python_name: self._schema.config.name_converter.from_field(one) for one in definition.fields}
        return msgspec.defstruct(cls.__name__, members, rename=names, namespace=methods(cls), kw_only=True)


def default_of(field: StrawberryField) -> Any:  # noqa: ANN401 - whatever the field may hold
    """Give what a member is where nothing is sent for it: what its class says, or nothing."""
    factory: Any = cast("Any", field).default_factory
    if factory is not MISSING:
        return msgspec.field(default_factory=factory)
    return None if field.default_value is MISSING else field.default_value


def methods(cls: type) -> dict[str, Any]:
    """Give the methods that were written for a class, and none of those that were made for it."""
    found = [base for base in reversed(cls.__mro__) if base is not object]
    return {
        name: one
        for base in found
        for name, one in vars(base).items()
        if isinstance(one, FunctionType | property) and not name.startswith("__")
    }
