"""Hypothesis strategies for scoring batches: ordinary records, and the odd ones that real logs hold."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from touchstone_sdk import (
    EffectiveView,
    JsonObject,
    JsonValue,
    ProcessStep,
    ProcessView,
    RecordView,
    ScoringBatch,
    ScoringRule,
    StepView,
)

STEP_KEYS: Final = ("accepted", "queued", "completed", "unmatched", "handed over", "确认")
"""Keys that steps and processes are made of."""

STATUSES: Final = ("", "in_progress", "awaiting_assignment", "resolved", "closed", "wait_user")

DAY: Final = 86_400

_BEGINNING: Final = datetime(2024, 2, 28, 23, 59, 30, tzinfo=UTC)

_seconds = st.sampled_from((0, 1, 59, 60, 1800, 7200, DAY, 2 * DAY, 2 * DAY + 1)) | st.integers(0, 30 * DAY)
_offsets = st.builds(timedelta, seconds=_seconds, microseconds=st.sampled_from((0, 0, 0, 1, 999_999)))
_odd_offsets = st.sampled_from((timedelta(0), timedelta(0), timedelta(seconds=-1)))


@st.composite
def records(draw: st.DrawFn) -> RecordView:
    """Records: open, resolved or closed without it; without steps or with repeated and simultaneous ones."""
    opened = _BEGINNING + draw(_offsets)
    resolved = opened + draw(_offsets) + draw(_odd_offsets) if draw(st.booleans()) else None
    closed = (resolved or opened) + draw(_offsets) if draw(st.booleans()) else None
    steps = draw(st.lists(_steps(opened), max_size=6))
    return RecordView(
        id=draw(st.uuids()),
        standard_code="standard",
        opened_at=opened,
        resolved_at=resolved,
        closed_at=closed,
        channel=draw(st.sampled_from((None, "phone", "site_desk"))),
        priority=draw(st.sampled_from((None, "low", "high"))),
        steps=tuple(sorted(steps, key=lambda step: step.occurred_at)),
    )


def _steps(opened: datetime) -> st.SearchStrategy[StepView]:
    return st.builds(
        StepView,
        key=st.sampled_from(STEP_KEYS),
        status=st.sampled_from(STATUSES),
        occurred_at=_offsets.map(lambda offset: opened + offset),
    )


@st.composite
def processes(draw: st.DrawFn, clause_key: str = "process") -> ProcessView:
    """Process clauses: some steps optional, unrepeatable or sharing a position."""
    keys = draw(st.lists(st.sampled_from(STEP_KEYS), min_size=1, max_size=4, unique=True))
    steps = [
        ProcessStep(
            key=key,
            position=draw(st.integers(1, 4)),
            required=draw(st.booleans()),
            repeatable=draw(st.sampled_from((True, True, False))),
        )
        for key in keys
    ]
    return ProcessView(clause_key=clause_key, steps=tuple(steps))


_values: Final[st.SearchStrategy[JsonValue]] = st.one_of(
    _seconds,
    _seconds,
    _seconds,
    st.sampled_from(("80", "99.5", "", None, True, -1)),
)


@st.composite
def effective_views(draw: st.DrawFn, rule: ScoringRule, config: JsonObject) -> EffectiveView:
    """Effective standards that mostly hold the parameters a rule reads, and mostly one process clause."""
    named = config.get("process_clause")
    clause = named if isinstance(named, str) else "process"
    clauses = draw(st.sampled_from(((clause,), (clause,), (clause,), (), (clause, "another process"))))
    held = [path for path in _paths(rule, config) if draw(st.sampled_from((True, True, True, False)))]
    return EffectiveView(
        hash="0" * 64,
        parameters={path: draw(_values) for path in held},
        processes=tuple(draw(processes(key)) for key in clauses),
    )


def _paths(rule: ScoringRule, config: JsonObject) -> list[str]:
    bound = config.get("parameters")
    paths = [parameter.path for parameter in rule.parameters]
    if isinstance(bound, Mapping):
        paths += [value for value in bound.values() if isinstance(value, str)]
    return sorted(set(paths))


def _unique_records(min_size: int, max_size: int) -> st.SearchStrategy[list[RecordView]]:
    return st.lists(records(), min_size=min_size, max_size=max_size, unique_by=lambda record: record.id)


@st.composite
def scoring_batches(
    draw: st.DrawFn, rule: ScoringRule, config: JsonObject | None = None, *, min_size: int = 0, max_size: int = 6
) -> ScoringBatch:
    """Batches for a rule under a configuration, the empty batch among them."""
    held: JsonObject = {} if config is None else config
    return ScoringBatch(
        effective=draw(effective_views(rule, held)),
        records=tuple(draw(_unique_records(min_size, max_size))),
        config=held,
    )
