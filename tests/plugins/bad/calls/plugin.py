"""Many rules; all but one break the contract of a call, each in its own way."""

import sys
from pathlib import Path

from touchstone_sdk import RecordNotScored, RecordScored, Score, hookimpl

from .rule import rule_of, score_all, scored


class Impostor(RecordScored):
    """A subclass that says more than the contract knows."""

    secret: str = "4711"


def raises(batch):
    raise ValueError(f"secret of {batch.records}")


def exits(batch):
    sys.exit(5)


def too_few(batch):
    return score_all(batch)[1:]


def too_many(batch):
    return [*score_all(batch), *score_all(batch)[:1]]


def other_order(batch):
    return score_all(batch)[::-1]


def other_ids(batch):
    first = batch.records[0]
    return [scored(first) for _ in batch.records]


def nothing(batch):
    return None


def lazily(batch):
    return (scored(record) for record in batch.records)


async def later(batch):
    return score_all(batch)


def plain_data(batch):
    return [result.model_dump() for result in score_all(batch)]


def forged(batch):
    lie = Score.model_construct(dimension="fine", basis_points=99_999, reason="fine", message="m", measured={})
    return [RecordScored.model_construct(record_id=record.id, scores=(lie,)) for record in batch.records]


def impostors(batch):
    return [Impostor(record_id=result.record_id, scores=result.scores) for result in score_all(batch)]


def other_dimension(batch):
    return [scored(record, dimension="other") for record in batch.records]


def no_dimension(batch):
    return [RecordScored(record_id=record.id, scores=()) for record in batch.records]


def undeclared_reason(batch):
    return [scored(record, reason="whim") for record in batch.records]


def undeclared_error(batch):
    return [RecordNotScored(record_id=record.id, code="whim", message="m") for record in batch.records]


def reads(batch):
    Path(__file__).read_text(encoding="utf-8")
    return score_all(batch)


def swallows(batch):
    try:
        Path(__file__).read_text(encoding="utf-8")
    except OSError:
        pass
    return score_all(batch)


def by_place(batch):
    return [scored(record, basis_points=min(place, 9_999)) for place, record in enumerate(batch.records)]


def by_size(batch):
    return [scored(record, basis_points=min(len(batch.records), 9_999)) for record in batch.records]


def by_hash(batch):
    return [scored(record, basis_points=hash(str(record.id)) % 10_001) for record in batch.records]


def never(batch):
    return [scored(record, basis_points=None) for record in batch.records]


def slowly(batch):
    for record in batch.records:
        sum(range(10_000))
    return score_all(batch)


RULES = (
    raises, exits, too_few, too_many, other_order, other_ids, nothing, lazily, later, plain_data, forged, impostors,
    other_dimension, no_dimension, undeclared_reason, undeclared_error, reads, swallows, by_place, by_size, by_hash,
    never, slowly,
)


@hookimpl
def touchstone_descriptors():
    return [rule_of(score_all), *(rule_of(function, function.__name__) for function in RULES)]
