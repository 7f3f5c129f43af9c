"""Scoring: records and the effective standard in, one result per record out.

A rule is a pure function of its batch. It reads no clock, file, network or global state; it keeps nothing between
calls. The same record under the same effective standard and configuration gets the same result whatever else is
in the batch, in whatever order, and however the records are split over batches.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias, TypeVar, cast
from uuid import UUID

from pydantic import Field, PlainSerializer, PlainValidator, field_validator, model_validator

from touchstone_sdk.values import (
    ClauseKey,
    Instant,
    JsonObject,
    JsonValue,
    Label,
    Name,
    Text,
    Value,
    VersionText,
    View,
    freeze_json,
    freeze_object,
    thaw_json,
)

_Items = TypeVar("_Items")

FULL_SCORE: Final = 10_000
"""Scores are integer basis points, 0 to 10,000: 10,000 is 100 %, 9,950 is 99.5 %. They add, sort and store exactly."""

MAX_BATCH: Final = 1_000
"""Most records in one batch."""

MAX_MEASURED: Final = 64
"""Most entries in `Score.measured`."""

_OBJECTS: Final = (dict, MappingProxyType, Mapping)
_FIGURES: Final = frozenset({int, bool, type(None)})
_TOO_MANY_FIGURES: Final = f"at most {MAX_MEASURED} figures, each named in at most {MAX_MEASURED} characters"


class StepView(View):
    """One step of a record, as it was executed.

    Attributes:
        key: Key of the step, as the process clause names it.
        status: What became of it, for example `in_progress`; empty where the channel says nothing.
        occurred_at: When it happened.
    """

    key: ClauseKey
    status: Annotated[str, Field(max_length=200)]
    occurred_at: Instant


class RecordView(View):
    """One service record, without personal data.

    Attributes:
        id: The record.
        standard_code: Code of the standard it was executed under.
        opened_at: When it began.
        resolved_at: When it was first resolved; None while it is open.
        closed_at: When it was closed; None before.
        channel: The way in.
        priority: As the tenant classifies it.
        steps: In the order in which they were recorded.
    """

    id: UUID
    standard_code: ClauseKey
    opened_at: Instant
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    channel: Annotated[str, Field(max_length=200)] | None = None
    priority: Annotated[str, Field(max_length=200)] | None = None
    steps: tuple[StepView, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the record is neither resolved nor closed."""
        return self.resolved_at is None and self.closed_at is None


class ProcessStep(View):
    """One step that a process clause foresees.

    Attributes:
        key: Key of the step.
        position: Its place, from 1. Steps with the same position may come in any order.
        required: Whether a finished record must have it.
        repeatable: Whether it may occur more than once.
    """

    key: ClauseKey
    position: Annotated[int, Field(ge=1)]
    required: bool
    repeatable: bool = True


class ProcessView(View):
    """One process clause of an effective standard.

    Attributes:
        clause_key: Key of the clause.
        steps: What it foresees; each key once.
    """

    clause_key: ClauseKey
    steps: Annotated[tuple[ProcessStep, ...], Field(min_length=1)]

    @field_validator("steps")
    @classmethod
    def _each_key_once(cls, value: tuple[ProcessStep, ...]) -> tuple[ProcessStep, ...]:
        return _unique(value, [step.key for step in value], "step")


class EffectiveView(View):
    """What holds for the records of one batch: the effective standard after its context has been applied.

    Attributes:
        hash: Hash of the effective document that the records pin.
        parameters: `"<clause key>.<parameter key>"` to value; durations are integer seconds elapsed, decimals strings.
        processes: Its process clauses; each clause key once.
    """

    hash: Annotated[str, Field(min_length=1, max_length=200)]
    parameters: JsonObject
    processes: tuple[ProcessView, ...] = ()

    @field_validator("processes")
    @classmethod
    def _each_clause_once(cls, value: tuple[ProcessView, ...]) -> tuple[ProcessView, ...]:
        return _unique(value, [process.clause_key for process in value], "process clause")


class ScoringBatch(View):
    """What a rule is called with.

    Attributes:
        effective: The effective standard, one for the whole batch.
        records: Each record once.
        config: The tenant's configuration, valid under the manifest's schema.
    """

    effective: EffectiveView
    records: Annotated[tuple[RecordView, ...], Field(max_length=MAX_BATCH)]
    config: JsonObject = Field(default_factory=lambda: freeze_object({}))

    @field_validator("records")
    @classmethod
    def _each_record_once(cls, value: tuple[RecordView, ...]) -> tuple[RecordView, ...]:
        return _unique(value, [record.id for record in value], "record")


Measure: TypeAlias = Annotated[str, Field(max_length=200)] | int | bool | None


def _freeze_figures(value: object) -> Mapping[str, JsonValue]:
    # Every figure of every score comes by here three times on its way to the host, so it is looked at once.
    if not isinstance(value, _OBJECTS):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - pydantic turns it into its own error
    figures = dict(cast("Mapping[str, JsonValue]", value))
    if len(figures) > MAX_MEASURED:
        raise ValueError(_TOO_MANY_FIGURES)
    for key, item in figures.items():
        if type(key) is not str:
            raise ValueError("the keys of a JSON object are strings")
        if len(key) > MAX_MEASURED:
            raise ValueError(_TOO_MANY_FIGURES)
        if type(item) is str:
            if len(item) > 200:  # noqa: PLR2004
                raise ValueError("a figure's text has at most 200 characters")
        elif type(item) not in _FIGURES:
            freeze_json(item)
            raise ValueError("figures are integers, booleans, strings or None")
    return MappingProxyType(figures)


_Figures: TypeAlias = Annotated[Mapping[str, JsonValue], PlainValidator(_freeze_figures), PlainSerializer(thaw_json)]


class Score(Value):
    """What a rule says of a record in one dimension.

    Attributes:
        dimension: Name of a dimension the rule declares.
        basis_points: 0 to 10,000 (`FULL_SCORE`), or None where the record cannot be judged in this dimension;
            the reason then says why.
        reason: Code of a reason that the dimension declares.
        message: The reason for people, in English, without personal data.
        measured: The figures behind it, by name: integers (durations in seconds), booleans, short strings.
    """

    dimension: Name
    basis_points: Annotated[int, Field(ge=0, le=FULL_SCORE)] | None
    reason: Name
    message: Label
    measured: _Figures = Field(default_factory=lambda: freeze_object({}))


class RecordScored(Value):
    """A record's scores.

    Attributes:
        record_id: The record.
        scores: One per dimension of the rule, in the order in which the rule declares them.
    """

    record_id: UUID
    scores: tuple[Score, ...]


class RecordNotScored(Value):
    """Why one record could not be scored at all; the rest of the batch is not affected.

    Attributes:
        record_id: The record.
        code: Code of an error that the rule declares.
        message: The error for people, in English, without personal data.
    """

    record_id: UUID
    code: Name
    message: Label


RecordResult: TypeAlias = RecordScored | RecordNotScored
"""One result per record."""

ScoreBatch: TypeAlias = Callable[[ScoringBatch], Sequence[RecordResult]]
"""A rule's function: same ids, same order, one result per record."""


class Coded(Value):
    """A stable code and what it means.

    Attributes:
        code: Stable; front ends translate by it.
        description: What it means.
    """

    code: Name
    description: Text


class Dimension(Value):
    """One thing a rule judges.

    Attributes:
        key: Unique in the rule.
        name: For people.
        description: What is judged and how the score is computed.
        reasons: Every reason a score of this dimension can carry.
    """

    key: Name
    name: Label
    description: Text
    reasons: Annotated[tuple[Coded, ...], Field(min_length=1)]

    @field_validator("reasons")
    @classmethod
    def _each_reason_once(cls, value: tuple[Coded, ...]) -> tuple[Coded, ...]:
        return _unique(value, [reason.code for reason in value], "reason")


class ParameterRead(Value):
    """A parameter of the standard that a rule reads.

    Attributes:
        name: How the rule calls it; `config["parameters"][name]` binds it to another path.
        path: `"<clause key>.<parameter key>"` that is read where the configuration says nothing.
        description: What it must hold, with its unit.
    """

    name: Name
    path: Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)+$", max_length=400)]
    description: Text


class ScoringRule(Value):
    """A rule: what it judges, what it reads, and the function that scores.

    Attributes:
        key: Unique in the plugin.
        version: Changes whenever the same input may give another score.
        name: For people.
        description: What the rule is for.
        dimensions: What it judges, in the order in which its scores come.
        parameters: The parameters it reads.
        errors: Every error a record can get instead of scores.
        score: The function.
    """

    key: Name
    version: VersionText
    name: Label
    description: Text
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    parameters: tuple[ParameterRead, ...] = ()
    errors: tuple[Coded, ...] = ()
    score: ScoreBatch

    @model_validator(mode="after")
    def _each_once(self) -> "ScoringRule":
        _unique(self.dimensions, [dimension.key for dimension in self.dimensions], "dimension")
        _unique(self.parameters, [parameter.name for parameter in self.parameters], "parameter")
        _unique(self.errors, [error.code for error in self.errors], "error")
        return self


def _unique(items: _Items, keys: Sequence[object], what: str) -> _Items:
    if len(set(keys)) != len(keys):
        raise ValueError(f"a {what} occurs twice")
    return items
