"""Refusals of the domain as types of the schema, made from the annotations of each fact."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from re import DOTALL, findall, search
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from core.kernel.errors import DomainError
from core.kernel.graphql.classes import object_type
from core.kernel.graphql.naming import words
from core.kernel.graphql.types import part

LEAVES: Mapping[type, Any] = {
    str: str,
    int: int,
    float: float,
    bool: bool,
    UUID: strawberry.ID,
    datetime: datetime,
    date: date,
    Decimal: Decimal,
    timedelta: int,
}


@strawberry.interface(description="A refusal the caller can act on. Nothing was changed.")
class Problem:
    """What every refusal tells."""

    code: str = part("Stable identifier to branch on, such as `kernel.stale_edit`.")
    message: str = part("One sentence that says what is wrong.")
    hint: str = part("One sentence that says what to do next.")


@cache
def problem_type(fact: type[DomainError]) -> type:
    """Make the type that shows a refusal: ``Problem`` and the fact's own fields."""
    hints = get_type_hints(fact)
    fields = dataclasses.fields(fact) if dataclasses.is_dataclass(fact) else ()
    told = attribute_descriptions(fact)
    body: dict[str, Any] = {"__module__": fact.__module__, "__qualname__": fact.__qualname__, "__annotations__": {}}
    for one in fields:
        body["__annotations__"][one.name] = shown_type(fact, one.name, hints[one.name])
        body[one.name] = part(told.get(one.name, f"What the refusal says of: {words(one.name)}."))
    made = type(fact.__name__, (Problem,), body)
    return object_type(made, name=fact.__name__, description=first_sentence(fact))


@cache
def detail_type(detail: type) -> type:
    """Make the type that shows one detail of a refusal, of which it may have several: a frozen dataclass."""
    hints, told = get_type_hints(detail), attribute_descriptions(detail)
    body: dict[str, Any] = {"__module__": detail.__module__, "__qualname__": detail.__qualname__, "__annotations__": {}}
    for name, hint in hints.items():
        body["__annotations__"][name] = shown_type(detail, name, hint)
        body[name] = part(told.get(name, f"What the refusal says of: {words(name)}."))
    made = type(detail.__name__, (), body)
    return object_type(made, name=detail.__name__, description=first_sentence(detail))


def shown_type(fact: type, name: str, annotation: Any) -> Any:  # noqa: ANN401 - types in, types out
    """Give the type a fact's attribute has in the schema.

    Raises:
        TypeError: The attribute is of a kind that cannot be shown.
    """
    if annotation in LEAVES:
        return LEAVES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return str
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return detail_type(annotation)
    origin, inner = get_origin(annotation), [one for one in get_args(annotation) if one not in (NoneType, ...)]
    if origin in (Union, UnionType) and len(inner) == 1:
        return shown_type(fact, name, inner[0]) | None
    if origin in (tuple, list, frozenset) and len(set(inner)) == 1:
        return list[shown_type(fact, name, inner[0])]
    msg = f"{fact.__name__}.{name}: a refusal cannot show {annotation!r}."
    raise TypeError(msg)


def shown_value(given: object) -> object:
    """Give an attribute of a refusal as the schema shows it."""
    match given:
        case UUID():
            return str(given)
        case Enum():
            return str(given.value)
        case timedelta():
            return int(given.total_seconds())
        case tuple() | list() | frozenset():
            return [shown_value(one) for one in cast("Iterable[object]", given)]
        case _:
            return given


def first_sentence(fact: type) -> str:
    """Give what a fact's docstring says first."""
    return (fact.__doc__ or "A refusal.").strip().split("\n\n")[0].replace("\n    ", " ")


def attribute_descriptions(fact: type) -> dict[str, str]:
    """Read what a fact's docstring says of its attributes."""
    section = search(r"Attributes:\n(.*?)(?:\n\s*\n|\Z)", fact.__doc__ or "", DOTALL)
    if section is None:
        return {}
    found = findall(r"^ +(\w+): (.+(?:\n {9,}.+)*)", section[1], 8)
    return {name: " ".join(text.split()) for name, text in found}
