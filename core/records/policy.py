"""The rules of a service record, without I/O: what its steps say about its milestones, status and durations."""

import math
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RecordStatus(StrEnum):
    """Where a record stands; a closed record was resolved before."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class StepLike(Protocol):
    """What the rules need to know of a step."""

    @property
    def key(self) -> str:
        """Key of the step."""
        ...

    @property
    def status(self) -> str | None:
        """What became of it."""
        ...


def first_step(steps: Sequence[StepLike], key: str, status: str | None = None, *, start: int = 0) -> int | None:
    """Find the first step with a key, and a status where one is given.

    Args:
        steps: In the order in which they happened.
        key: Key that is looked for.
        status: Status that is looked for; any where ``None``.
        start: Place to begin at.

    Returns:
        Its place in the sequence, or ``None``.
    """
    for place in range(start, len(steps)):
        if steps[place].key == key and (status is None or steps[place].status == status):
            return place
    return None


def elapsed_seconds(begin: datetime, end: datetime | None) -> int | None:
    """Count the seconds between two instants, begun seconds as whole ones.

    Rounding up keeps limits exact: a duration is within a limit of whole seconds if and only if its count is.
    """
    return None if end is None else math.ceil((end - begin).total_seconds())


def status_of(resolved_at: datetime | None, closed_at: datetime | None) -> RecordStatus:
    """Tell the status from the milestones."""
    if closed_at is not None:
        return RecordStatus.CLOSED
    return RecordStatus.OPEN if resolved_at is None else RecordStatus.RESOLVED
