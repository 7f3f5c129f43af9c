"""Small values that several types of standards are made of."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import strawberry

from core.kernel.errors import InvalidInput
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value
from core.kernel.reads import Hole, Splicing
from core.standards.graphql.json_values import Json
from core.standards.graphql.merging_vocabulary import MoveKind
from core.standards.graphql.vocabulary import Direction, Operator
from core.standards.permissions import READ_STANDARDS


@value(permission=READ_STANDARDS, description="A text in one language.", name="LocalizedText")
class LocalizedTextType:
    """A text in one language."""

    locale: str = shows("The language as a BCP 47 tag, such as `en` or `zh-Hans`.")
    text: str = shows("The text.")


@value(permission=READ_STANDARDS, description="What a value of levels below must keep to.", name="Bounds")
class BoundsType:
    """Bounds as a publisher or a level above sets them."""

    minimum: Json | None = shows("Least value, in the form of the type; for money minor units per currency.")
    maximum: Json | None = shows("Greatest value, likewise.")
    step: Json | None = shows("Values are whole multiples of it.")
    choices: list[str] | None = shows("The enumeration; for money the currencies allowed.")
    pattern: str | None = shows("Regular expression the whole text must match.")
    direction: Direction | None = shows("Which way the received value may be moved.")


@value(permission=READ_STANDARDS, description="What a level narrows for those below it.", name="Narrowing")
class NarrowingType:
    """What a level narrows."""

    bounds: BoundsType = shows("Tighter bounds.")
    operators: list[Operator] | None = shows("What levels below may still do; all they could where it is empty.")


@value(permission=READ_STANDARDS, description="One parameter that is called something else.", name="ParameterRename")
class ParameterRenameType:
    """One renamed parameter."""

    was: str = shows("The clause and the parameter in the version before, joined by a dot.")
    becomes: str = shows("The same in this version.")


@value(
    permission=READ_STANDARDS,
    description="Clauses of the version before that stand elsewhere now; what was adapted there follows.",
    name="ClauseMove",
)
class ClauseMoveType:
    """One move."""

    kind: MoveKind = shows("What was done.")
    sources: list[str] = shows("Keys in the version before.")
    targets: list[str] = shows("Keys in this version.")
    parameters: list[ParameterRenameType] = shows("Parameters whose own key changed.")


def move_shown(move: Mapping[str, Any]) -> ClauseMoveType:
    """Show a move."""
    renamed: Mapping[str, str] = move.get("parameters") or {}
    return ClauseMoveType(
        kind=MoveKind(move["kind"]),
        sources=list(move["sources"]),
        targets=list(move["targets"]),
        parameters=[ParameterRenameType(was=was, becomes=becomes) for was, becomes in sorted(renamed.items())],
    )


def localized(texts: Mapping[str, str]) -> list[LocalizedTextType]:
    """Show a text per locale."""
    return [LocalizedTextType(locale=locale, text=text) for locale, text in sorted(texts.items())]


def bounds_shown(bounds: Mapping[str, Any]) -> BoundsType:
    """Show bounds."""
    way = bounds.get("direction")
    return BoundsType(
        minimum=bounds.get("minimum"),
        maximum=bounds.get("maximum"),
        step=bounds.get("step"),
        choices=bounds.get("choices"),
        pattern=bounds.get("pattern"),
        direction=None if way is None else Direction(way),
    )


def narrowing_shown(narrowing: Mapping[str, Any]) -> NarrowingType:
    """Show a narrowing."""
    kept = cast("Sequence[str] | None", narrowing.get("operators"))
    return NarrowingType(
        bounds=bounds_shown(narrowing.get("bounds") or {}),
        operators=None if kept is None else [Operator(one) for one in kept],
    )


def texts_of(column: str) -> Hole:
    """Read a JSON column of texts per locale."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [localized(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def operators_of(column: str) -> Hole:
    """Read a JSON column of operators."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [[Operator(one) for one in row[column]] for row in rows]

    return Hole((column,), fill, alone=True)


def bounds_of(column: str) -> Hole:
    """Read a JSON column of bounds."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [bounds_shown(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def narrowing_of(column: str) -> Hole:
    """Read a JSON column of what is narrowed, where anything is."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [None if row[column] is None else narrowing_shown(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def moves_of(column: str) -> Hole:
    """Read a JSON column of moves."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [[move_shown(move) for move in row[column]] for row in rows]

    return Hole((column,), fill, alone=True)


@input_type(description="A text in one language.", name="LocalizedTextInput")
class LocalizedTextInput:
    """A text in one language."""

    locale: str = strawberry.field(description="The language as a BCP 47 tag, such as `en` or `zh-Hans`.")
    text: str = strawberry.field(description="The text.")


def texts(field: str, given: Sequence[LocalizedTextInput]) -> dict[str, str]:
    """Read texts per language; two in one language are refused, for the first would be lost."""
    found = {one.locale: one.text for one in given}
    if len(found) < len(given):
        raise InvalidInput(field=field, problem="each language stands once")
    return found
