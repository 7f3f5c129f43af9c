"""Business calendars in the schema."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Hole, Splicing
from core.kernel.unit import Unit
from core.records.calendars import set_calendar as setting
from core.records.calendars.holidays import HolidaysOf
from core.records.calendars.models import BusinessCalendar
from core.records.calendars.opening import hours_open
from core.records.calendars.policy import Window, Windows
from core.records.calendars.written import SpecialDate, read_dates, read_week
from core.records.permissions import MANAGE_CALENDARS, READ_RECORDS

TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
COST = 20


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


enumeration(
    Weekday,
    description="A day of the week.",
    values={day.name: f"{day.name.capitalize()}." for day in Weekday},
)


@value(permission=READ_RECORDS, description="A stretch of one day in which a site is open.", name="OpeningWindow")
class OpeningWindowType:
    """A stretch of one day."""

    opens: str = shows("Wall time at which it opens, such as `09:00`.")
    closes: str = shows("Wall time at which it closes, at most `24:00`; at that very time it is closed.")


@value(permission=READ_RECORDS, description="When a site is open on a day of the week.", name="CalendarDay")
class CalendarDayType:
    """A day of the week."""

    day: Weekday = shows("The day.")
    windows: list[OpeningWindowType] = shows("When it is open, in order; nothing where it is closed.")


@value(permission=READ_RECORDS, description="A date on which other hours hold.", name="CalendarDate")
class CalendarDateType:
    """A date."""

    date: dt.date = shows("The date.")
    windows: list[OpeningWindowType] = shows("When it is open, in order; nothing where it is closed.")
    note: str = shows("Why, such as the name of a holiday.")


def windows_shown(windows: Windows) -> list[OpeningWindowType]:
    """Show windows."""
    return [OpeningWindowType(opens=written(one.start), closes=written(one.end)) for one in windows]


def written(minute: int) -> str:
    """Write a minute of the day as wall time."""
    return f"{minute // 60:02}:{minute % 60:02}"


async def fill_week(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show the weeks of some calendars."""
    return [
        [
            CalendarDayType(day=day, windows=windows_shown(windows))
            for day, windows in zip(Weekday, read_week(row["week"]), strict=True)
        ]
        for row in rows
    ]


async def fill_dates(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show the special dates of some calendars."""
    return [
        [
            CalendarDateType(date=one.day, windows=windows_shown(one.windows), note=one.note)
            for one in read_dates(row["dates"])
        ]
        for row in rows
    ]


@entity(BusinessCalendar, permission=READ_RECORDS, description="When sites are open, and therefore when clocks run.")
class BusinessCalendarType:
    """One calendar."""

    key: str = reads(Column("key"), description="Short name, unique in the tenant.")
    name: str = reads(Column("name"), description="Name to show.")
    time_zone: str | None = reads(
        Column("time_zone"), description="Zone whose wall time counts; empty where each site's own counts."
    )
    week: list[CalendarDayType] = reads(
        Hole(("week",), fill_week, alone=True), description="Hours of the seven days, from Monday."
    )
    dates: list[CalendarDateType] = reads(
        Hole(("dates",), fill_dates, alone=True), description="Dates on which other hours hold, in order."
    )
    revision: int = reads(
        Column("revision"), description="Goes up with every change; records go on by the one they began with."
    )


@value(permission=READ_RECORDS, description="A stretch of time in which a site is open.", name="OpenSpan")
class OpenSpanType:
    """A stretch of time."""

    opens: dt.datetime = shows("When it opens.")
    closes: dt.datetime = shows("When it closes.")


@input_type(description="A stretch of one day in which a site is open.")
class OpeningWindowInput:
    """A stretch of one day."""

    opens: str = strawberry.field(description="Wall time at which it opens, such as `09:00`.")
    closes: str = strawberry.field(description="Wall time at which it closes, later the same day; at most `24:00`.")

    def to_window(self) -> Window:
        """Give the window."""
        return Window(minute_of(self.opens), minute_of(self.closes))


def minute_of(time: str) -> int:
    """Read a wall time as the minute of its day.

    Raises:
        InvalidInput: It is none.
    """
    if not TIME.fullmatch(time):
        raise InvalidInput(field="opens, closes", problem="a time such as 09:00 is needed, at most 24:00")
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


@input_type(description="When a site is open on a day of the week.")
class CalendarDayInput:
    """A day of the week."""

    day: Weekday = strawberry.field(description="The day.")
    windows: list[OpeningWindowInput] = strawberry.field(description="When it is open; several windows lie apart.")


@input_type(description="A date on which other hours hold.")
class CalendarDateInput:
    """A date."""

    date: dt.date = strawberry.field(description="The date.")
    windows: list[OpeningWindowInput] = strawberry.field(
        default_factory=list[OpeningWindowInput], description="When it is open; closed where nothing is said."
    )
    note: str = strawberry.field(default="", description="Why, such as the name of a holiday.")

    def to_date(self) -> SpecialDate:
        """Give the date."""
        return SpecialDate(self.date, tuple(one.to_window() for one in self.windows), self.note)


@input_type(description="Whose public holidays to enter as closed; for China with the working days made up.")
class HolidaysInput:
    """Whose public holidays to enter."""

    country: str = strawberry.field(description="ISO 3166-1 code of two letters, such as `SE`.")
    years: list[int] = strawberry.field(description="Which years, at most five.")
    subdivision: str = strawberry.field(default="", description="Part of the country as ISO 3166-2 has it, as `BY`.")

    def to_holidays(self) -> HolidaysOf:
        """Give what is wanted."""
        return HolidaysOf(country=self.country, subdivision=self.subdivision, years=tuple(self.years))


@input_type(description="What a business calendar shall say, as a whole.")
class SetCalendarInput:
    """A calendar."""

    key: str = strawberry.field(description="Short name, unique in the tenant; a new one makes a new calendar.")
    name: str = strawberry.field(description="Name to show.")
    week: list[CalendarDayInput] = strawberry.field(description="Hours of the week; closed on days left out.")
    revision: int = strawberry.field(description="The calendar's revision, as you read it; 0 for a new one.")
    time_zone: str | None = strawberry.field(
        default=None, description="Zone whose wall time counts; each site's own where it is left out."
    )
    dates: list[CalendarDateInput] = strawberry.field(
        default_factory=list[CalendarDateInput], description="Dates on which other hours hold; they go before holidays."
    )
    holidays: list[HolidaysInput] = strawberry.field(
        default_factory=list[HolidaysInput], description="Whose public holidays to enter as closed."
    )

    def to_command(self) -> setting.SetCalendar:
        """Give the command."""
        return setting.SetCalendar(
            key=self.key,
            name=self.name,
            week=week_of(self.week),
            time_zone=self.time_zone,
            dates=[one.to_date() for one in self.dates],
            holidays=[one.to_holidays() for one in self.holidays],
            expected_revision=self.revision,
        )


def week_of(days: Sequence[CalendarDayInput]) -> list[Windows]:
    """Give the windows of seven days.

    Raises:
        InvalidInput: A day is there twice.
    """
    said = {one.day: tuple(window.to_window() for window in one.windows) for one in days}
    if len(said) < len(days):
        raise InvalidInput(field="week", problem="name each day once")
    return [said.get(day, ()) for day in Weekday]


@input_type(description="Which calendar a site goes by.")
class AssignCalendarInput:
    """Which calendar a site goes by."""

    calendar_key: str = strawberry.field(description="The calendar's short name.")
    site_key: str | None = strawberry.field(
        default=None, description="The site's short name; all sites without a calendar of their own by default."
    )

    def to_command(self) -> setting.AssignCalendar:
        """Give the command."""
        return setting.AssignCalendar(calendar_key=self.calendar_key, site_key=self.site_key)


calendars = query_connection(
    "calendars",
    BusinessCalendarType,
    order=("key", "id"),
    description="Business calendars of the tenant acted in, by their short names.",
)


@query_field(
    permission=READ_RECORDS,
    description="When a calendar is open between two instants, at most 62 days apart.",
    arguments={
        "calendar": "The calendar.",
        "since": "First instant.",
        "until": "Where to end; at most 62 days later.",
        "time_zone": "Zone whose wall time counts where the calendar names none; UTC by default.",
    },
    cost=COST,
)
async def opening_hours(
    unit: Unit, calendar: strawberry.ID, since: dt.datetime, until: dt.datetime, time_zone: str = "UTC"
) -> list[OpenSpanType]:
    """List when a calendar is open."""
    spans = await hours_open(unit, local_id(BusinessCalendarType, calendar), since, until, time_zone)
    return [OpenSpanType(opens=opens, closes=closes) for opens, closes in spans]


@mutation(
    permission=MANAGE_CALENDARS,
    success=payload("SetCalendarSuccess", calendar=BusinessCalendarType),
    errors=(InvalidInput, StaleEdit),
    description="Sets when sites are open. Records that are open already are timed by the hours they began with.",
)
async def set_calendar(unit: Unit, input: SetCalendarInput) -> Refs:
    """Set a calendar."""
    return Refs(calendar=await setting.set_calendar(unit, input.to_command()))


@mutation(
    permission=MANAGE_CALENDARS,
    success=payload("AssignCalendarSuccess", calendar=BusinessCalendarType),
    errors=(NotFound,),
    description="Says which calendar a site goes by; records opened from now on are timed by it.",
)
async def assign_calendar(unit: Unit, input: AssignCalendarInput) -> Refs:
    """Assign a calendar."""
    return Refs(calendar=await setting.assign_calendar(unit, input.to_command()))


QUERIES = [calendars, opening_hours]
MUTATIONS = [set_calendar, assign_calendar]
