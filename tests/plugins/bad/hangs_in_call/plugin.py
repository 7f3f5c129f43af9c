"""Never answers a call, until the test opens the gate."""

from touchstone_sdk import hookimpl

from .gate import GATE
from .rule import rule_of, score_all


def score(batch):
    GATE.wait()
    return score_all(batch)


@hookimpl
def touchstone_descriptors():
    return [rule_of(score)]
