"""Small typed builders for scoring."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from touchstone_sdk import (
    EffectiveView,
    JsonValue,
    ProcessStep,
    ProcessView,
    RecordView,
    ScoringBatch,
    StepView,
)

OPENED = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """The instant so many seconds after the opening."""
    return OPENED + timedelta(seconds=seconds)


def a_record(
    *steps: tuple[str, float], resolved: float | None = None, closed: float | None = None, id: UUID | None = None
) -> RecordView:
    """A record opened at `OPENED`; steps and ends are given in seconds after it."""
    return RecordView(
        id=id or uuid4(),
        standard_code="incident",
        opened_at=OPENED,
        resolved_at=None if resolved is None else after(resolved),
        closed_at=None if closed is None else after(closed),
        steps=tuple(StepView(key=key, status="", occurred_at=after(seconds)) for key, seconds in steps),
    )


def a_standard(parameters: Mapping[str, JsonValue] | None = None, *processes: ProcessView) -> EffectiveView:
    """An effective standard."""
    return EffectiveView(hash="h", parameters=parameters or {}, processes=processes)


def a_process(*steps: tuple[str, int, bool] | tuple[str, int, bool, bool], clause_key: str = "process") -> ProcessView:
    """A process clause of steps (key, position, required, repeatable)."""
    views = [
        ProcessStep(key=step[0], position=step[1], required=step[2], repeatable=step[3] if len(step) > 3 else True)
        for step in steps
    ]
    return ProcessView(clause_key=clause_key, steps=tuple(views))


def a_batch(
    effective: EffectiveView, *records: RecordView, config: Mapping[str, JsonValue] | None = None
) -> ScoringBatch:
    """A batch."""
    return ScoringBatch(effective=effective, records=records, config=config or {})
