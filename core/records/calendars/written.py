"""How calendars are written down, and read back as what clocks go by."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import msgspec

from core.kernel.canonical import canonical_text
from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.records.calendars.policy import DAYS_A_WEEK, MINUTES_A_DAY, Calendar, Window, Windows

MOST_WINDOWS: Final = 6
MOST_DATES: Final = 2_000
LONGEST_NOTE: Final = 100


@frozen
class SpecialDate:
    """A date on which other windows hold than on its day of the week.

    Attributes:
        day: The date.
        windows: What holds; nothing where it is closed.
        note: Why, such as the holiday's name.
    """

    day: date
    windows: Windows
    note: str = ""


def checked_windows(field: str, windows: Sequence[Window]) -> Windows:
    """Give the windows of a day in order.

    Raises:
        InvalidInput: One ends before it begins, two overlap, or there are too many.
    """
    ordered = tuple(sorted(windows))
    if len(ordered) > MOST_WINDOWS:
        raise InvalidInput(field=field, problem=f"at most {MOST_WINDOWS} windows a day are possible")
    if any(not 0 <= one.start < one.end <= MINUTES_A_DAY for one in ordered):
        raise InvalidInput(field=field, problem="a window opens before it closes, from 00:00 to 24:00")
    if any(one.end > other.start for one, other in pairwise(ordered)):
        raise InvalidInput(field=field, problem="windows of a day lie apart")
    return ordered


def checked_dates(dates: Sequence[SpecialDate]) -> tuple[SpecialDate, ...]:
    """Give special dates in order, each once.

    Raises:
        InvalidInput: A date is there twice, or there are too many; a note is too long.
    """
    ordered = tuple(sorted(dates, key=lambda one: one.day))
    if len(ordered) > MOST_DATES:
        raise InvalidInput(field="dates", problem=f"at most {MOST_DATES} dates are possible")
    if len({one.day for one in ordered}) < len(ordered):
        raise InvalidInput(field="dates", problem="name each date once")
    if any(len(one.note) > LONGEST_NOTE or not (one.note or "-").isprintable() for one in ordered):
        raise InvalidInput(field="dates.note", problem=f"at most {LONGEST_NOTE} printable characters are possible")
    return tuple(SpecialDate(one.day, checked_windows("dates.windows", one.windows), one.note) for one in ordered)


def write_week(week: Sequence[Windows]) -> str:
    """Write the windows of seven days down."""
    return canonical_text({"days": [plain(windows) for windows in week]})


def write_dates(dates: Sequence[SpecialDate]) -> str:
    """Write special dates down."""
    return canonical_text({"dates": [[one.day.isoformat(), plain(one.windows), one.note] for one in dates]})


def plain(windows: Windows) -> list[list[int]]:
    """Give windows as pairs of minutes."""
    return [[one.start, one.end] for one in windows]


def read_week(text: str) -> tuple[Windows, ...]:
    """Read the windows of seven days."""
    found: dict[str, Any] = msgspec.json.decode(text)
    return tuple(map(windows_from, found["days"]))


def read_dates(text: str) -> tuple[SpecialDate, ...]:
    """Read special dates."""
    found: dict[str, Any] = msgspec.json.decode(text)
    return tuple(SpecialDate(date.fromisoformat(day), windows_from(pairs), note) for day, pairs, note in found["dates"])


def windows_from(pairs: Sequence[Sequence[int]]) -> Windows:
    """Read windows from pairs of minutes."""
    return tuple(Window(start, end) for start, end in pairs)


@lru_cache(maxsize=256)
def read_calendar(zone: str, week: str, dates: str) -> Calendar:
    """Read a calendar as it was written down; the latest few are kept, because thousands of clocks share one.

    Args:
        zone: IANA name of the zone whose wall time counts.
        week: What :func:`write_week` wrote.
        dates: What :func:`write_dates` wrote.
    """
    special = tuple((one.day, one.windows) for one in read_dates(dates))
    days = read_week(week)
    if len(days) != DAYS_A_WEEK:
        msg = f"A calendar has {DAYS_A_WEEK} days, not {len(days)}."
        raise ValueError(msg)
    return Calendar(zone=zone, week=days, dates=special)
