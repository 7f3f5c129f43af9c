"""Clocks over public holidays, against counting minute by minute with the lists of holidays read here once more."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.calendars.holidays import HolidaysOf
from core.records.calendars.policy import Calendar, Window, Windows
from core.records.calendars.set_calendar import SetCalendar, all_dates
from core.records.calendars.written import SpecialDate
from core.records.clocks.policy import Terms, instant_used, used
from tests.core.records.calendars.test_open_spans import MINUTE, OFFICE, windows

PLACES = (
    ("DE", "BY", "Europe/Berlin"),
    ("GB", "SCT", "Europe/London"),
    ("US", "NY", "America/New_York"),
    ("AU", "NSW", "Australia/Sydney"),
    ("CL", "", "America/Santiago"),
    ("IN", "", "Asia/Kolkata"),
)
"""Whose holidays, and a zone there; in four of them Easter or another holiday lies beside a change of clocks."""
YEARS = (2024, 2025, 2026)
DAYS = 5


@cache
def kept(country: str, subdivision: str) -> dict[date, str]:
    known: Any = holidays.country_holidays(country, subdiv=subdivision or None, years=YEARS)
    return dict(known)


@st.composite
def sites(draw: st.DrawFn) -> tuple[Calendar, tuple[str, str], tuple[Windows, ...], dict[date, Windows], datetime]:
    """Make a calendar with the holidays of its place and dates of its own, and an instant close to a holiday."""
    country, subdivision, zone = draw(st.sampled_from(PLACES))
    day = draw(st.sampled_from(sorted(kept(country, subdivision))))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + MINUTE * draw(st.integers(-2880, 1440))
    week = tuple(draw(st.just(usual) | windows()) for usual in OFFICE)
    near = [start.date() + timedelta(days=days) for days in range(-1, DAYS)]
    own = draw(st.dictionaries(st.sampled_from(near), windows(), max_size=2))
    said = SetCalendar(
        key="site",
        name="Site",
        week=week,
        dates=[SpecialDate(one, hours) for one, hours in own.items()],
        holidays=[HolidaysOf(country=country, subdivision=subdivision, years=YEARS)],
    )
    dates = tuple((one.day, one.windows) for one in all_dates(said, week))
    return Calendar(zone=zone, week=week, dates=dates), (country, subdivision), week, own, start


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites(), st.integers(0, 1_500))
def test_a_clock_stands_still_on_public_holidays(
    made: tuple[Calendar, tuple[str, str], tuple[Windows, ...], dict[date, Windows], datetime], limit: int
) -> None:
    calendar, place, week, own, start = made
    zone, listed = ZoneInfo(calendar.zone), kept(*place)
    counted, due = 0, start if limit == 0 else None
    for number in range(DAYS * 1440):
        shown = (start + MINUTE * number).astimezone(zone)
        today = shown.date()
        hours = own[today] if today in own else () if today in listed else week[today.weekday()]
        minute = shown.hour * 60 + shown.minute
        counted += any(one.start <= minute < one.end for one in hours)
        if due is None and counted == limit:
            due = start + MINUTE * (number + 1)
    terms = Terms(started_at=start, limit_seconds=60 * limit, calendar=calendar)
    end = start + MINUTE * (DAYS * 1440)
    assert used(terms, end) == MINUTE * counted
    found = instant_used(terms, 60 * limit)
    assert found == due if due is not None else found is None or found > end


def test_in_china_an_office_works_on_the_days_on_which_the_country_does() -> None:
    """Two lists made by different hands agree on every day of four years, days that make up for others included."""
    years = (2023, 2024, 2025, 2026)
    said = SetCalendar(key="x", name="x", week=OFFICE, holidays=[HolidaysOf(country="CN", years=years)])
    dates = {one.day: one.windows for one in all_dates(said, OFFICE)}
    country: Any = holidays.country_holidays("CN", years=years)
    day, made_up = date(2023, 1, 1), 0
    while day.year <= years[-1]:
        hours = dates.get(day, OFFICE[day.weekday()])
        assert bool(hours) == country.is_working_day(day), day
        made_up += day.weekday() >= 5 and hours == (Window(540, 720), Window(780, 1080))
        day += timedelta(days=1)
    assert made_up > 20, "days that make up for holidays are worked as others are"
