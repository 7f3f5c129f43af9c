"""The schema of a mapping file. Every key is checked, unknown keys are refused, each problem names its path."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import rfc8785
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.records.logs.delimited import TableShape
from core.records.logs.lines import LineShape

Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_.][a-z0-9]+)*$", max_length=100)]


class Fold(StrEnum):
    """How a text is made comparable: kept, lower-cased, or lower-cased with its words joined by ``_`` or ``-``."""

    NONE = "none"
    LOWER = "lower"
    SNAKE = "snake"
    KEBAB = "kebab"


class Format(StrEnum):
    """How a log is written."""

    XES = "xes"
    CSV = "csv"
    NDJSON = "ndjson"


def known_zone(name: str) -> str:
    """Refuse what is not an IANA time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"{name} is not an IANA time zone"
        raise ValueError(msg) from error
    return name


def known_encoding(name: str) -> str:
    """Refuse what is not a text encoding."""
    try:
        "a".encode(name)
    except (LookupError, TypeError, ValueError) as error:
        msg = f"{name} is not a text encoding"
        raise ValueError(msg) from error
    return name


TimeZone = Annotated[str, AfterValidator(known_zone)]


class Part(BaseModel):
    """A part of a mapping: immutable, without unknown keys."""

    # What checks a mapping is made when the first one is read: few processes read any.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Rule(Part):
    """What is done with a text once it is found: fold, then placeholders, then values.

    Attributes:
        fold: How it is made comparable.
        placeholders: Texts (after folding) that stand for "not known", and what to write instead; each is reported.
        values: Texts (after folding) and what to write instead; what is not listed is refused unless ``otherwise``.
        otherwise: What to write where the log says nothing, or nothing that is listed.
    """

    fold: Fold = Fold.NONE
    placeholders: dict[str, Name] = Field(default_factory=dict)
    values: dict[str, Name] = Field(default_factory=dict)
    otherwise: Name | None = None


class TraceRule(Rule):
    """Where a value of a record comes from: exactly one of the four.

    Attributes:
        trace: An attribute of the trace; of a table, a column of the case's first row.
        first_event: An attribute of the event that happened first.
        last_event: An attribute of the event that happened last.
        fixed: Always this text.
    """

    trace: Name | None = None
    first_event: Name | None = None
    last_event: Name | None = None
    fixed: Name | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in self.sources()) != 1:
            msg = "say exactly one of trace, first_event, last_event and fixed"
            raise ValueError(msg)
        return self

    def sources(self) -> Iterator[str | None]:
        """Give the alternatives."""
        yield from (self.trace, self.first_event, self.last_event, self.fixed)

    def columns(self) -> Iterator[str]:
        """Give the names this rule reads."""
        yield from (one for one in (self.trace, self.first_event, self.last_event) if one is not None)


class EventRule(Rule):
    """Where a value of a step comes from: an attribute of its event."""

    event: Name

    def columns(self) -> Iterator[str]:
        """Give the names this rule reads."""
        yield self.event


class TenantTemplate(Part):
    """What a tenant is made like that the log names and the network does not have; ``{key}`` in the name is its key."""

    kind: Literal["region", "franchisee"] = "franchisee"
    name: Name = "{key}"
    locale: Name = "en"
    time_zone: TimeZone = "Etc/UTC"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"

    def name_of(self, key: str) -> str:
        """Name the tenant with a key."""
        return self.name.replace("{key}", key)


class TenantRule(TraceRule):
    """Which tenant a record belongs to, by key; ``own`` is the tenant that imports.

    Attributes:
        own: Whether every record belongs to the tenant that imports.
        create: What a missing tenant is made like; where empty, its traces are refused.
    """

    own: bool = False
    create: TenantTemplate | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in self.sources()) + self.own != 1:
            msg = "say exactly one of own, trace, first_event, last_event and fixed"
            raise ValueError(msg)
        return self


class InstantRule(Part):
    """When a step happened.

    Attributes:
        event: Attribute of the event.
        time_zone: Zone of dates that do not name one; without it such dates are refused. Where clocks were put back,
            the earlier of the two possible instants is taken.
        format: Form of the dates for ``strptime`` where they are not ISO 8601.
    """

    event: Name
    time_zone: TimeZone | None = None
    format: Name | None = None

    def columns(self) -> Iterator[str]:
        """Give the names this rule reads."""
        yield self.event


class DueRule(Part):
    """When the log says that a case is due; kept beside the clocks of the standard, which never go by it.

    Attributes:
        trace: Attribute of the trace; of a table, a column of the case's first row.
        time_zone: Zone of dates that do not name one.
        format: Form of the dates for ``strptime`` where they are not ISO 8601.
    """

    trace: Name
    time_zone: TimeZone | None = None
    format: Name | None = None

    def columns(self) -> Iterator[str]:
        """Give the names this rule reads."""
        yield self.trace

    def instant(self) -> InstantRule:
        """Give how its date is read."""
        return InstantRule(event=self.trace, time_zone=self.time_zone, format=self.format)


class PerformerRule(Part):
    """Who did a step. Only a keyed hash of the name is kept.

    Attributes:
        event: Attribute of the event.
        nobody: Names that stand for no person, such as a system account.
    """

    event: Name
    nobody: frozenset[str] = frozenset()

    def columns(self) -> Iterator[str]:
        """Give the names this rule reads."""
        yield self.event


class RecordRule(Part):
    """What a record is told from.

    Attributes:
        external_id: Name of the trace attribute, or column, that names the case.
        standard: Code of the standard it is judged by.
        channel: The way in.
        priority: How urgent it is, in the tenant's own words.
        due: When the log says that it is due.
    """

    external_id: Name = "concept:name"
    standard: TraceRule
    channel: TraceRule
    priority: TraceRule | None = None
    due: DueRule | None = None


class StepRule(Part):
    """What a step is told from: its key, what became of it, when it happened and who did it."""

    key: EventRule
    status: EventRule | None = None
    occurred_at: InstantRule
    performer: PerformerRule | None = None


class Milestone(Part):
    """The first step with this key, and this status where one is given, after both were mapped."""

    step: Name
    status: Name | None = None


class Table(Part):
    """How a table is written."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\"\r\n]$")] = ","
    encoding: Annotated[str, AfterValidator(known_encoding)] = "utf-8"


class Lines(Part):
    """How lines of JSON are written: each is a whole case, whose events are listed under a name."""

    events: Name


class LogMapping(Part):
    """A whole mapping file.

    Attributes:
        version: Version of this schema, ``1``; written ``mapping`` in the file.
        name: What the log is, for people.
        format: How it is written.
        table: How a table is written; for CSV only.
        lines: How lines of JSON are written where each is a whole case; for NDJSON only. Otherwise each is an event.
        tenant: Whose record a trace is.
        record: What a record is told from.
        step: What a step is told from.
        first_response: When the customer first got an answer.
        resolved: When the record was first resolved.
        closed: When it was closed, at or after it was resolved.
    """

    version: Literal["1"] = Field(alias="mapping")
    name: Name
    format: Format = Format.XES
    table: Table | None = None
    lines: Lines | None = None
    tenant: TenantRule
    record: RecordRule
    step: StepRule
    first_response: Milestone | None = None
    resolved: Milestone | None = None
    closed: Milestone | None = None

    @model_validator(mode="after")
    def _described_as_it_is(self) -> Self:
        read = self.format.value.upper()
        if self.table is not None and self.format is not Format.CSV:
            msg = f"table describes CSV files; this mapping reads {read}"
            raise ValueError(msg)
        if self.lines is not None and self.format is not Format.NDJSON:
            msg = f"lines describes NDJSON files; this mapping reads {read}"
            raise ValueError(msg)
        return self

    def line_shape(self) -> LineShape:
        """Say how lines of JSON are written."""
        return LineShape(case=self.record.external_id, events=self.lines.events if self.lines else None)

    def shape(self) -> TableShape:
        """Say how the table is written and which columns the mapping reads."""
        table = self.table or Table()
        return TableShape(
            case=self.record.external_id,
            delimiter=table.delimiter,
            encoding=table.encoding,
            needed=frozenset(self._columns()),
        )

    def _columns(self) -> Iterator[str]:
        rules: Iterable[Any] = (
            self.tenant,
            self.record.standard,
            self.record.channel,
            self.record.priority,
            self.record.due,
            self.step.key,
            self.step.status,
            self.step.occurred_at,
            self.step.performer,
        )
        for rule in rules:
            if rule is not None:
                yield from rule.columns()

    def digest_text(self) -> bytes:
        """Write the mapping canonically, so that two files that say the same are the same mapping."""
        said: dict[str, Any] = self.model_dump(mode="json")
        for part, key in ((said, "lines"), (said["record"], "due")):
            if part[key] is None:  # Mappings were digested before there was this key; those are the same still.
                del part[key]
        nobody = said["step"]["performer"]
        if nobody is not None:
            nobody["nobody"] = sorted(nobody["nobody"])
        return rfc8785.dumps(said)
