"""Which page of a list is asked for."""

from collections.abc import Mapping
from typing import Any, Self

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from core.kernel.frozen import frozen
from core.kernel.graphql.refusals import refusal

DEFAULT_PAGE = 25
PAGING = {
    "first": (int, f"How many objects from the start, or after `after`; {DEFAULT_PAGE} where nothing is said."),
    "after": (str, "Begin behind the object with this cursor."),
    "last": (int, "How many objects from the end, or before `before`."),
    "before": (str, "End in front of the object with this cursor."),
}


def argument(python_name: str, kind: object, description: str) -> StrawberryArgument:
    """Declare an argument."""
    return StrawberryArgument(
        python_name=python_name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
    )


def paging_arguments() -> list[StrawberryArgument]:
    """Declare the four arguments of every list."""
    return [argument(name, kind | None, description) for name, (kind, description) in PAGING.items()]


@frozen(kw_only=True)
class Page:
    """Which page of a list is asked for.

    Attributes:
        size: How many objects at most.
        backward: Whether they are counted from the end.
        after: The cursor they lie behind.
        before: The cursor they lie in front of.
    """

    size: int
    backward: bool
    after: str | None
    before: str | None

    @classmethod
    def asked(cls, arguments: Mapping[str, Any], limit: int) -> Self:
        """Read a list's arguments.

        Raises:
            GraphQLError: Both ends are asked for, the size is negative or above the limit.
        """
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise refusal("gateway.bad_page", "Give `first` or `last`, not both.")
        given = first if first is not None else last
        size = min(DEFAULT_PAGE, limit) if given is None else given
        if size < 0:
            raise refusal("gateway.bad_page", "A page cannot have less than no objects.")
        if size > limit:
            raise refusal("gateway.page_too_large", f"A page has {limit} objects at most.")
        return cls(size=size, backward=last is not None, after=arguments.get("after"), before=arguments.get("before"))
