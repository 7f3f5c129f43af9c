"""Fields of Query: declared ones, which need no code, and ones with a few lines of code."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument

from core.kernel.graphql.access import SIGNED_IN, Permission
from core.kernel.graphql.declared import Code, Declared, NodeLookup
from core.kernel.graphql.entities import Entity, entity_of
from core.kernel.graphql.fields import RootField, body_arguments, body_type, nullable, root_field
from core.kernel.graphql.filters import filter_argument, search_argument
from core.kernel.graphql.paging import argument, paging_arguments
from core.kernel.graphql.types import Connection, Node
from core.kernel.reads import Breadth, Condition, Kept, KeptWhile, Listing, Lookup, Ordering, Searching

Body = Callable[..., Any]
QUERY_COST = 5


def query_one(
    name: str,
    type_: type,
    *,
    description: str,
    by: Mapping[str, str] | None = None,
    where: Condition | None = None,
    permission: Permission | None = None,
    breadth: Breadth = Breadth.TENANT,
) -> RootField:
    """Declare a query for one object, empty where there is none.

    Args:
        name: The field's name, as written in Python.
        type_: The entity.
        description: What a front-end developer needs to know.
        by: The columns that find it, with what each argument means; by default its global id.
        where: Which rows may be found at all.
        permission: What it takes beyond the entity's own permission.
        breadth: How far it reads.
    """
    entity = needed(type_)
    columns = by or {entity.key[0]: f"The global id of the {entity.name}."}
    arguments = [lookup_argument(entity, column, says) for column, says in columns.items()]
    names = {one.python_name: column for one, column in zip(arguments, columns, strict=True)}
    source = Lookup(model=entity.model, by=tuple(columns), where=where)
    declared = Declared(source=source, permission=permission, breadth=breadth, arguments=names)
    return root_field(name, nullable(type_), declared, description, arguments)


def query_connection(
    name: str,
    type_: type,
    *,
    order: Ordering,
    description: str,
    filter: type | None = None,
    where: Condition | None = None,
    permission: Permission | None = None,
    breadth: Breadth = Breadth.TENANT,
    search: Searching | None = None,
) -> RootField:
    """Declare a query for a list, page by page.

    Args:
        name: The field's name, as written in Python.
        type_: The entity.
        order: Columns, ``-`` before one for descending; it ends in the key.
        description: What a front-end developer needs to know.
        filter: A class decorated with ``filters``.
        where: Which rows are listed at all.
        permission: What it takes beyond the entity's own permission.
        breadth: How far it reads.
        search: How it is searched by text; of lists of one tenant alone.
    """
    source = Listing(model=needed(type_).model, order=order, where=where, filter=filter, search=search)
    declared = Declared(source=source, permission=permission, breadth=breadth)
    listed: Any = Connection
    arguments = [*paging_arguments(), *filter_argument(filter), *search_argument(search)]
    return root_field(name, nullable(listed[type_]), declared, description, arguments)


def query_field(
    *,
    permission: Permission,
    description: str,
    returns: Any = None,  # noqa: ANN401 - whatever Strawberry takes for a type
    arguments: Mapping[str, str] | None = None,
    breadth: Breadth = Breadth.TENANT,
    cost: int = QUERY_COST,
    name: str = "",
    kept: Kept | KeptWhile | None = None,
) -> Callable[[Body], RootField]:
    """Declare a query with code: a coroutine of at most ten lines that maps arguments, calls a use case, maps back.

    The coroutine may ask for ``unit: Unit`` (read-only, in the field's breadth; it holds the operation's connection
    while it runs), for ``context: RequestContext`` and for ``asked: Asked`` (what is selected below the field); its
    other parameters are the field's arguments. Where the type is an entity it gives the row's id (or ids), and the
    framework reads the selection.

    Args:
        permission: What it takes.
        description: What a front-end developer needs to know.
        returns: The type in the schema, where it is not what the coroutine is annotated with.
        arguments: What each argument means.
        breadth: How far it reads.
        cost: What it adds to the cost of the operation.
        name: The field's name; the coroutine's by default.
        kept: What promises that an answer may be kept and given again; of fields that read one tenant alone.
    """

    def decorate(body: Body) -> RootField:
        declared = Declared(source=Code(body, kept), permission=permission, breadth=breadth, cost=cost)
        given = body_arguments(body, arguments or {})
        return root_field(name or body.__name__, body_type(body, returns), declared, description, given)

    return decorate


def node_query() -> RootField:
    """Declare ``node``, the query that reads any entity again by its global id."""
    declared = Declared(source=NodeLookup(), permission=SIGNED_IN)
    id_argument = argument("id", strawberry.ID, "The global id of any object of this API.")
    return root_field(
        "node",
        nullable(Node),
        declared,
        "Reads any object again by its global id; empty where there is none.",
        [id_argument],
    )


def lookup_argument(entity: Entity, column: str, description: str) -> StrawberryArgument:
    """Declare the argument that carries a column: the global id for the entity's own key."""
    if (column,) == entity.key:
        return argument("id", strawberry.ID, description)
    kind = entity.model.model_fields[column].annotation if column in entity.model.model_fields else str
    return argument(column, kind, description)


def needed(type_: type) -> Entity:
    """Give the entity a class stands for.

    Raises:
        TypeError: The class is not decorated with ``entity``.
    """
    entity = entity_of(type_)
    if entity is None:
        msg = f"{type_.__name__} is not an entity; decorate it with `entity`, or use `query_field`."
        raise TypeError(msg)
    return entity
