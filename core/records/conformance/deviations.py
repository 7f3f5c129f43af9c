"""Where a record deviates from its standard, without I/O: a function of its state, its standard, and its clocks."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

import msgspec

from core.records.clocks.derive import LIMITS
from core.records.clocks.policy import ClockKind
from core.records.clocks.working_out import Kept
from core.records.conformance.course import Course, clause_in
from core.records.conformance.past import Moment, Past, begun
from core.records.evidence.policy import EvidenceProblem
from core.standards.vocabulary import ClauseLevel


class DeviationKind(StrEnum):
    """How a record deviates."""

    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    REPEATED = "repeated"
    UNFORESEEN = "unforeseen"
    LATE = "late"
    UNQUALIFIED = "unqualified"
    EVIDENCE_MISSING = "evidence_missing"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation.

    Attributes:
        kind: How the record deviates.
        step_key: The step; empty where it is the whole record.
        step_position: Place of the step's occurrence; 0 where none is meant.
        detail: Which clock ran out, or which evidence is missing; empty for other kinds.
        clause_key: The clause that it stands under.
        grade: How much hangs on that clause.
        since: The instant at which it became a deviation.
        since_event: Number of the event that it rests on: of what time alone brings, the one that the time began with.
        settled_at: When there was nothing left to be made good; empty while there is.
        lacking: The steps that should have come before, of one that is out of order.
    """

    kind: DeviationKind
    step_key: str = ""
    step_position: int = 0
    detail: str = ""
    clause_key: str = ""
    grade: ClauseLevel
    since: datetime
    since_event: int
    settled_at: datetime | None = None
    lacking: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, int, str]:
        """What tells it from the record's other deviations."""
        return self.kind.value, self.step_key, self.step_position, self.detail


def deviations(
    past: Past,
    clocks: Sequence[Kept] = (),
    unqualified: Collection[int] = (),
    evidence: Sequence[EvidenceProblem] = (),
) -> tuple[Deviation, ...]:
    """List how a record deviates, in the order in which it came to that.

    While it is in hand: what is out of order, repeated, not foreseen, late, or done by somebody without the role for
    it. Once it is resolved: what is missing, too, steps and evidence. A step that came before its turn because of one
    that then never came is not out of order: the other is missing.

    Args:
        past: The record as its process looks at it.
        clocks: How it stands against its limits.
        unqualified: Positions of steps that somebody without the role for it did.
        evidence: What the steps that were done lack.
    """
    missing = frozenset(past.missing()) if past.finished_at is not None else frozenset[str]()
    found = [
        *missed(past, missing),
        *out_of_order(past, missing),
        *surplus(past),
        *late(past.course, clocks, past),
        *by_others(past, unqualified),
        *without_evidence(past, evidence),
    ]
    return tuple(sorted(found, key=attrgetter("since", "place")))


def missed(past: Past, missing: Collection[str]) -> Iterator[Deviation]:
    """Tell of steps without which a record was finished."""
    if past.finished_at is None:
        return
    number = past.state.resolutions[-1].number if past.state.resolutions else past.state.head
    for key in past.course.process.steps:
        if key in missing:
            yield graded(past.course, DeviationKind.MISSING, key, past.finished_at, number)


def out_of_order(past: Past, missing: frozenset[str]) -> Iterator[Deviation]:
    """Tell of steps that began before what comes before them was done; the first occurrence of each counts."""
    for key, first in past.first.items():
        if not past.held_up[key]:
            continue
        moment = Moment(begun(first), first.position)
        lacking = past.lacking(key, moment)
        if missing.issuperset(lacking):
            continue
        open_ = past.finished_at is None and any(past.holds(one, past.end) for one in lacking)
        settled = max([moment.at, *(past.settled_at[one] for one in lacking if one in past.settled_at)])
        yield graded(
            past.course,
            DeviationKind.OUT_OF_ORDER,
            key,
            moment.at,
            first.begun_by,
            position=first.position,
            settled_at=None if open_ else settled,
            lacking=lacking,
        )


def surplus(past: Past) -> Iterator[Deviation]:
    """Tell of steps that were done although the process does not have them, or again although it has them once."""
    if not past.course.process.steps:
        return
    for one in past.surplus:
        foreseen = one.name in past.course.process.steps
        kind, at = DeviationKind.REPEATED if foreseen else DeviationKind.UNFORESEEN, begun(one)
        yield graded(past.course, kind, one.name, at, one.begun_by, position=one.position, settled_at=at)


def late(course: Course, clocks: Sequence[Kept], past: Past) -> Iterator[Deviation]:
    """Tell of limits that were used up before what they time was done."""
    for one in clocks:
        columns, kind = one.columns, one.clock.kind
        since: datetime | None = columns["breached_at"]
        if since is None:
            continue
        step = past.state.steps[one.clock.step_position - 1] if kind is ClockKind.STEP else None
        clause = clause_in(LIMITS[kind]) if step is None else course.clause_of_limit(step.name)
        yield Deviation(
            kind=DeviationKind.LATE,
            step_key="" if step is None else step.name,
            step_position=one.clock.step_position,
            detail=kind.value,
            clause_key=clause,
            grade=course.grade_of(clause),
            since=since,
            since_event=1 if step is None else step.begun_by,
            settled_at=columns["stopped_at"],
        )


def by_others(past: Past, unqualified: Collection[int]) -> Iterator[Deviation]:
    """Tell of steps that somebody without the role for it did."""
    for one in past.performed if unqualified else ():
        if one.position in unqualified:
            yield graded(
                past.course,
                DeviationKind.UNQUALIFIED,
                one.name,
                one.occurred_at,
                one.told_by,
                position=one.position,
                settled_at=one.occurred_at,
            )


def without_evidence(past: Past, evidence: Sequence[EvidenceProblem]) -> Iterator[Deviation]:
    """Tell of evidence that is not there although the record is finished."""
    if past.finished_at is None or not evidence:
        return
    number = past.state.resolutions[-1].number if past.state.resolutions else past.state.head
    places = {(one.name, one.round): one.position for one in past.state.steps}
    for one in evidence:
        yield graded(
            past.course,
            DeviationKind.EVIDENCE_MISSING,
            one.step,
            past.finished_at,
            number,
            position=places.get((one.step, one.round), 0),
            detail=one.asked,
        )


def graded(
    course: Course,
    kind: DeviationKind,
    key: str,
    since: datetime,
    number: int,
    *,
    position: int = 0,
    detail: str = "",
    settled_at: datetime | None = None,
    lacking: tuple[str, ...] = (),
) -> Deviation:
    """Make a deviation of a step, graded by the clause that the step stands in."""
    clause = course.clause_of(key)
    return Deviation(
        kind=kind,
        step_key=key,
        step_position=position,
        detail=detail,
        clause_key=clause,
        grade=course.grade_of(clause),
        since=since,
        since_event=number,
        settled_at=settled_at,
        lacking=lacking,
    )
