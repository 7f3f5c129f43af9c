"""Public holidays of a country as special dates, with the working days that make up for them in China."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib import import_module
from typing import Any, Final

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.records.calendars.policy import Windows
from core.records.calendars.written import SpecialDate

MOST_YEARS: Final = 5
CHINA: Final = "CN"
MADE_UP: Final = "Working day that makes up for a holiday"


@frozen(kw_only=True)
class HolidaysOf:
    """Whose public holidays to enter.

    Attributes:
        country: ISO 3166-1 alpha-2.
        subdivision: Part of the country as ISO 3166-2 has it, such as ``BY``; empty for what the whole country keeps.
        years: Which years, at most five.
    """

    country: str
    subdivision: str = ""
    years: tuple[int, ...]


def special_dates(wanted: HolidaysOf, week: Sequence[Windows]) -> Iterator[SpecialDate]:
    """List the public holidays as closed dates, and in China the working days at weekends that make up for them.

    Raises:
        InvalidInput: The country, its part or a year is not known; for China only years are known whose working days
            were announced, because a list of holidays without them would be wrong.
    """
    if not 0 < len(wanted.years) <= MOST_YEARS:
        raise InvalidInput(field="holidays.years", problem=f"name 1 to {MOST_YEARS} years")
    found = chinese_dates(wanted.years, week) if wanted.country == CHINA else country_dates(wanted)
    yield from found


def country_dates(wanted: HolidaysOf) -> Iterator[SpecialDate]:
    """List the public holidays of a country other than China."""
    holidays: Any = import_module("holidays")  # takes a while to load, and few processes ever need it
    try:
        known = holidays.country_holidays(wanted.country, subdiv=wanted.subdivision or None, years=wanted.years)
    except NotImplementedError as unknown:
        problem = "the public holidays of this country or part of it are not known; enter them as dates"
        raise InvalidInput(field="holidays.country", problem=problem) from unknown
    for day, name in sorted(known.items()):
        yield SpecialDate(day, (), name[:100])


def chinese_dates(years: Sequence[int], week: Sequence[Windows]) -> Iterator[SpecialDate]:
    """List days off in the week and working days at weekends, as announced by the State Council."""
    usual = next((windows for windows in week if windows), ())
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            off, name = announced(day)
            weekend = day.weekday() >= 5  # noqa: PLR2004 - Saturday
            if off and name:
                yield SpecialDate(day, (), name)
            elif weekend and not off:
                yield SpecialDate(day, usual, MADE_UP)
            day += timedelta(days=1)


def announced(day: date) -> tuple[bool, str]:
    """Tell whether a day is off in China, and the festival's name where it is off for one."""
    chinese_calendar: Any = import_module("chinese_calendar")
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError as unknown:
        problem = f"the working days of {day.year} are not announced yet; enter them as dates"
        raise InvalidInput(field="holidays.years", problem=problem) from unknown
    return bool(off), str(name or "")
