"""Fields of Mutation: one transaction each, a union of success and named refusals, repeatable by idempotency key."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Optional, Self, get_args, get_origin
from uuid import UUID

from strawberry.types.arguments import StrawberryArgument

from core.kernel.direct import NewRow
from core.kernel.errors import DomainError, NotPermitted
from core.kernel.frozen import frozen
from core.kernel.graphql.access import Permission
from core.kernel.graphql.classes import object_type
from core.kernel.graphql.declared import AtOnceBody, Change, Declared
from core.kernel.graphql.entities import entity_of
from core.kernel.graphql.fields import RootField, body_arguments, named_union, root_field
from core.kernel.graphql.naming import camel, pascal, words
from core.kernel.graphql.paging import argument
from core.kernel.graphql.problems import problem_type
from core.kernel.graphql.types import part
from core.kernel.idempotency import IdempotencyKeyReused
from core.kernel.scope import Scope

PAYLOAD = "__touchstone_payload__"
NOTHING = UUID(int=0)
"""Stands for an empty reference among remembered ids."""
MOST_LISTED = 1_000
"""Most entities that a payload lists; what is selected of them is priced for as many."""
MUTATION_COST = 10
ALWAYS: tuple[type[DomainError], ...] = (NotPermitted, IdempotencyKeyReused)


class Refs:
    """What a mutation gives: the id of each entity of its payload, and each value.

    Attributes:
        values: By the payload's fields.
        rows: What is to be written yet, in one statement with the idempotency key.
    """

    __slots__ = ("rows", "values")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - ids and values alike
        self.values = values
        self.rows: Sequence[NewRow] = ()

    def writing(self, rows: Sequence[NewRow]) -> Self:
        """Have the last rows of the mutation written in one statement with its idempotency key."""
        self.rows = rows
        return self


Body = Callable[..., Awaitable[Refs]]
Enter = Callable[..., Awaitable[Scope]]


def payload(name: str, description: str = "", /, **fields: Any) -> type:  # noqa: ANN401 - types, or types with descriptions
    """Make the type of a mutation's success.

    An entity is given by its id and read on the same connection before the commit, and again when the request is
    repeated with the same idempotency key; so is a list of entities, of which a payload has at most one. A value
    (``secret=(str, "The key, shown this once.")``) is given the first time only and is empty when the request is
    repeated.

    Args:
        name: The GraphQL name, such as ``AdaptSuccess``.
        description: What a front-end developer needs to know.
        fields: An entity, or a type with its description.
    """
    told: dict[str, tuple[Any, str]] = {
        key: given if isinstance(given, tuple) else (given, "") for key, given in fields.items()
    }
    body: dict[str, Any] = {"__annotations__": {key: Optional[kind] for key, (kind, _) in told.items()}}  # noqa: UP045
    for key, (kind, says) in told.items():
        default = f"The {words(key)} as it is now." if entity_of(kind) else ""
        body[key] = part(says or default)
    made = object_type(type(name, (), body), name=name, description=description or "What was done.")
    ids = tuple(key for key, (kind, _) in told.items() if entity_of(kind))
    lists = tuple(key for key, (kind, _) in told.items() if get_origin(kind) is list and entity_of(get_args(kind)[0]))
    setattr(made, PAYLOAD, Remembered(ids, *lists))
    return made


@frozen
class Remembered:
    """Which fields of a payload are remembered with the idempotency key, by their ids.

    Attributes:
        ids: Those that hold one entity, in their order.
        listed: The one that holds a list of entities, where there is one; its ids come behind the others.
    """

    ids: tuple[str, ...]
    listed: str | None = None

    def of(self, refs: Refs) -> tuple[UUID, ...]:
        """Give the ids that are remembered of a result."""
        many = refs.values[self.listed] if self.listed else ()
        return (*(refs.values.get(name) or NOTHING for name in self.ids), *many)

    def again(self, ids: tuple[UUID, ...]) -> Refs:
        """Give the result of which these ids were remembered, without its values."""
        single = dict(zip(self.ids, ids, strict=self.listed is None))
        values: dict[str, Any] = {name: None if one == NOTHING else one for name, one in single.items()}
        if self.listed:
            values[self.listed] = ids[len(self.ids) :]
        return Refs(**values)


def is_payload(type_: object) -> bool:
    """Tell whether a class was made by :func:`payload`."""
    return hasattr(type_, PAYLOAD)


def remembered_of(success: type) -> Remembered:
    """Tell which fields of a payload are remembered with the idempotency key."""
    return getattr(success, PAYLOAD)


def mutation(
    *,
    permission: Permission,
    success: type,
    description: str,
    errors: tuple[type[DomainError], ...] = (),
    enters: Enter | None = None,
    at_once: AtOnceBody | None = None,
    cost: int = MUTATION_COST,
    name: str = "",
) -> Callable[[Body], RootField]:
    """Declare a mutation: a coroutine of at most ten lines that maps the input and calls one use case.

    The coroutine asks for ``unit: Unit``, the open transaction, and may ask for ``context: RequestContext``; its other
    parameters, usually one ``input``, are the field's arguments beside ``idempotencyKey``. It gives ``Refs``. A
    refusal rolls everything back and becomes a member of the result; ``NotPermitted`` and ``IdempotencyKeyReused``
    always are.

    Args:
        permission: What it takes; the use case asks for it as well.
        success: The payload's type.
        description: What a front-end developer needs to know.
        errors: The refusals the use case makes.
        enters: A coroutine with ``context`` and the field's arguments that finds the scope it is done in, where the
            request names no tenant yet: whoever accepts an invitation acts in the tenant that invites. The permission
            is asked for before it runs, so it is ``IDENTIFIED``.
        at_once: A function with ``act: Act`` and the field's arguments that gives the one statement the mutation
            mostly is, with the same rows and the same result as the coroutine's; nothing, or a refusal, where the
            coroutine has to say what comes of it. Every payload it leaves must be readable from the rows it writes.
            Where it has to look at rows before, it is a coroutine that asks for ``looking: Looking`` as well.
        cost: What it adds to the cost of the operation.
        name: The field's name; the coroutine's by default.
    """

    def decorate(body: Body) -> RootField:
        called = name or body.__name__
        problems = {fact: problem_type(fact) for fact in dict.fromkeys((*errors, *ALWAYS))}
        source = Change(
            operation=camel(called), body=body, success=success, problems=problems, enters=enters, at_once=at_once
        )
        result = named_union(f"{pascal(called)}Result", f"What {camel(called)} came to.", (success, *problems.values()))
        declared = Declared(source=source, permission=permission, cost=cost)
        return root_field(called, result, declared, description, mutation_arguments(body))

    return decorate


def mutation_arguments(body: Body) -> list[StrawberryArgument]:
    """Declare a mutation's arguments: those of its coroutine and the idempotency key."""
    key = argument(
        "idempotency_key",
        str,
        "Made by the client, once per intention, at most 200 characters; with it the same request is done once.",
    )
    return [*body_arguments(body, {"input": "What is to be done."}), key]
