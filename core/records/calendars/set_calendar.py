"""Set a business calendar, and say which site goes by it."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.calendars.holidays import HolidaysOf, special_dates
from core.records.calendars.models import BusinessCalendar
from core.records.calendars.policy import DAYS_A_WEEK, Windows
from core.records.calendars.repository import add_calendar, keep_revision, put_assignment, take_calendar
from core.records.calendars.written import SpecialDate, checked_dates, checked_windows, write_dates, write_week
from core.records.permissions import MANAGE_CALENDARS

KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_NAME: Final = 200


@frozen(kw_only=True)
class SetCalendar:
    """What a calendar shall say from now on, as a whole.

    Attributes:
        key: Its name in the tenant.
        name: Name to show.
        week: Windows of the seven days, from Monday.
        time_zone: IANA name; empty where each site's own zone counts.
        dates: Dates on which others hold; they go before holidays.
        holidays: Whose public holidays to enter as closed.
        expected_revision: The calendar's revision as it was read; 0 for a new one.
    """

    key: str
    name: str
    week: Sequence[Windows]
    time_zone: str | None = None
    dates: Sequence[SpecialDate] = ()
    holidays: Sequence[HolidaysOf] = ()
    expected_revision: int = 0


@frozen(kw_only=True)
class AssignCalendar:
    """Which calendar a site goes by; all sites of the tenant without one of their own where no site is named."""

    calendar_key: str
    site_key: str | None = None


async def set_calendar(unit: Unit, command: SetCalendar) -> UUID:
    """Set a calendar; records that are open go on by the state they pinned.

    Raises:
        NotPermitted: The actor may not manage calendars.
        InvalidInput: A value does not have the form it must have.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(MANAGE_CALENDARS)
    wanted = checked_calendar(unit, command)
    found = await take_calendar(unit, command.key)
    actual = 0 if found is None else found.revision
    if actual != command.expected_revision:
        raise StaleEdit(kind="calendar", expected=command.expected_revision, actual=actual)
    if found is None:
        if not await add_calendar(unit, wanted):
            raise StaleEdit(kind="calendar", expected=0, actual=1)
        calendar = wanted
    else:
        calendar = found
        for name in ("name", "time_zone", "week", "dates", "recorded_at"):
            setattr(calendar, name, getattr(wanted, name))
        calendar.revision += 1
    await keep_revision(unit, calendar)
    details = {"key": calendar.key, "revision": calendar.revision}
    await record_act(
        unit, action="records.set_calendar", subject_kind="calendar", subject_id=calendar.id, details=details
    )
    await send(unit, "records.calendar_set", {"calendar_id": calendar.id, "revision": calendar.revision})
    return calendar.id


async def assign_calendar(unit: Unit, command: AssignCalendar) -> UUID:
    """Have a site go by a calendar; records opened from now on are timed by it.

    Raises:
        NotPermitted: The actor may not manage calendars.
        NotFound: The tenant has no such calendar or site.
    """
    unit.scope.require(MANAGE_CALENDARS)
    calendar = await take_calendar(unit, command.calendar_key)
    if calendar is None:
        raise NotFound(kind="calendar", key=command.calendar_key)
    site_id = unit.tenant_id
    if command.site_key is not None:
        site = await unit.tree.site(unit.network_id, unit.tenant_id, command.site_key)
        if site is None:
            raise NotFound(kind="site", key=command.site_key)
        site_id = site.id
    await put_assignment(unit, site_id, calendar.id)
    details = {"calendar_id": calendar.id, "site_id": site_id}
    await record_act(
        unit, action="records.assign_calendar", subject_kind="calendar", subject_id=calendar.id, details=details
    )
    await send(unit, "records.calendar_assigned", details)
    return calendar.id


def checked_calendar(unit: Unit, command: SetCalendar) -> BusinessCalendar:
    """Make the row of a calendar.

    Raises:
        InvalidInput: A value does not have the form it must have.
    """
    if not KEY.fullmatch(command.key):
        raise InvalidInput(field="key", problem="1 to 63 lower-case letters, digits and inner hyphens are needed")
    name = command.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(field="name", problem=f"1 to {LONGEST_NAME} printable characters are needed")
    if len(command.week) != DAYS_A_WEEK:
        raise InvalidInput(field="week", problem="say of each of the seven days when it is open")
    week = tuple(checked_windows("week", windows) for windows in command.week)
    return BusinessCalendar(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        key=command.key,
        name=name,
        time_zone=checked_zone(command.time_zone),
        week=write_week(week),
        dates=write_dates(all_dates(command, week)),
        revision=1,
        recorded_at=recorded_now(),
    )


def all_dates(command: SetCalendar, week: Sequence[Windows]) -> tuple[SpecialDate, ...]:
    """Give holidays and what was said of single dates, which goes first."""
    own = checked_dates(command.dates)
    said = {one.day for one in own}
    known = {one.day: one for holidays in command.holidays for one in special_dates(holidays, week)}
    return checked_dates((*own, *(one for day, one in known.items() if day not in said)))


def checked_zone(name: str | None) -> str | None:
    """Give a time zone back if it is known."""
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as unknown:
        raise InvalidInput(
            field="timeZone", problem="an IANA time zone such as Europe/Stockholm is needed"
        ) from unknown
    return name
