"""Keeps its contract."""

from touchstone_sdk import hookimpl

from .rule import rule_of, score_all


@hookimpl
def touchstone_descriptors():
    return [rule_of(score_all)]
