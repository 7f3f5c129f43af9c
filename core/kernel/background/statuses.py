"""Where a work item, a job and an approval can stand, and how a person may end one; stored as their text."""

from enum import StrEnum


class WorkItemStatus(StrEnum):
    """Where a work item stands."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    DISMISSED = "dismissed"


class WorkItemEnding(StrEnum):
    """How a person closes a work item."""

    DONE = "done"
    DISMISSED = "dismissed"


class JobStatus(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ApprovalStatus(StrEnum):
    """Where an approval stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """How an approval is decided."""

    APPROVED = "approved"
    REJECTED = "rejected"
