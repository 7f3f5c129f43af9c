"""JSON values in the schema: their form depends on a parameter's type, which stands beside them."""

from typing import TYPE_CHECKING, Any, TypeAlias

from strawberry.scalars import JSON

if TYPE_CHECKING:
    Json: TypeAlias = Any
else:
    # Strawberry's own scalar is a NewType of object, which no value has for a type checker.
    Json = JSON
