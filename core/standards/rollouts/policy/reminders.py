"""When a unit is reminded of an acknowledgement: some days before the deadline, and every week after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

AGAIN: Final = timedelta(days=7)


def next_reminder(deadline: datetime | None, days: Sequence[int], now: datetime) -> datetime | None:
    """Tell when the next reminder is due; none where there is no deadline."""
    if deadline is None:
        return None
    before = [deadline - timedelta(days=day) for day in days]
    coming = [one for one in before if one > now]
    if coming:
        return min(coming)
    weeks = 1 if now < deadline else (now - deadline) // AGAIN + 1
    return deadline + weeks * AGAIN
