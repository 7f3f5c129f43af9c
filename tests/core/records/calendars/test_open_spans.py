"""When a site is open, against the wall clock looked at minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.calendars.policy import Calendar, Window, Windows, open_spans, open_time

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
)
OFFICE = tuple((Window(540, 720), Window(780, 1080)) if day < 5 else () for day in range(7))


def is_open(calendar: Calendar, instant: datetime) -> bool:
    """Look at the wall clock: the oracle."""
    shown = instant.astimezone(ZoneInfo(calendar.zone))
    exceptions = dict(calendar.dates)
    windows = exceptions.get(shown.date(), calendar.week[shown.weekday()])
    minute = shown.hour * 60 + shown.minute
    return any(window.start <= minute < window.end for window in windows)


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    marks = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Window(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Make a calendar, and an instant close to a change of clocks somewhere."""
    start = draw(st.sampled_from(CHANGES)) + MINUTE * draw(st.integers(-2880, 1440))
    near = [start.date() + timedelta(days=days) for days in range(-2, 4)]
    dates = draw(st.dictionaries(st.sampled_from(near), windows(), max_size=3))
    week = tuple(draw(windows()) for _ in range(7))
    zone = draw(st.sampled_from(ZONES))
    return Calendar(zone=zone, week=week, dates=tuple(sorted(dates.items()))), start


@settings(max_examples=60)
@given(calendars(), st.integers(1, 4000))
def test_a_site_is_open_when_its_wall_clock_says_so(made: tuple[Calendar, datetime], minutes: int) -> None:
    calendar, start = made
    spans = list(open_spans(calendar, start, start + MINUTE * minutes))
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    found = {start + MINUTE * number for number in range(minutes)}
    within = {instant for instant in found if any(opens <= instant < closes for opens, closes in spans)}
    assert within == {instant for instant in found if is_open(calendar, instant)}


def hours(calendar: Calendar, day: date) -> float:
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)
    return sum((closes - opens for opens, closes in open_spans(calendar, start, end)), timedelta()) / timedelta(hours=1)


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 3, 29), 5), (date(2026, 10, 25), 7), (date(2026, 7, 5), 6)])
def test_a_night_shift_is_an_hour_shorter_or_longer_when_clocks_change(day: date, expected: float) -> None:
    nights = Calendar(zone="Europe/Berlin", week=((Window(0, 360),),) * 7)
    assert hours(nights, day) == expected


def test_a_make_up_working_day_is_worked_and_a_holiday_is_not() -> None:
    golden_week = tuple((date(2026, 10, day), ()) for day in range(1, 8))
    calendar = Calendar(zone="Asia/Shanghai", week=OFFICE, dates=(*golden_week, (date(2026, 10, 10), OFFICE[0])))
    assert hours(calendar, date(2026, 10, 10)) == 8
    assert hours(calendar, date(2026, 10, 2)) == 0
    assert hours(calendar, date(2026, 10, 8)) == 8


def test_a_closed_calendar_never_opens() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert not list(open_spans(Calendar(zone="UTC", week=((),) * 7), start, start + timedelta(days=400)))


@settings(max_examples=30)
@given(calendars(), st.lists(st.tuples(st.integers(-900_000, 900_000), st.integers(-5_000, 900_000)), max_size=4))
def test_the_time_a_site_is_open_is_the_sum_of_when_it_is(
    made: tuple[Calendar, datetime], asked: list[tuple[int, int]]
) -> None:
    calendar, around = made
    for begin, minutes in asked:  # Forth and back through the same calendar, years apart or hours.
        since = around + MINUTE * begin
        until = since + MINUTE * minutes
        spans = open_spans(calendar, since, until) if until > since else ()
        assert open_time(calendar, since, until) == sum((end - start for start, end in spans), timedelta())
