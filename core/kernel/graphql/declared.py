"""What the framework remembers of every field, and where it is kept: in the metadata of Strawberry's field."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any

from strawberry.types.field import StrawberryField

from core.kernel.at_once import AtOnce
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.graphql.access import Permission
from core.kernel.patterns import Filled
from core.kernel.reads import Breadth, Kept, KeptWhile, Listing, Lookup, Reading

DECLARED = "touchstone.declared"
AtOnceBody = Callable[..., AtOnce | Filled | None] | Callable[..., Awaitable[AtOnce | None]]
"""Makes the one statement that a mutation mostly is; a coroutine where it looks at rows before."""


@frozen
class Attribute:
    """The field reads the attribute of the same name; an id stands for the entity it names."""


@frozen
class NodeLookup:
    """The field reads any entity by its global id."""


@frozen
class Code:
    """The field runs a coroutine, which may ask for ``unit``, ``context`` and ``asked`` beside the field's arguments.

    Attributes:
        body: The coroutine.
        kept: What promises that an answer may be given again.
    """

    body: Callable[..., Any]
    kept: Kept | KeptWhile | None = None


@frozen
class Change:
    """The field changes something: see ``mutations``.

    Attributes:
        operation: The field's GraphQL name; idempotency keys are kept by it.
        body: The coroutine that calls the use case and gives ``Refs``.
        success: The payload type.
        problems: The Strawberry type of each refusal that is part of the result.
        enters: Finds the scope it is done in, where that is not the one the request names.
        at_once: Makes the one statement that does it, where there can be one; see ``core.kernel.at_once``.
    """

    operation: str
    body: Callable[..., Any]
    success: type
    problems: Mapping[type[DomainError], type]
    enters: Callable[..., Any] | None = None
    at_once: AtOnceBody | None = None


@frozen
class Stream:
    """The field is an async generator of events, which may ask for ``context`` beside the field's arguments."""

    body: Callable[..., Any]


Source = Reading | Listing | Lookup | Attribute | NodeLookup | Code | Change | Stream


@frozen(kw_only=True)
class Declared:
    """How a field reads and what it takes to read it.

    Attributes:
        source: Where the value comes from.
        permission: What it takes; ``None`` stands for the permission of the type the field belongs to.
        breadth: How far a root field reads.
        cost: What resolving the field once adds to the cost of the operation, beside the objects it returns.
        arguments: For a lookup, the GraphQL argument that carries each column.
    """

    source: Source
    permission: Permission | None = None
    breadth: Breadth = Breadth.TENANT
    cost: int = 0
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


def declared_of(owner: StrawberryField) -> Declared | None:
    """Give what was declared of a field; ``None`` for a field made without the framework."""
    return owner.metadata.get(DECLARED)
