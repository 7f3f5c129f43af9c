"""The dimension `time_limits`: were the limits kept, and if not, how late was it?

A duration is a whole number of seconds from the opening; a started second counts as one. A limit that was kept
counts 10,000 basis points; one that was missed counts `floor(10,000 x limit / duration)`: twice the limit is half
the score. The score is the floored mean of the limits that can be judged, so it is 10,000 only if all were kept.

A limit cannot be judged where the standard does not set it, the record is still open (for the resolution), was
closed without being resolved, or shows no step that counts as a response. If none can be judged there is no score.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from touchstone_sdk import FULL_SCORE, Coded, Dimension, JsonValue, RecordView, Score

from touchstone_scoring_conformance.settings import Measure

DIMENSION: Final = Dimension(
    key="time_limits",
    name="Time limits",
    description=(
        "Whether the first response and the resolution kept the limits of the standard. A limit kept counts 100 %, "
        "a limit missed counts limit / duration; the score is the mean of the limits that can be judged."
    ),
    reasons=(
        Coded(code="within_limits", description="Every limit that can be judged was kept."),
        Coded(code="resolution_late", description="The record was resolved after its limit."),
        Coded(code="first_response_late", description="The first response came after its limit."),
        Coded(code="both_late", description="Both the first response and the resolution came after their limits."),
        Coded(code="resolution_open", description="The record is still open: its resolution is not judged yet."),
        Coded(code="closed_unresolved", description="The record was closed without being resolved."),
        Coded(code="limits_not_set", description="The standard sets no limit that this rule reads."),
        Coded(code="no_response_recorded", description="No step of the record counts as a first response."),
    ),
)

_SECOND: Final = timedelta(seconds=1)


class TimesOutOfOrder(Exception):  # noqa: N818  (errors are named as the facts they are)
    """A record was resolved or answered before it was opened."""


class _State(StrEnum):
    KEPT = "kept"
    LATE = "late"
    OPEN = "open"
    UNRESOLVED = "unresolved"
    UNANSWERED = "unanswered"
    NOT_SET = "not_set"


class _Limit(NamedTuple):
    """One limit and what became of it; `seconds` is None where nothing was measured."""

    name: str
    limit: int | None
    seconds: int | None
    unmeasured: _State

    @property
    def state(self) -> _State:
        if self.limit is None:
            return _State.NOT_SET
        if self.seconds is None:
            return self.unmeasured
        return _State.KEPT if self.seconds <= self.limit else _State.LATE

    @property
    def basis_points(self) -> int | None:
        if self.limit is None or self.seconds is None:
            return None
        return FULL_SCORE if self.seconds <= self.limit else FULL_SCORE * self.limit // self.seconds

    @property
    def measured(self) -> dict[str, JsonValue]:
        late = None if self.limit is None or self.seconds is None else max(0, self.seconds - self.limit)
        return {
            f"{self.name}_state": str(self.state),
            f"{self.name}_seconds": self.seconds,
            f"{self.name}_limit_seconds": self.limit,
            f"{self.name}_late_seconds": late,
        }


def score_time_limits(record: RecordView, measure: Measure) -> Score:
    """Score a record.

    Raises:
        TimesOutOfOrder: It was resolved or answered before it was opened.
    """
    answered = min((s.occurred_at for s in record.steps if s.key in measure.first_response_steps), default=None)
    response = _Limit(
        "first_response", measure.first_response_limit, _seconds(record.opened_at, answered), _State.UNANSWERED
    )
    unresolved = _State.OPEN if record.is_open else _State.UNRESOLVED
    resolution = _Limit(
        "resolution", measure.resolution_limit, _seconds(record.opened_at, record.resolved_at), unresolved
    )
    parts = [points for points in (response.basis_points, resolution.basis_points) if points is not None]
    reason = _reason(response.state, resolution.state)
    return Score(
        dimension=DIMENSION.key,
        basis_points=sum(parts) // len(parts) if parts else None,
        reason=reason,
        message=_message(response, resolution),
        measured={
            **response.measured,
            **resolution.measured,
            "limits_judged": len(parts),
            "limits_kept": parts.count(FULL_SCORE),
        },
    )


def _seconds(opened: datetime, ended: datetime | None) -> int | None:
    if ended is None:
        return None
    if ended < opened:
        raise TimesOutOfOrder
    return -((opened - ended) // _SECOND)


def _reason(response: _State, resolution: _State) -> str:
    if response is _State.LATE:
        return "both_late" if resolution is _State.LATE else "first_response_late"
    if resolution is _State.LATE:
        return "resolution_late"
    if resolution is _State.OPEN:
        return "resolution_open"
    if resolution is _State.UNRESOLVED:
        return "closed_unresolved"
    if _State.KEPT in {response, resolution}:
        return "within_limits"
    return "no_response_recorded" if response is _State.UNANSWERED else "limits_not_set"


def _message(response: _Limit, resolution: _Limit) -> str:
    return f"First response {_said(response)}; resolution {_said(resolution)}."


def _said(limit: _Limit) -> str:
    match limit.state:
        case _State.KEPT:
            return f"after {limit.seconds} s, limit {limit.limit} s"
        case _State.LATE:
            return f"late, after {limit.seconds} s, limit {limit.limit} s"
        case _State.OPEN:
            return "still open"
        case _State.UNRESOLVED:
            return "missing, closed without it"
        case _State.UNANSWERED:
            return "not recorded"
        case _:
            return "without a limit"
