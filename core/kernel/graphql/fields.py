"""Fields at the root of the schema, whatever they do, and what they have in common."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Annotated, Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from core.kernel.frozen import frozen
from core.kernel.graphql.declared import DECLARED, Declared

PROVIDED = ("unit", "context", "asked")
"""Parameters the framework fills; the others are the field's arguments."""


@frozen
class RootField:
    """A field of Query, Mutation or Subscription.

    Attributes:
        name: Its name as written in Python; the schema writes it in camel case.
        field: What Strawberry makes of it.
    """

    name: str
    field: StrawberryField


def root_field(
    name: str,
    annotation: StrawberryAnnotation,
    declared: Declared,
    description: str,
    arguments: list[StrawberryArgument],
    *,
    stream: bool = False,
) -> RootField:
    """Make a root field."""
    made = StrawberryField(
        python_name=name,
        type_annotation=annotation,
        description=description,
        metadata={DECLARED: declared},
        is_subscription=stream,
    )
    made.name = name
    made.arguments = arguments
    return RootField(name, made)


def nullable(type_: Any) -> StrawberryAnnotation:  # noqa: ANN401 - whatever Strawberry takes for a type
    """Make a type nullable, as every root query is: it may be refused."""
    return StrawberryAnnotation(Optional[type_])  # noqa: UP045 - the type may be a forward reference


def body_type(body: Callable[..., Any], returns: Any) -> StrawberryAnnotation:  # noqa: ANN401 - whatever Strawberry takes for a type
    """Give the nullable type of a field with code: what is said, or what the body's annotation says."""
    if returns is not None:
        return StrawberryAnnotation(Optional[returns], namespace=namespace_of(body))  # noqa: UP045
    annotated = StrawberryResolver(body).type_annotation
    if annotated is None:
        msg = f"{body.__qualname__} does not say what it returns."
        raise TypeError(msg)
    return StrawberryAnnotation(Optional[annotated.annotation], namespace=annotated.namespace)  # noqa: UP045


def namespace_of(body: Callable[..., Any]) -> dict[str, Any]:
    """Give the names a body's module knows, for types it refers to by name."""
    return getattr(body, "__globals__", vars(ModuleType("empty")))


def body_arguments(body: Callable[..., Any], descriptions: Mapping[str, str]) -> list[StrawberryArgument]:
    """Give the arguments of a field with code: its parameters, less those the framework provides.

    Args:
        body: The coroutine.
        descriptions: What each argument means, by parameter; ``Annotated[..., strawberry.argument(description=...)]``
            does as well.
    """
    arguments = [one for one in StrawberryResolver(body).arguments if one.python_name not in PROVIDED]
    for one in arguments:
        one.description = one.description or descriptions.get(one.python_name)
    return arguments


def named_union(name: str, description: str, members: tuple[type, ...]) -> StrawberryAnnotation:
    """Make a union of types."""
    union = strawberry.union(name, description=description)
    together: Any = members[0]
    for member in members[1:]:
        together |= member
    return StrawberryAnnotation(Annotated[together, union])
