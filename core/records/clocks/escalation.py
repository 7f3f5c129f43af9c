"""Up which lines a clock that ran out is taken, and when: a pure function of its limit and of the lines there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from core.records.clocks.policy import ClockStatus, Terms, instant_used, used, whole_seconds

LINES: Final = "support.lines"
"""Address of the choices that name the lines of support, from the first to the last."""
LAST: Final = "manager"
"""Role that every escalation ends with."""


def ladder(lines: object, holder: str | None) -> tuple[str, ...]:
    """List whom a late clock is taken to, one after the other: the lines behind its holder's, and the manager.

    Args:
        lines: What the standard names as lines of support, if it does.
        holder: The line or role that has the record.
    """
    named = [one for one in cast("Sequence[object]", lines) if isinstance(one, str)] if isinstance(lines, list) else []
    behind = named[named.index(holder) + 1 :] if holder in named else named[1:]
    return (*behind, LAST)


def rung_at(terms: Terms, rung: int) -> datetime | None:
    """Tell when a clock is taken to a rung of its ladder: when its limit is used up, and after each half of it more."""
    return instant_used(terms, terms.limit_seconds + terms.limit_seconds * rung // 2)


def rungs_reached(terms: Terms, status: ClockStatus, rungs: int, now: datetime) -> int:
    """Count the rungs that a clock has reached; one that was stopped or waits has reached none anew."""
    if status is not ClockStatus.BREACHED:
        return 0
    counted = whole_seconds(used(terms, now))
    beyond = counted - terms.limit_seconds
    half = max(1, terms.limit_seconds // 2)
    return max(0, min(rungs, 1 + beyond // half))
