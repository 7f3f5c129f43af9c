"""Types of the schema: entities, whose fields declare how they read, and values, which code gives."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, dataclass_transform

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from core.kernel.graphql.access import PUBLIC, Permission
from core.kernel.graphql.classes import object_type
from core.kernel.graphql.declared import DECLARED, Attribute, Declared
from core.kernel.graphql.entities import ENTITY, VALUE, Entity
from core.kernel.graphql.filters import filter_argument
from core.kernel.graphql.paging import paging_arguments
from core.kernel.reads import Aggregate, Condition, Identity, Reading, ToMany
from core.kernel.rows import Row

T = TypeVar("T")
Class = TypeVar("Class", bound=type)

AGGREGATE_COST = 2


def reads(reading: Reading, *, description: str, permission: Permission | None = None, cost: int | None = None) -> Any:  # noqa: ANN401 - typed by the annotation it is assigned to
    """Declare how a field of an entity reads.

    Args:
        reading: Column, Expression, ToOne, ToMany, Aggregate, Document or Hole.
        description: What a front-end developer needs to know.
        permission: What it takes beyond the entity's own permission; the field must then be nullable.
        cost: What resolving the field once adds to the cost of the operation; an aggregate costs two by default.
    """
    default = AGGREGATE_COST if isinstance(reading, Aggregate) else 0
    declared = Declared(source=reading, permission=permission, cost=default if cost is None else cost)
    made = strawberry.field(description=description, metadata={DECLARED: declared})
    if isinstance(reading, ToMany):
        made.arguments = [*paging_arguments(), *filter_argument(reading.filter)]
    if isinstance(reading, Aggregate):
        made.arguments = filter_argument(reading.filter)
    return made


def shows(description: str, *, permission: Permission | None = None) -> Any:  # noqa: ANN401 - typed by the annotation it is assigned to
    """Declare a field of a value: the attribute of that name, or the entity whose id the attribute holds."""
    return strawberry.field(
        description=description, metadata={DECLARED: Declared(source=Attribute(), permission=permission)}
    )


@strawberry.interface(description="An object that has a global id and can be read again by it.")
class Node:
    """What every entity with a global id implements."""

    id: strawberry.ID = strawberry.field(
        description="The object's global id; opaque, and good for this type of object only.",
        metadata={DECLARED: Declared(source=Identity())},
    )


def entity(
    model: type[Row],
    *,
    permission: Permission,
    description: str,
    name: str = "",
    key: tuple[str, ...] = ("id",),
    where: Condition | None = None,
) -> Callable[[type[T]], type[T]]:
    """Make a class a type of the schema whose objects are rows of a table.

    Args:
        model: The table's model.
        permission: What it takes to see such an object at all; its fields inherit it, and every field that leads here
            needs it beside its own.
        description: What a front-end developer needs to know.
        name: The GraphQL name; the class's name without ``Type`` by default.
        key: Columns that name a row inside its tenant or network. With one column the type is a ``Node``.
        where: Which rows ``node`` finds; needed where lists and look-ups show fewer than the tenant could read.
    """

    def decorate(cls: type[T]) -> type[T]:
        called = name or cls.__name__.removesuffix("Type")
        told = Entity(name=called, model=model, key=key, permission=permission, where=where)
        made = with_base(cls, Node) if told.has_id else cls
        setattr(made, ENTITY, told)
        return object_type(made, name=told.name, description=description)

    return decorate


@dataclass_transform(kw_only_default=True, field_specifiers=(shows,))
def value(*, permission: Permission, description: str, name: str = "") -> Callable[[Class], Class]:
    """Make a class a type of the schema whose objects are made by code: ``Me(name="Ann", home=tenant_id)``.

    Args:
        permission: What it takes to see such an object at all; its fields inherit it.
        description: What a front-end developer needs to know.
        name: The GraphQL name; the class's name without ``Type`` by default.
    """

    def decorate(cls: Class) -> Class:
        setattr(cls, VALUE, permission)
        return object_type(cls, name=name or cls.__name__.removesuffix("Type"), description=description)

    return decorate


def extension(cls: Class) -> Class:
    """Make a class a set of fields for a type that another feature declares; see ``Contribution.extends``."""
    return object_type(cls)


def extension_fields(cls: type) -> list[StrawberryField]:
    """Give the fields a class decorated with :func:`extension` declares."""
    return list(get_object_definition(cls, strict=True).fields)


def with_base(cls: type[T], base: type) -> type[T]:
    """Make the same class again with one more base, as a decorator cannot add one to a class that exists."""
    kept = tuple(one for one in cls.__bases__ if one is not object)
    body = {name: item for name, item in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    made: Any = type(cls.__name__, (*kept, base), body)
    return made


def part(description: str) -> Any:  # noqa: ANN401 - typed by the annotation it is assigned to
    """Declare a field that is a part of the answer to another field, and needs nothing beside what that one needs."""
    return shows(description, permission=PUBLIC)


@strawberry.type(description="Where a page begins and ends, and whether there is more.")
class PageInfo:
    """Where a page begins and ends."""

    has_next_page: bool = part("Whether more follows after the last edge.")
    has_previous_page: bool = part("Whether there is something before the first edge.")
    start_cursor: str | None = part("The first edge's cursor; empty on an empty page.")
    end_cursor: str | None = part("The last edge's cursor; empty on an empty page.")


@strawberry.type(description="One object of a list, with its place.")
class Edge(Generic[T]):
    """One object of a list."""

    node: T = part("The object.")
    cursor: str = part("The object's place in this list; opaque, and good for this list, order and filter only.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """One page of a list."""

    edges: list[Edge[T]] = part("The objects of the page with their places.")
    nodes: list[T] = part("The objects of the page without their places.")
    page_info: PageInfo = part("Where the page begins and ends, and whether there is more.")
    total_count: int = part("How many objects the whole list has; counted only where it is asked for.")
