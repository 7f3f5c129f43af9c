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


class MergeStatus(StrEnum):
    """Where an outcome is: it needed nobody, waits for its owner, was decided, or something else came before that."""

    FOLLOWED = "followed"
    OPEN = "open"
    RESOLVED = "resolved"
    OVERTAKEN = "overtaken"


class Resolution(StrEnum):
    """What an owner decided."""

    ACCEPT_PROPOSAL = "accept_proposal"
    ADJUST = "adjust"
    DROP = "drop"
    KEEP_SUSPENDED = "keep_suspended"
    ASK_WAIVER = "ask_waiver"
