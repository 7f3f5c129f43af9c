"""The closed lists of words of upgrades."""

from enum import StrEnum


class MergeOutcome(StrEnum):
    """What became of an adaptation in a new version: the first two follow by themselves, all others wait."""

    CLEAN = "clean"
    MERGED = "merged"
    OUT_OF_BOUNDS = "out_of_bounds"
    ORPHANED = "orphaned"
    LOCKED = "locked"
    TYPE_CHANGED = "type_changed"


FOLLOWING = frozenset({MergeOutcome.CLEAN, MergeOutcome.MERGED})
"""Outcomes that need nobody."""


class ProposalKind(StrEnum):
    """What is proposed for an adaptation."""

    KEEP = "keep"
    MOVE = "move"
    NEAREST = "nearest"
    DROP = "drop"
    ASK_WAIVER = "ask_waiver"
