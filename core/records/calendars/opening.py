"""When a calendar is open between two instants, for whoever plans by it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.unit import Unit
from core.records.calendars.policy import Span, open_spans
from core.records.calendars.repository import calendar_by_id
from core.records.calendars.set_calendar import checked_zone
from core.records.calendars.written import read_calendar

FURTHEST: Final = timedelta(days=62)


async def hours_open(unit: Unit, calendar_id: UUID, since: datetime, until: datetime, zone: str) -> list[Span]:
    """List when a calendar is open; nothing where the tenant has no such calendar.

    Raises:
        InvalidInput: The instants lie too far apart or in the wrong order, or the zone is not known.
    """
    if not timedelta() <= until - since <= FURTHEST:
        raise InvalidInput(field="until", problem=f"name an instant after `since`, at most {FURTHEST.days} days later")
    calendar = await calendar_by_id(unit, calendar_id)
    if calendar is None:
        return []
    zone = calendar.time_zone or checked_zone(zone) or "UTC"
    return list(open_spans(read_calendar(zone, calendar.week, calendar.dates), since, until))
