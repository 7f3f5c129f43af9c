"""What a version of a standard says: clauses with typed parameters, as values that are never changed.

The same structures are read from data files, kept as drafts, published as canonical text and folded. A file may leave
out what has a default; a published text says everything but the bounds that are not set, so that its meaning never
hangs on a default of the program that reads it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from core.standards.policy.documents import JsonObject, JsonValue, canonical_text, hash_of
from core.standards.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Direction,
    Face,
    Flexibility,
    Layer,
    MoveKind,
    Obligation,
    Operator,
    ParameterType,
    TimeUnit,
)

FORMAT: Final = "touchstone.standard/1"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a standard; unknown fields are refused, so that a misspelt one is never lost silently."""


class Bounds(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What a value of levels below must keep to; what is not named is not bounded.

    Attributes:
        minimum: Least value, in the parameter's own form; for money an amount of minor units per currency.
        maximum: Greatest value, likewise.
        step: Values are whole multiples of it, counted from zero; not for money.
        choices: The enumeration of a choice; for money the currencies allowed.
        pattern: Regular expression a whole text must match.
        direction: Levels below may only lower, or only raise, the value they received.
    """

    minimum: JsonValue = None
    maximum: JsonValue = None
    step: JsonValue = None
    choices: tuple[str, ...] | None = None
    pattern: str | None = None
    direction: Direction | None = None


class Narrowing(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What a level narrows for those below it.

    Attributes:
        bounds: Tighter bounds.
        operators: The operators that levels below keep; all they have where nothing is said.
    """

    bounds: Bounds = Bounds()
    operators: tuple[Operator, ...] | None = None


class VariantContent(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A value of a parameter for some contexts.

    Attributes:
        context: What must be so for it to apply, by context key; ``policy/variants.py`` tells how one is chosen.
        default: The published value there, in the form of the parameter's type.
        bounds: What levels below must keep to there; as for the parameter where nothing is said.
    """

    context: dict[str, str]
    default: JsonValue
    bounds: Bounds | None = None


class ParameterContent(Part, frozen=True, kw_only=True):
    """A typed value inside a clause.

    Attributes:
        key: Name within the clause, such as ``limit``.
        type: Type of the value.
        default: The published value, in the form ``policy/values.py`` describes.
        unit: For durations, what the seconds count.
        operators: What levels below may do with it; nothing by default. ``append`` lets them add variants, too.
        bounds: What they must keep to.
        variants: Other values in some contexts, the most specific first.
    """

    key: str
    type: ParameterType
    default: JsonValue
    unit: TimeUnit | None = None
    operators: tuple[Operator, ...] = ()
    bounds: Bounds = Bounds()
    variants: tuple[VariantContent, ...] = ()


class ClauseContent(Part, frozen=True, kw_only=True):
    """One addressable requirement, step, limit or wording.

    Attributes:
        key: Stable dotted name, such as ``reception.greeting``.
        kind: What it asks for.
        level: How much hangs on it.
        obligation: How binding it is.
        flexibility: A core clause grants nothing, nor do its parameters.
        text: Text per locale.
        operators: What levels below may do with the text: assign a text per locale, narrow that right.
        body: What it says beyond its text, in the form ``policy/bodies.py`` has for its kind; a process always has one.
        parameters: Its typed values.
    """

    key: str
    kind: ClauseKind
    level: ClauseLevel = ClauseLevel.EXPECTED
    obligation: Obligation = Obligation.MUST
    flexibility: Flexibility = Flexibility.CORE
    text: dict[str, str]
    operators: tuple[Operator, ...] = ()
    body: JsonObject | None = None
    parameters: tuple[ParameterContent, ...] = ()


class Move(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Clauses of the version before that stand elsewhere now, so that what was adapted there is not lost.

    All moves of a version hold at once: each names keys of the version before and keys of this one.

    Attributes:
        kind: Whether one clause has another key, became several, or several became one.
        sources: Keys in the version before.
        targets: Keys in this version.
        parameters: For parameters whose own key changed, ``<clause>.<parameter>`` then, to the same now; all others
            stand under their own key in a target.
    """

    kind: MoveKind
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    parameters: dict[str, str] = {}


class OutsideStandard(Part, frozen=True, kw_only=True, rename="camel"):
    """A clause of a standard of somebody else that this one answers to.

    Attributes:
        code: Its designation, such as ``ISO 9001:2015``.
        clause: The clause there, such as ``8.2.1``; empty for the whole.
        verified: Whether somebody has looked it up; sources contradict one another, so it is to be verified first.
    """

    code: str
    clause: str = ""
    verified: bool = False


class Profile(Part, frozen=True, kw_only=True, rename="camel"):
    """What a standard says of itself.

    Attributes:
        goal: What it is for, per locale.
        audience: Whom it is for, per locale.
        faces: Which sides of service it is about.
        service_types: The kinds of service it is for; all where none is named.
        owner: Who answers for it: a role or a post, never a person's name.
        review_months: How long after its start a version is looked at again.
        needs: Codes of the customer needs it answers.
        outside_standards: What it maps to outside the network.
    """

    goal: dict[str, str] = {}
    audience: dict[str, str] = {}
    faces: tuple[Face, ...] = ()
    service_types: tuple[str, ...] = ()
    owner: str = ""
    review_months: int = 6
    needs: tuple[str, ...] = ()
    outside_standards: tuple[OutsideStandard, ...] = ()


class StandardContent(Part, frozen=True, kw_only=True):
    """One version of a standard, whole.

    Attributes:
        code: Name of the standard in its network, such as ``incident-handling``.
        number: Semantic version number.
        title: Title per locale.
        layer: Where it stands among the others.
        profile: What it says of itself; left out of the text where nothing is said.
        clauses: In reading order; each key once.
        lineage: Where clauses of the version before stand now; left out of the text where nothing moved.
        format: Which form of document this is.
    """

    code: str
    number: str
    title: dict[str, str]
    layer: Layer = Layer.BUSINESS
    profile: Profile = Profile()
    clauses: tuple[ClauseContent, ...]
    lineage: tuple[Move, ...] = ()
    format: str = FORMAT

    def parameters(self) -> Iterator[tuple[ClauseContent, ParameterContent]]:
        """List every parameter with its clause, in reading order."""
        for clause in self.clauses:
            for parameter in clause.parameters:
                yield clause, parameter


def content_text(content: StandardContent) -> str:
    """Write the canonical text of a version, the form it is published in."""
    return canonical_text(plain_content(content))


def plain_content(content: StandardContent) -> dict[str, Any]:
    """Give a version in its JSON form.

    What the first form of the document did not have is left out where it says nothing, so that a version keeps its
    hash for good.
    """
    facts: dict[str, Any] = msgspec.to_builtins(content)
    for clause in facts["clauses"]:
        clause["parameters"] = [without_silence(one, "variants") for one in clause["parameters"]]
    if content.profile == Profile():
        del facts["profile"]
    return without_silence(facts, "lineage")


def without_silence(facts: dict[str, Any], *names: str) -> dict[str, Any]:
    """Leave out of some facts those of the named ones that say nothing."""
    return {name: said for name, said in facts.items() if said or name not in names}


def content_hash(content: StandardContent) -> str:
    """Give the hash a version is known by."""
    return hash_of(content_text(content))


@lru_cache(maxsize=64)
def read_content(text: str) -> StandardContent:
    """Read a published text back; the latest few are kept, because every resolution reads one."""
    return msgspec.json.decode(text, type=StandardContent)


def plain_moves(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Give moves in their JSON form."""
    return msgspec.json.decode(msgspec.json.encode(moves))


def plain_narrowing(narrowing: Narrowing) -> dict[str, Any]:
    """Give a narrowing in its JSON form."""
    return msgspec.to_builtins(narrowing)


def address(clause_key: str, parameter_key: str = "") -> str:
    """Name a parameter (``first_response.limit``) or a clause (``greeting``) in one text."""
    return f"{clause_key}.{parameter_key}" if parameter_key else clause_key
