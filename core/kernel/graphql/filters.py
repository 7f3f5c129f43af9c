"""What a list can be narrowed by: an input type whose fields say which column they compare, and how."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import get_object_definition

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.naming import camel
from core.kernel.graphql.paging import argument
from core.kernel.reads import Match, Operator, Searching, Within
from core.kernel.rows import Row

MATCH = "touchstone.match"
FILTERED = "__touchstone_filtered__"
Class = TypeVar("Class", bound=type)


def matches(
    column: str, operator: str = "is", *, description: str, refers_to: str = "", within: Within | None = None
) -> Any:  # noqa: ANN401 - typed by the annotation it is assigned to
    """Declare what one field of a filter compares; annotate it ``| None``.

    Args:
        column: A column of the listed table: uuid, text, integer, timestamp, date or boolean (others make no use of
            an index under row-level security).
        operator: ``is``, ``among`` (a list), ``from``, ``after``, ``up_to``, ``before``, ``empty`` (a boolean) or
            ``there`` (a boolean, of another table).
        description: What a front-end developer needs to know.
        refers_to: Name of the GraphQL type, where the field takes global ids.
        within: The other table whose column is compared: a listed row stays where one row of it fits.
    """
    match = Match(column=column, operator=Operator(operator), refers_to=refers_to, within=within)
    return strawberry.field(description=description, default=strawberry.UNSET, metadata={MATCH: match})


def filters(model: type[Row], *, description: str) -> Callable[[Class], Class]:
    """Make a class the filter of lists of a table; what is given must hold together.

    Args:
        model: The listed table's model.
        description: What a front-end developer needs to know.
    """

    def decorate(cls: Class) -> Class:
        setattr(cls, FILTERED, model)
        return input_type(description=description)(cls)

    return decorate


def filter_argument(filter: type | None) -> list[StrawberryArgument]:
    """Declare the argument that takes a filter, where a list has one."""
    return [argument("filter", filter | None, "Narrows the list; all that is given must hold.")] if filter else []


def search_argument(search: Searching | None) -> list[StrawberryArgument]:
    """Declare the argument that takes what is searched for, where a list can be searched."""
    return [argument("search", str | None, search.description)] if search else []


def filter_matches(filter: type | None) -> Mapping[str, Match]:
    """Give what each field of a filter compares, by the field's GraphQL name."""
    if filter is None:
        return {}
    fields = get_object_definition(filter, strict=True).fields
    return {one.graphql_name or camel(one.python_name): one.metadata[MATCH] for one in fields}


def filtered_model(filter: type) -> type[Row] | None:
    """Give the table a filter is for; ``None`` where the class is no filter."""
    return getattr(filter, FILTERED, None)
