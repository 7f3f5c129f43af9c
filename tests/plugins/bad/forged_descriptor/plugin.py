"""Answers a descriptor that was never validated."""

from touchstone_sdk import ScoringRule, hookimpl

from .rule import DIMENSION


@hookimpl
def touchstone_descriptors():
    return [ScoringRule.model_construct(key="Not A Key", version="1.0", dimensions=(DIMENSION,), score=None)]
