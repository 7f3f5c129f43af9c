"""The formulas of the conformance rule once more: slow, obvious, and written from its documentation alone."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import ceil, floor

from touchstone_sdk import ProcessStep, RecordView


def whole_seconds(record: RecordView, end: datetime | None) -> int | None:
    """A started second counts as one."""
    if end is None:
        return None
    delta = end - record.opened_at
    microseconds = (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
    return ceil(Fraction(microseconds, 1_000_000))


def limit_share(limit: int | None, seconds: int | None) -> Fraction | None:
    if limit is None or seconds is None:
        return None
    if seconds <= limit:
        return Fraction(10_000)
    return Fraction(floor(Fraction(10_000 * limit, seconds)))


def time_limits(record: RecordView, resolution: int | None, response: int | None) -> int | None:
    """`accepted` is the first response."""
    responses = [step.occurred_at for step in record.steps if step.key == "accepted"]
    shares = [
        limit_share(response, whole_seconds(record, min(responses) if responses else None)),
        limit_share(resolution, whole_seconds(record, record.resolved_at)),
    ]
    judged = [share for share in shares if share is not None]
    return floor(sum(judged) / len(judged)) if judged else None


def step_conformance(record: RecordView, steps: Sequence[ProcessStep], weights: Sequence[int]) -> int | None:
    """`weights` are those of required, order and outside."""
    parts = [required(record, steps), order(record, steps), outside(record, steps)]
    judged = [(weight, part) for weight, part in zip(weights, parts, strict=True) if part is not None]
    if not judged:
        return None
    total = sum((weight * part for weight, part in judged), Fraction(0))
    return floor(10_000 * total / sum(weight for weight, _ in judged))


def required(record: RecordView, steps: Sequence[ProcessStep]) -> Fraction | None:
    occurred = {step.key for step in record.steps}
    due = [step for step in steps if step.required]
    if record.resolved_at is None and record.closed_at is None:
        reached = [step.position for step in steps if step.key in occurred]
        furthest = max(reached) if reached else 0
        due = [step for step in due if step.key in occurred or step.position < furthest]
    return Fraction(len([step for step in due if step.key in occurred]), len(due)) if due else None


def order(record: RecordView, steps: Sequence[ProcessStep]) -> Fraction | None:
    good = pairs = 0
    for one in steps:
        for other in steps:
            firsts = [
                min((s.occurred_at for s in record.steps if s.key == step.key), default=None) for step in (one, other)
            ]
            if one.position < other.position and firsts[0] is not None and firsts[1] is not None:
                pairs += 1
                good += firsts[0] <= firsts[1]
    return Fraction(good, pairs) if pairs else None


def outside(record: RecordView, steps: Sequence[ProcessStep]) -> Fraction | None:
    allowed = 0
    for place, occurrence in enumerate(record.steps):
        again = any(before.key == occurrence.key for before in record.steps[:place])
        foreseen = [step for step in steps if step.key == occurrence.key]
        allowed += bool(foreseen) and (foreseen[0].repeatable or not again)
    return Fraction(allowed, len(record.steps)) if record.steps else None
