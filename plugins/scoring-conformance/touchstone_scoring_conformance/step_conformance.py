"""The dimension `step_conformance`: were the steps those of the process?

Three parts, each a fraction:

* *required*: of the required steps that are due, how many occurred. In a finished record (resolved or closed) every
  required step is due; in an open one only those that occurred or are placed before the furthest step reached.
* *order*: of the pairs of process steps that occurred and have different positions, how many first occurred in the
  order of their positions. Steps of one position, and steps that first occurred at the same instant, may come in
  any order.
* *outside*: of all occurrences of steps, how many the process allows: the step belongs to the process, and it is
  repeatable or this is its first occurrence.

A part without anything to judge (denominator zero) is left out. The score is
`floor(10,000 x sum(weight x part) / sum(weight))` over the parts judged, computed exactly; it is 10,000 only if
every part is whole. If no part can be judged there is no score.

How often a record went back to an earlier position is measured (`returns`), and does not count: whether a step may
be repeated is for the standard to say.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from math import prod
from operator import attrgetter
from typing import Final, NamedTuple

from touchstone_sdk import FULL_SCORE, Coded, Dimension, JsonValue, ProcessStep, ProcessView, RecordView, Score

from touchstone_scoring_conformance.settings import Measure

DIMENSION: Final = Dimension(
    key="step_conformance",
    name="Step conformance",
    description=(
        "Whether the required steps occurred, in the order of the process, and no others: the weighted mean of the "
        "share of required steps, of pairs of steps in order, and of occurrences that the process allows."
    ),
    reasons=(
        Coded(code="conforms", description="All required steps, in order, and none outside the process."),
        Coded(code="conforms_so_far", description="The record is open and has conformed to the process so far."),
        Coded(code="required_missing", description="A required step did not occur."),
        Coded(code="out_of_order", description="Steps first occurred against the order of the process."),
        Coded(code="outside_process", description="A step is not of the process, or occurred again against it."),
        Coded(code="nothing_to_judge", description="The open record has no step yet."),
        Coded(code="no_process", description="The standard has no such process clause."),
        Coded(code="process_ambiguous", description="The standard has several process clauses; configure which one."),
    ),
)

_SHOWN: Final = 200


class _Part(NamedTuple):
    """A fraction and its weight; nothing to judge if `whole` is zero."""

    weight: int
    share: int
    whole: int


def score_step_conformance(record: RecordView, measure: Measure) -> Score:
    """Score a record."""
    if measure.process is None:
        reason = "process_ambiguous" if measure.ambiguous else "no_process"
        return Score(
            dimension=DIMENSION.key, basis_points=None, reason=reason, message="There is no process to compare with."
        )
    return _against(record, measure.process, measure)


def _against(record: RecordView, process: ProcessView, measure: Measure) -> Score:
    foreseen = {step.key: step for step in process.steps}
    first = _first_occurrences(record, foreseen)
    due = _due(record, process, first)
    missing = [key for key in due if key not in first]
    in_order, pairs = _order(foreseen, first)
    outside = _outside(record, foreseen)
    parts = (
        _Part(measure.weights.required, len(due) - len(missing), len(due)),
        _Part(measure.weights.order, in_order, pairs),
        _Part(measure.weights.outside, len(record.steps) - len(outside), len(record.steps)),
    )
    value = _weighted(parts)
    return Score(
        dimension=DIMENSION.key,
        basis_points=value,
        reason=_reason(record, value, parts),
        message=f"{len(missing)} required steps missing, {pairs - in_order} out of order, {len(outside)} outside.",
        measured=_measured(parts, missing, outside, _returns(record, foreseen)),
    )


def _first_occurrences(record: RecordView, foreseen: Mapping[str, ProcessStep]) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for step in record.steps:
        if step.key in foreseen and (step.key not in first or step.occurred_at < first[step.key]):
            first[step.key] = step.occurred_at
    return first


def _due(record: RecordView, process: ProcessView, first: Mapping[str, datetime]) -> list[str]:
    required = [step for step in process.steps if step.required]
    if not record.is_open:
        return [step.key for step in required]
    reached = max((step.position for step in process.steps if step.key in first), default=0)
    return [step.key for step in required if step.position < reached or step.key in first]


def _order(foreseen: Mapping[str, ProcessStep], first: Mapping[str, datetime]) -> tuple[int, int]:
    """Count the pairs in order, and the pairs compared."""
    placed = sorted((foreseen[key].position, instant) for key, instant in first.items())
    pairs = [(before, after) for before, after in combinations(placed, 2) if before[0] < after[0]]
    return sum(before[1] <= after[1] for before, after in pairs), len(pairs)


def _outside(record: RecordView, foreseen: Mapping[str, ProcessStep]) -> list[str]:
    """List the key of every occurrence that the process does not allow."""
    seen: set[str] = set()
    outside: list[str] = []
    for step in record.steps:
        place = foreseen.get(step.key)
        if place is None or (step.key in seen and not place.repeatable):
            outside.append(step.key)
        seen.add(step.key)
    return outside


def _returns(record: RecordView, foreseen: Mapping[str, ProcessStep]) -> int:
    ordered = sorted(record.steps, key=attrgetter("occurred_at"))
    positions = [foreseen[step.key].position for step in ordered if step.key in foreseen]
    return sum(after < before for before, after in pairwise(positions))


def _weighted(parts: Sequence[_Part]) -> int | None:
    judged = [part for part in parts if part.whole]
    if not judged:
        return None
    denominator = prod(part.whole for part in judged)
    numerator = sum(part.weight * part.share * (denominator // part.whole) for part in judged)
    return FULL_SCORE * numerator // (denominator * sum(part.weight for part in judged))


def _reason(record: RecordView, value: int | None, parts: Sequence[_Part]) -> str:
    if value is None:
        return "nothing_to_judge"
    for part, reason in zip(parts, ("required_missing", "out_of_order", "outside_process"), strict=True):
        if part.share < part.whole:
            return reason
    return "conforms_so_far" if record.is_open else "conforms"


def _measured(
    parts: Sequence[_Part], missing: Sequence[str], outside: Sequence[str], returns: int
) -> dict[str, JsonValue]:
    required, order, allowed = parts
    return {
        "required_present": required.share,
        "required_due": required.whole,
        "missing_steps": ", ".join(missing)[:_SHOWN],
        "pairs_in_order": order.share,
        "pairs_compared": order.whole,
        "steps_allowed": allowed.share,
        "steps_total": allowed.whole,
        "outside_steps": ", ".join(sorted(set(outside)))[:_SHOWN],
        "returns": returns,
    }
