"""The closed lists of moves and upgrades as enumerations of the schema."""

from core.kernel.graphql.enums import enumeration
from core.standards.merging.vocabulary import MergeOutcome, MergeStatus, ProposalKind, Resolution
from core.standards.vocabulary import MoveKind

__all__ = ["MergeOutcome", "MergeStatus", "MoveKind", "ProposalKind", "Resolution"]

enumeration(
    MoveKind,
    name="ClauseMoveKind",
    description="How clauses of the version before became clauses of this one.",
    values={
        "RENAME": "One clause has another key, or parameters of it have.",
        "SPLIT": "One clause became several.",
        "MERGE": "Several clauses became one.",
    },
)
enumeration(
    MergeOutcome,
    name="MergeOutcomeKind",
    description="What became of an adaptation in a new version: the first two follow by themselves, all others wait.",
    values={
        "CLEAN": "Its place is as it was.",
        "MERGED": "Its place has moved, or changed in a way that it still fits.",
        "OUT_OF_BOUNDS": "It does not keep to a bound any more.",
        "ORPHANED": "Its place is gone, or is no longer one place.",
        "LOCKED": "The clause is core now, or what it does is not granted any more.",
        "TYPE_CHANGED": "The parameter has another type or unit now.",
    },
)
enumeration(
    ProposalKind,
    name="MergeProposalKind",
    description="What is proposed for an adaptation.",
    values={
        "KEEP": "Keep it as it is.",
        "MOVE": "Lay it where its place stands now.",
        "NEAREST": "Take the nearest value that fits.",
        "DROP": "End it; the value received from above holds.",
        "ASK_WAIVER": "Ask for a waiver, because a law or rule asks for it.",
    },
)
enumeration(
    MergeStatus,
    description="Where an outcome is.",
    values={
        "FOLLOWED": "It needed nobody.",
        "OPEN": "It waits for its owner.",
        "RESOLVED": "Its owner decided.",
        "OVERTAKEN": "Something else came before that: a later version, or another adaptation.",
    },
)
enumeration(
    Resolution,
    name="MergeAction",
    description="What an owner does about an outcome that waits.",
    values={
        "ACCEPT_PROPOSAL": "What is proposed.",
        "ADJUST": "Lay another value.",
        "DROP": "End the adaptation; the value received from above holds.",
        "ASK_WAIVER": "Ask the level that set what it does not keep to for a waiver; it waits until that is decided.",
        "KEEP_SUSPENDED": "Leave it suspended: it holds again by itself once it fits again.",
    },
)
