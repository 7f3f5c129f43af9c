"""Traces become drafts of records, or refusals with a reason; nothing here knows the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import NamedTuple

from core.kernel.frozen import frozen
from core.records.logs.delimited import read_delimited
from core.records.logs.lines import read_lines
from core.records.logs.sources import LogStream
from core.records.logs.traces import Flaw, RefusalCode, Trace
from core.records.logs.xes import read_xes
from core.records.mappings.rules import LONGEST, UNUSABLE, InstantReader, TraceFlawed, TraceReader, ValueRule, checked
from core.records.mappings.schema import Format, LogMapping, Milestone, PerformerRule
from core.records.policy import first_step


class StepDraft(NamedTuple):
    """A step as the mapping reads it; ``performer`` is still in clear text and never leaves the import."""

    key: str
    status: str | None
    occurred_at: datetime
    performer: str | None


@frozen(kw_only=True)
class RecordDraft:
    """A record as the mapping reads it.

    Attributes:
        position: Position of its trace.
        external_id: What the log calls it.
        tenant_key: Whose it is, by key; ``None`` for the tenant that imports.
        channel: The way in.
        standard_code: The standard it is judged by.
        priority: How urgent it is.
        opened_at: When its first step happened.
        first_response_at: When the customer first got an answer.
        resolved_at: When it was first resolved.
        closed_at: When it was closed.
        told_due_at: When the log says that it is due.
        steps: In the order in which they happened; of steps at one instant, in the order of the log.
        placeholders: Paths of the rules that met a placeholder.
    """

    position: int
    external_id: str
    tenant_key: str | None
    channel: str
    standard_code: str
    priority: str | None
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    told_due_at: datetime | None = None
    steps: Sequence[StepDraft] = field(repr=False)
    placeholders: tuple[str, ...]


@frozen
class Refusal:
    """Why one trace does not become a record.

    Attributes:
        position: Position of the trace.
        external_id: What the log calls it, where it does.
        flaw: The reason.
    """

    position: int
    external_id: str | None
    flaw: Flaw


def read_traces(stream: LogStream, mapping: LogMapping) -> Iterator[Trace]:
    """Read a log the way its mapping says.

    Errors are those of :func:`read_xes`, :func:`read_delimited` and :func:`read_lines`.
    """
    match mapping.format:
        case Format.CSV:
            return read_delimited(stream, mapping.shape())
        case Format.NDJSON:
            return read_lines(stream, mapping.line_shape())
        case Format.XES:
            return read_xes(stream, mapping.record.external_id)


class Drafting:
    """Applies one mapping to many traces.

    Args:
        mapping: The mapping.
    """

    def __init__(self, mapping: LogMapping) -> None:
        record, step = mapping.record, mapping.step
        self._mapping = mapping
        self._tenant = None if mapping.tenant.own else TraceReader(mapping.tenant, "tenant")
        self._standard = TraceReader(record.standard, "record.standard")
        self._channel = TraceReader(record.channel, "record.channel")
        self._priority = TraceReader(record.priority, "record.priority") if record.priority else None
        self._key, self._key_of = ValueRule(step.key, "step.key"), step.key.event
        self._status = ValueRule(step.status, "step.status") if step.status else None
        self._status_of = step.status.event if step.status else ""
        self._instants, self._instant_of = InstantReader(step.occurred_at, "step.occurred_at"), step.occurred_at.event
        self._performer = step.performer
        self._due = InstantReader(record.due.instant(), "record.due") if record.due else None
        self._due_of = record.due.trace if record.due else ""

    def draft(self, trace: Trace) -> RecordDraft | Refusal:
        """Make a draft of a trace, or say why not."""
        external_id = shown(trace.external_id)
        if trace.flaw is not None:
            return Refusal(trace.position, external_id, trace.flaw)
        try:
            return self._draft(trace)
        except TraceFlawed as flawed:
            return Refusal(trace.position, external_id, flawed.flaw)

    def _draft(self, trace: Trace) -> RecordDraft:
        if not trace.events:
            raise TraceFlawed(RefusalCode.EMPTY_TRACE, "The trace has no events.")
        instants = [self._instants.read(event.get(self._instant_of)) for event in trace.events]
        order = sorted(range(len(instants)), key=instants.__getitem__)
        ends = trace.events[order[0]], trace.events[order[-1]]
        met: list[str] = []
        steps = [self._step(trace.events[place], instants[place], met) for place in order]
        resolved = milestone(steps, self._mapping.resolved)
        closed = None if resolved is None else milestone(steps, self._mapping.closed, start=resolved)
        return RecordDraft(
            position=trace.position,
            external_id=external_id_of(trace),
            tenant_key=self._tenant.required(trace, ends, met) if self._tenant else None,
            channel=self._channel.required(trace, ends, met),
            standard_code=self._standard.required(trace, ends, met),
            priority=self._priority.read(trace, ends, met) if self._priority else None,
            opened_at=steps[0].occurred_at,
            first_response_at=instant_at(steps, milestone(steps, self._mapping.first_response)),
            resolved_at=instant_at(steps, resolved),
            closed_at=instant_at(steps, closed),
            told_due_at=self._told_due(trace),
            steps=steps,
            placeholders=tuple(met),
        )

    def _told_due(self, trace: Trace) -> datetime | None:
        said = trace.attributes.get(self._due_of, "").strip() if self._due else ""
        return self._due.read(said) if self._due and said else None

    def _step(self, event: Mapping[str, str], occurred_at: datetime, met: list[str]) -> StepDraft:
        key, was_placeholder = self._key.required(event.get(self._key_of))
        if was_placeholder:
            met.append("step.key")
        status = self._status.apply(event.get(self._status_of))[0] if self._status else None
        performer = performer_of(event, self._performer) if self._performer else None
        return StepDraft(key or "", status, occurred_at, performer)


def external_id_of(trace: Trace) -> str:
    """Give the name of the case, or refuse a trace that has none."""
    name = (trace.external_id or "").strip()
    if not name:
        raise TraceFlawed(RefusalCode.VALUE_MISSING, "There is no value for record.external_id.")
    return checked(name, "record.external_id")


def shown(external_id: str | None) -> str | None:
    """Give the name of a case as an error report may show it: cut to size, without control characters."""
    return None if external_id is None else UNUSABLE.sub("\N{REPLACEMENT CHARACTER}", external_id.strip()[:LONGEST])


def performer_of(event: Mapping[str, str], rule: PerformerRule) -> str | None:
    """Give the name of whoever did a step, where it is a person's."""
    name = event.get(rule.event, "").strip()
    return None if not name or name in rule.nobody else name


def milestone(steps: Sequence[StepDraft], rule: Milestone | None, *, start: int = 0) -> int | None:
    """Find the step that a milestone of the mapping means."""
    return None if rule is None else first_step(steps, rule.step, rule.status, start=start)


def instant_at(steps: Sequence[StepDraft], place: int | None) -> datetime | None:
    """Give the instant of a step."""
    return None if place is None else steps[place].occurred_at
