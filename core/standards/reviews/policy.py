"""When a standard is looked at again: a pure sum of months."""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Final

USUAL_MONTHS: Final = 6
"""Months from one review to the next where the standard does not say."""

REMINDED_BEFORE: Final = timedelta(days=30)
"""How long before a review is due its owner is reminded."""

MONTHS_A_YEAR: Final = 12


def due_after(last: datetime, months: int) -> datetime:
    """Give the instant some months later; a day that the month has not is its last."""
    years, month = divmod(last.month - 1 + months, MONTHS_A_YEAR)
    year, month = last.year + years, month + 1
    return last.replace(year=year, month=month, day=min(last.day, monthrange(year, month)[1]))
