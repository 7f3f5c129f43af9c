"""Enumerations of the domain as types of the schema; the domain itself knows nothing of GraphQL."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

Members = TypeVar("Members", bound=StrEnum)


def enumeration(
    members: type[Members], *, description: str, values: Mapping[str, str], name: str = ""
) -> type[Members]:
    """Make an enumeration a type of the schema.

    Args:
        members: The enumeration; stored as its text.
        description: What a front-end developer needs to know of it.
        values: What each member means, by the member's name; all of them.
        name: The GraphQL name; the class's name by default.

    Raises:
        ValueError: A member is left out, or one is described that there is not.
    """
    if set(values) != set(members.__members__):
        msg = f"{members.__name__}: describe exactly its members, {sorted(members.__members__)}."
        raise ValueError(msg)
    strawberry.enum(members, name=name or members.__name__, description=description)
    definition = cast("StrawberryEnumDefinition", vars(members)["__strawberry_definition__"])
    for one in definition.values:
        one.description = values[one.name]
    return members
