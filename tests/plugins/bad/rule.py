"""A rule that keeps its contract, for bad plugins to spoil; it is copied into each of them."""

from touchstone_sdk import Coded, Dimension, RecordScored, Score, ScoringRule

DIMENSION = Dimension(
    key="fine", name="Fine", description="Always full.", reasons=(Coded(code="fine", description="It is fine."),)
)


def scored(record, basis_points=10_000, reason="fine", dimension="fine"):
    score = Score(dimension=dimension, basis_points=basis_points, reason=reason, message="It is fine.")
    return RecordScored(record_id=record.id, scores=(score,))


def score_all(batch):
    return [scored(record) for record in batch.records]


def rule_of(score, key="fine"):
    return ScoringRule(
        key=key, version="1.0", name="Fine", description="Scores.", dimensions=(DIMENSION,), score=score
    )
