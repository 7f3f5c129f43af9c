"""Where a waiver is in its life, and what can happen to it; stored as text with a CHECK."""

from enum import StrEnum


class WaiverStatus(StrEnum):
    """Where a waiver is; whether it holds at an instant is said by its span alone."""

    ASKED = "asked"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class WaiverEventKind(StrEnum):
    """What happened to a waiver; each at most once in a round, and every renewal is a round."""

    ASKED = "asked"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class WaiverVerdict(StrEnum):
    """How a waiver is decided."""

    GRANTED = "granted"
    REJECTED = "rejected"
