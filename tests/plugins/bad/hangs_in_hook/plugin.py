"""Never answers the hook, until the test opens the gate."""

from touchstone_sdk import hookimpl

from .gate import GATE
from .rule import rule_of, score_all


@hookimpl
def touchstone_descriptors():
    GATE.wait()
    return [rule_of(score_all)]
