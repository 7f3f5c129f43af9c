"""When a site is open: windows of the week in its wall time, and dates on which others hold.

An instant is business time if and only if the wall clock of the site's zone shows a time inside a window of the date it
shows. So where clocks go back an hour that is shown twice counts twice, and where they go forward an hour that is never
shown never counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.kernel.frozen import frozen

DAY: Final = timedelta(days=1)
MINUTES_A_DAY: Final = 1440
DAYS_A_WEEK: Final = 7
HORIZON_DAYS: Final = 3_660
"""How far ahead an opening is looked for: ten years."""
KEPT_DAYS: Final = 16_384
"""Days that are kept once they were worked out: an imported case that was never closed may go on for a dozen years."""

MARGIN: Final = 3
"""Dates at either end of those looked at of which a part may lie outside."""

Span = tuple[datetime, datetime]
"""A half-open stretch of time, in UTC."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of one day's wall time.

    Attributes:
        start: Minute of the day at which it opens, from 0.
        end: Minute of the day at which it closes, at most 1,440; later than ``start``.
    """

    start: int
    end: int


Windows = tuple[Window, ...]
"""The windows of one day, in order and apart; none where it is closed."""


@frozen
class Calendar:
    """When a site is open.

    Attributes:
        zone: IANA name of the site's time zone.
        week: Windows of the seven days, from Monday.
        dates: Dates on which others hold, in order: none on holidays, some on make-up working days.
    """

    zone: str
    week: tuple[Windows, ...]
    dates: tuple[tuple[date, Windows], ...] = ()


def windows_of(calendar: Calendar, day: date) -> Windows:
    """Give the windows of a date."""
    own = exceptions_of(calendar).get(day)
    return calendar.week[day.weekday()] if own is None else own


@lru_cache(maxsize=256)
def exceptions_of(calendar: Calendar) -> dict[date, Windows]:
    """Give the dates on which other windows hold, to be looked up."""
    return dict(calendar.dates)


def open_spans(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Span]:
    """List when a site is open between two instants, in order and apart.

    Args:
        calendar: The calendar.
        since: First instant, in UTC.
        until: Where to end, in UTC; nothing at or after it is given.
    """
    days = days_of(calendar)
    first, last = looked_at(calendar, since, until)
    for day in range(first, last + 1):
        for start, end in days.spans(day):
            if end > since and start < until:
                yield max(start, since), min(end, until)


def open_time(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """Count how long a site is open between two instants: the sum of :func:`open_spans`, however long that is.

    Args:
        calendar: The calendar.
        since: First instant, in UTC.
        until: Where to end, in UTC.
    """
    if until <= since:
        return timedelta()
    days = days_of(calendar)
    first, last = looked_at(calendar, since, until)
    # All of a date lies inside, unless it is one of the first or last that are looked at.
    inner = range(first + MARGIN, last - MARGIN + 1)
    outer = (*range(first, min(first + MARGIN, last + 1)), *range(max(inner.start, last - MARGIN + 1), last + 1))
    spans = (span for day in outer for span in days.spans(day))
    clipped = (min(end, until) - max(start, since) for start, end in spans if end > since and start < until)
    return sum(clipped, days.total(inner) if inner else timedelta())


def looked_at(calendar: Calendar, since: datetime, until: datetime) -> tuple[int, int]:
    """Give the first and last date, as ordinals, whose windows may lie between two instants."""
    zone = ZoneInfo(calendar.zone)
    # A zone whose offset jumps by a day skips a date: one day more on each side is looked at.
    return since.astimezone(zone).toordinal() - 1, until.astimezone(zone).toordinal() + 1


class Days:
    """What was worked out of one calendar, by ordinals of dates: it is looked up once, and not once a day.

    Args:
        calendar: The calendar.
    """

    def __init__(self, calendar: Calendar) -> None:
        """Begin with nothing."""
        self._calendar = calendar
        self._spans: dict[int, tuple[Span, ...]] = {}
        self._begin = 0
        self._sums: list[timedelta] = []

    def spans(self, day: int) -> tuple[Span, ...]:
        """Give the spans of a date."""
        found = self._spans.get(day)
        if found is None:
            if len(self._spans) >= KEPT_DAYS:
                self._spans.clear()
            found = self._spans[day] = spans_of(self._calendar, date.fromordinal(day))
        return found

    def total(self, days: range) -> timedelta:
        """Count how long the site is open on dates that follow one another; no date is counted up twice."""
        if not self._sums or days.start < self._begin or days.stop - self._begin > KEPT_DAYS:
            self._begin, self._sums = days.start, [timedelta()]
        while self._begin + len(self._sums) - 1 < days.stop:
            spans = self.spans(self._begin + len(self._sums) - 1)
            self._sums.append(sum((end - start for start, end in spans), self._sums[-1]))
        return self._sums[days.stop - self._begin] - self._sums[days.start - self._begin]


@lru_cache(maxsize=256)
def days_of(calendar: Calendar) -> Days:
    """Give what was worked out of a calendar."""
    return Days(calendar)


def spans_of(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """Give the stretches of time in which the wall clock shows a time inside the windows of a date."""
    windows = windows_of(calendar, day)
    if not windows:
        return ()
    found: list[Span] = []
    for start, end, offset in even_stretches(calendar.zone, day):
        for window in windows:
            opens, closes = (at_minute(day, minute) - offset for minute in (window.start, window.end))
            if max(opens, start) < min(closes, end):
                found.append((max(opens, start), min(closes, end)))
    return joined(sorted(found))


@lru_cache(maxsize=KEPT_DAYS)
def even_stretches(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Cut the time around a date into stretches in which the zone's offset from UTC stays the same."""
    info = ZoneInfo(zone)
    start, end = at_minute(day, 0) - DAY, at_minute(day, 0) + 2 * DAY
    stretches: list[tuple[datetime, datetime, timedelta]] = []
    while start < end:
        until = next_change(info, start, end)
        stretches.append((start, until, offset_at(info, start)))
        start = until
    return tuple(stretches)


def next_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Find the first second after ``start`` with another offset, or ``end``; changes lie an hour apart or more."""
    offset, before = offset_at(zone, start), start
    while before < end:
        after = min(before + timedelta(hours=1), end)
        if offset_at(zone, after) != offset:
            return first_differing(zone, before, after)
        before = after
    return end


def first_differing(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Halve the stretch at whose end the offset differs from that at its beginning, down to the second."""
    offset = offset_at(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if offset_at(zone, middle) == offset else (before, middle)
    return after


def offset_at(zone: ZoneInfo, instant: datetime) -> timedelta:
    """Give the zone's offset from UTC at an instant."""
    return instant.astimezone(zone).utcoffset() or timedelta()


def at_minute(day: date, minute: int) -> datetime:
    """Give the instant at which a clock that shows UTC shows a minute of a date."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join stretches that touch or overlap; they come in order."""
    found: list[Span] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
