"""How one record stands against its standard at an instant, without I/O: deviations, fitness and progress at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from core.records.clocks.working_out import Timed
from core.records.conformance.course import course_of
from core.records.conformance.deviations import Deviation, deviations
from core.records.conformance.past import Past
from core.records.conformance.progress import WHOLE, Schedule
from core.records.conformance.qualification import Performed
from core.records.conformance.replay import Fitness, replay
from core.records.events.state import StepStatus
from core.records.evidence.policy import EvidenceProblem, missing_evidence_of
from core.standards.vocabulary import ClauseLevel

LEVELS: Final = tuple(ClauseLevel)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a record stands.

    Attributes:
        past: The record as its process looks at it.
        deviations: Where it deviates, in the order in which it came to that.
        fitness: How well it fits its process; empty where there is none.
        schedule: How it stands against its plan.
    """

    past: Past
    deviations: tuple[Deviation, ...]
    fitness: Fitness | None
    schedule: Schedule

    @property
    def by_grade(self) -> Mapping[ClauseLevel, int]:
        """Count deviations by how much hangs on their clauses."""
        grades = [one.grade for one in self.deviations]
        return {level: grades.count(level) for level in LEVELS}


def standing_of(one: Timed, unqualified: Collection[int], now: datetime) -> Standing:
    """Work out how a record stands.

    Args:
        one: The record.
        unqualified: Positions of steps that somebody without the role for it did.
        now: The instant.
    """
    past = Past(course_of(one.view), one.state)
    return Standing(
        past=past,
        deviations=deviations(past, one.clocks, unqualified, lacking_evidence(past)),
        fitness=replay(past),
        schedule=Schedule(past, one.hours.calendar, now),
    )


def lacking_evidence(past: Past) -> Sequence[EvidenceProblem]:
    """List the evidence that a finished record lacks; of one in hand it may still come."""
    if past.finished_at is None or not any(step.evidence for step in past.course.process.steps.values()):
        return ()
    return missing_evidence_of(past.state, past.course.process)


def performed_after(record_id: UUID, one: Timed, number: int) -> list[Performed]:
    """List the steps with an owner that somebody known here did, told by events after one of some number."""
    steps = one.view.process.steps
    return [
        Performed(
            record_id=record_id,
            position=step.position,
            performer_id=step.performer_id,
            role=steps[step.name].role,
            at=step.occurred_at,
        )
        for step in one.state.steps
        if step.told_by > number
        and step.state is StepStatus.COMPLETED
        and step.performer_id is not None
        and step.name in steps
        and steps[step.name].role
    ]


def columns_of(standing: Standing) -> dict[str, Any]:
    """Give the figures of a record as they are kept."""
    fitness, counts, schedule = standing.fitness, standing.by_grade, standing.schedule
    return {
        "fitness": WHOLE if fitness is None else fitness.basis_points,
        "produced": 0 if fitness is None else fitness.produced,
        "consumed": 0 if fitness is None else fitness.consumed,
        "missing": 0 if fitness is None else fitness.missing,
        "remaining": 0 if fitness is None else fitness.remaining,
        "deviations": len(standing.deviations),
        "open": sum(one.settled_at is None for one in standing.deviations),
        "baseline": counts[ClauseLevel.BASELINE],
        "expected": counts[ClauseLevel.EXPECTED],
        "differentiated": counts[ClauseLevel.DIFFERENTIATED],
        "is_broken": counts[ClauseLevel.BASELINE] > 0,
        "planned_end": schedule.planned_end,
        "expected_end": schedule.expected_end,
        "share": schedule.share,
        "is_flagged": schedule.flagged,
        "head": standing.past.state.head,
    }


def deviation_columns(one: Deviation) -> dict[str, Any]:
    """Give a deviation as it is kept."""
    return {
        "kind": one.kind.value,
        "step_key": one.step_key,
        "step_position": one.step_position,
        "detail": one.detail,
        "clause_key": one.clause_key,
        "grade": one.grade.value,
        "since": one.since,
        "since_event": one.since_event,
        "settled_at": one.settled_at,
        "is_open": one.settled_at is None,
        "lacking": lacking_text(one.lacking),
    }


def lacking_text(keys: Sequence[str]) -> str:
    """Write the keys of steps, which need no escapes, as a JSON list."""
    return "[" + ",".join(f'"{key}"' for key in keys) + "]"
