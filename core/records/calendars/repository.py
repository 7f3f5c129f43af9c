"""SQL of business calendars, and nothing else."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.calendars.models import BusinessCalendar, CalendarRevision

END_ASSIGNMENT: Final = """UPDATE calendar_assignments SET recorded_to = $3
    WHERE tenant_id = $1 AND site_id = $2 AND recorded_to IS NULL"""
ASSIGN: Final = """INSERT INTO calendar_assignments
    (tenant_id, network_id, id, site_id, calendar_id, recorded_from) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, site_id) WHERE recorded_to IS NULL DO UPDATE SET calendar_id = excluded.calendar_id"""
ASSIGNMENTS: Final = """SELECT site_id, calendar_id, recorded_from, recorded_to FROM calendar_assignments
    WHERE tenant_id = $1 ORDER BY recorded_from"""
REVISIONS: Final = """SELECT id, calendar_id, time_zone, recorded_at FROM calendar_revisions
    WHERE tenant_id = $1 ORDER BY calendar_id, number"""


async def take_calendar(unit: Unit, key: str) -> BusinessCalendar | None:
    """Read and lock a calendar by its key."""
    found = await unit.session.execute(
        select(BusinessCalendar)
        .where(col(BusinessCalendar.tenant_id) == unit.tenant_id, col(BusinessCalendar.key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def add_calendar(unit: Unit, calendar: BusinessCalendar) -> bool:
    """Write a new calendar; tell whether nobody was faster."""
    found = await unit.session.execute(
        insert(BusinessCalendar)
        .values(**calendar.model_dump())
        .on_conflict_do_nothing(constraint="business_calendars_key_once")
        .returning(col(BusinessCalendar.id))
    )
    return found.scalar_one_or_none() is not None


async def keep_revision(unit: Unit, calendar: BusinessCalendar) -> None:
    """Write a calendar's present state down for good."""
    unit.session.add(
        CalendarRevision(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            calendar_id=calendar.id,
            number=calendar.revision,
            time_zone=calendar.time_zone,
            week=calendar.week,
            dates=calendar.dates,
            recorded_at=calendar.recorded_at,
        )
    )
    await unit.session.flush()


async def put_assignment(unit: Unit, site_id: UUID, calendar_id: UUID) -> None:
    """Have a site go by a calendar from now on; by which it went before stays known."""
    now = recorded_now()
    await fetch(unit, END_ASSIGNMENT, unit.tenant_id, site_id, now)
    await fetch(unit, ASSIGN, unit.tenant_id, unit.network_id, new_id(), site_id, calendar_id, now)


@frozen(kw_only=True)
class CalendarState:
    """Which state of a calendar was written down when, and the zone it names, if it does."""

    id: UUID
    time_zone: str | None
    recorded_at: datetime


async def assignments_of(unit: Unit) -> dict[UUID | None, list[tuple[datetime, datetime | None, UUID]]]:
    """Tell which calendar each site of the tenant went by from when until when; the tenant's own id for all others."""
    found: dict[UUID | None, list[tuple[datetime, datetime | None, UUID]]] = defaultdict(list)
    for row in await fetch(unit, ASSIGNMENTS, unit.tenant_id):
        found[row["site_id"]].append((row["recorded_from"], row["recorded_to"], row["calendar_id"]))
    return found


async def revisions_of(unit: Unit) -> dict[UUID, list[CalendarState]]:
    """List the states of every calendar of the tenant, the oldest first."""
    found: dict[UUID, list[CalendarState]] = defaultdict(list)
    for row in await fetch(unit, REVISIONS, unit.tenant_id):
        state = CalendarState(id=row["id"], time_zone=row["time_zone"], recorded_at=row["recorded_at"])
        found[row["calendar_id"]].append(state)
    return found


async def revisions_by_id(unit: Unit, ids: Collection[UUID]) -> dict[UUID, CalendarRevision]:
    """Read some states of calendars."""
    if not ids:
        return {}
    found = await unit.session.execute(
        select(CalendarRevision).where(
            col(CalendarRevision.tenant_id) == unit.tenant_id, col(CalendarRevision.id).in_(ids)
        )
    )
    return {one.id: one for one in found.scalars()}


async def calendar_by_id(unit: Unit, calendar_id: UUID) -> BusinessCalendar | None:
    """Read a calendar as it is now."""
    return await unit.session.get(BusinessCalendar, (unit.tenant_id, calendar_id))
