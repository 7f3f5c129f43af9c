"""What an examination of a log can find, by name."""

from enum import StrEnum
from uuid import UUID

from core.kernel.frozen import frozen


class FindingKind(StrEnum):
    """What is wrong."""

    ALTERED = "altered"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    LEAF_MISSING = "leaf_missing"
    NODE_ALTERED = "node_altered"
    HEAD_ALTERED = "head_altered"
    HEAD_MISSING = "head_missing"
    KEY_ALTERED = "key_altered"
    KEY_UNKNOWN = "key_unknown"
    REWRITTEN = "rewritten"
    ROLLED_BACK = "rolled_back"
    CHAIN_BROKEN = "chain_broken"
    CUT_OFF = "cut_off"
    UNEXPLAINED = "unexplained"


@frozen
class Finding:
    """Something that is not as it was sealed.

    Attributes:
        kind: What is wrong.
        what: With what: ``event``, ``audit``, ``leaf``, ``node``, ``head``, ``key``, ``record`` or ``log``.
        says: One sentence.
        id: The row, where it is one.
        number: Its place in the log, its size or its number, where it has one.
    """

    kind: FindingKind
    what: str
    says: str
    id: UUID | None = None
    number: int | None = None


@frozen(kw_only=True)
class Examined:
    """What an examination came to.

    Attributes:
        leaves: How many leaves were looked at.
        heads: How many heads.
        unsealed: How many events and audit entries that are not sealed yet.
        findings: What is wrong, as it was met; at most :data:`~core.records.sealing.policy.examining.MOST_FINDINGS`.
        found: How many findings there were in all.
    """

    leaves: int
    heads: int
    unsealed: int
    findings: list[Finding]
    found: int
