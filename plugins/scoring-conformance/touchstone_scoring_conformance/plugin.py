"""The plugin: one rule, `conformance`, with the dimensions `time_limits` and `step_conformance`."""

from typing import Final

from touchstone_sdk import (
    Coded,
    Descriptor,
    RecordNotScored,
    RecordResult,
    RecordScored,
    RecordView,
    ScoringBatch,
    ScoringRule,
    hookimpl,
)

from touchstone_scoring_conformance import step_conformance, time_limits
from touchstone_scoring_conformance.settings import (
    FIRST_RESPONSE,
    RESOLUTION,
    Measure,
    ParameterIsInvalid,
    read_measure,
)


def score(batch: ScoringBatch) -> list[RecordResult]:
    """Score every record of a batch, each by itself."""
    try:
        measure = read_measure(batch)
    except ParameterIsInvalid as invalid:
        message = f"{invalid} is not a whole number of seconds."
        return [_not_scored(record, "parameter_invalid", message) for record in batch.records]
    return [_score_one(record, measure) for record in batch.records]


def _score_one(record: RecordView, measure: Measure) -> RecordResult:
    try:
        limits = time_limits.score_time_limits(record, measure)
    except time_limits.TimesOutOfOrder:
        return _not_scored(record, "times_out_of_order", "The record ends or is answered before it begins.")
    return RecordScored(record_id=record.id, scores=(limits, step_conformance.score_step_conformance(record, measure)))


def _not_scored(record: RecordView, code: str, message: str) -> RecordNotScored:
    return RecordNotScored(record_id=record.id, code=code, message=message[:120])


CONFORMANCE: Final = ScoringRule(
    key="conformance",
    version="1.0",
    name="Conformance to the standard",
    description="Compares a record with the time limits and the process of the standard that held for it.",
    dimensions=(time_limits.DIMENSION, step_conformance.DIMENSION),
    parameters=(RESOLUTION, FIRST_RESPONSE),
    errors=(
        Coded(code="parameter_invalid", description="A limit of the standard is not a whole number of seconds."),
        Coded(code="times_out_of_order", description="The record was resolved or answered before it was opened."),
    ),
    score=score,
)


@hookimpl
def touchstone_descriptors() -> list[Descriptor]:
    """Return the one rule."""
    return [CONFORMANCE]
