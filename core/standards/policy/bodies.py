"""Bodies of clauses: what a clause of each kind says beyond its text, as a typed form that others can rely on.

A process always has a body, other kinds may. ``body_schemas`` gives the forms as JSON Schema.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from core.standards.policy.content import Part
from core.standards.policy.documents import JsonObject
from core.standards.policy.process import ProcessContent, Proof, checked_process
from core.standards.vocabulary import ClauseKind

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=100)]
Keys = Annotated[tuple[Key, ...], msgspec.Meta(max_length=50)]
Sayings = Annotated[tuple[Name, ...], msgspec.Meta(max_length=50)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Check(StrEnum):
    """How it is found out whether a requirement is kept."""

    RECORD = "record"
    INSPECTION = "inspection"
    CUSTOMER = "customer"
    MYSTERY_VISIT = "mystery_visit"
    MEASUREMENT = "measurement"


class Period(StrEnum):
    """How often something is measured or looked at."""

    RECORD = "record"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Better(StrEnum):
    """Which way an indicator is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Condition(StrEnum):
    """What of the surroundings is meant."""

    CLEANLINESS = "cleanliness"
    LIGHT = "light"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    NOISE = "noise"
    AIR = "air"
    ORDER = "order"
    APPEARANCE = "appearance"


class Body(Part, frozen=True, kw_only=True, rename="camel"):
    """The body of a clause."""


class Requirement(Body, frozen=True, kw_only=True, rename="camel"):
    """What must be so.

    Attributes:
        checks: How it is found out.
        criteria: What is looked for, one sentence each.
    """

    checks: tuple[Check, ...] = ()
    criteria: Sayings = ()


class Step(Body, frozen=True, kw_only=True, rename="camel"):
    """Something that is done.

    Attributes:
        role: Who does it.
        after: Keys of the clauses whose steps come before.
        limit: Key of the parameter of the clause that limits how long it takes.
        evidence: Keys of the clauses that say what is kept as proof.
    """

    role: str = ""
    after: Keys = ()
    limit: Key | None = None
    evidence: Keys = ()


class TimeLimit(Body, frozen=True, kw_only=True, rename="camel"):
    """A measure that is kept to.

    Attributes:
        starts: The event that it counts from, such as ``opened``.
        ends: The event that it counts to, such as ``first_response``.
        parameter: Key of the parameter of the clause that holds the measure.
        pauses: Events in between during which it does not count, such as ``waiting_for_customer``.
    """

    starts: Key
    ends: Key
    parameter: Key = "limit"
    pauses: Keys = ()


class Wording(Body, frozen=True, kw_only=True, rename="camel"):
    """What is said to the customer.

    Attributes:
        moment: When it is said.
        verbatim: Whether it is said word for word.
        avoid: What is not said.
    """

    moment: str = ""
    verbatim: bool = False
    avoid: Sayings = ()


class Evidence(Body, frozen=True, kw_only=True, rename="camel"):
    """What is kept as proof.

    Attributes:
        forms: What it may be.
        least: How many of them are needed.
        retained_days: How long it is kept, where the law or the network says so.
    """

    forms: Annotated[tuple[Proof, ...], msgspec.Meta(min_length=1)]
    least: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    retained_days: Whole | None = None


class Indicator(Body, frozen=True, kw_only=True, rename="camel"):
    """What is measured.

    Attributes:
        measure: Name of the measure, such as ``satisfaction``.
        better: Which way it is better.
        target: Key of the parameter of the clause that holds the target.
        period: What it is measured over.
        sample: Key of the parameter that holds how many answers it takes.
    """

    measure: Key
    better: Better = Better.HIGHER
    target: Key | None = None
    period: Period = Period.MONTH
    sample: Key | None = None


class Surroundings(Body, frozen=True, kw_only=True, rename="camel"):
    """How the place is.

    Attributes:
        place: Which place, such as ``reception``.
        conditions: What of it is meant.
        looked_at: How often it is looked at.
    """

    place: Key
    conditions: Annotated[tuple[Condition, ...], msgspec.Meta(min_length=1)]
    looked_at: Period = Period.DAY


FORMS: Final[Mapping[ClauseKind, type[Part]]] = {
    ClauseKind.REQUIREMENT: Requirement,
    ClauseKind.STEP: Step,
    ClauseKind.LIMIT: TimeLimit,
    ClauseKind.WORDING: Wording,
    ClauseKind.EVIDENCE: Evidence,
    ClauseKind.INDICATOR: Indicator,
    ClauseKind.SURROUNDINGS: Surroundings,
    ClauseKind.PROCESS: ProcessContent,
}
"""The form of the body of every kind of clause."""


def read_body(kind: ClauseKind, body: JsonObject) -> Part:
    """Read a body in the form of its kind.

    Raises:
        ValueError: It has another form; the message says where.
    """
    return msgspec.convert(body, type=FORMS[kind])


def checked_body(kind: ClauseKind, body: JsonObject | None) -> JsonObject | None:
    """Give a body with every field said outright.

    Raises:
        ValueError: It has another form, or a process has none.
    """
    if kind is ClauseKind.PROCESS:
        return checked_process(body)
    return None if body is None else msgspec.to_builtins(read_body(kind, body))


def body_schemas() -> dict[str, Any]:
    """Give the JSON Schema of the body of every kind of clause, by kind; references point into ``$defs``."""
    schemas, shared = msgspec.json.schema_components(FORMS.values(), ref_template="#/$defs/{name}")
    return {kind.value: {"$ref": schema["$ref"], "$defs": shared} for kind, schema in zip(FORMS, schemas, strict=True)}
