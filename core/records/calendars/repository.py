"""SQL of business calendars, and nothing else."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.calendars.models import BusinessCalendar, CalendarAssignment, CalendarRevision


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


async def put_assignment(unit: Unit, site_id: UUID, calendar_id: UUID) -> UUID:
    """Have a site go by a calendar, in the place of the one before; give the assignment's id."""
    statement = insert(CalendarAssignment).values(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        site_id=site_id,
        calendar_id=calendar_id,
        version=1,
        recorded_at=recorded_now(),
    )
    changed: dict[str, Any] = {
        "calendar_id": statement.excluded.calendar_id,
        "recorded_at": statement.excluded.recorded_at,
        "version": col(CalendarAssignment.version) + 1,
    }
    found = await unit.session.execute(
        statement.on_conflict_do_update(constraint="calendar_assignments_site_once", set_=changed).returning(
            col(CalendarAssignment.id)
        )
    )
    return found.scalar_one()


async def assigned_revision(unit: Unit, sites: Sequence[UUID]) -> CalendarRevision | None:
    """Find the present state of the calendar that the first of some sites goes by which has any."""
    found = await unit.session.execute(
        select(CalendarAssignment.site_id, CalendarRevision)
        .join(
            BusinessCalendar,
            (col(BusinessCalendar.tenant_id) == col(CalendarAssignment.tenant_id))
            & (col(BusinessCalendar.id) == col(CalendarAssignment.calendar_id)),
        )
        .join(
            CalendarRevision,
            (col(CalendarRevision.tenant_id) == col(BusinessCalendar.tenant_id))
            & (col(CalendarRevision.calendar_id) == col(BusinessCalendar.id))
            & (col(CalendarRevision.number) == col(BusinessCalendar.revision)),
        )
        .where(
            col(CalendarAssignment.tenant_id) == unit.tenant_id,
            col(BusinessCalendar.tenant_id) == unit.tenant_id,
            col(CalendarRevision.tenant_id) == unit.tenant_id,
            col(CalendarAssignment.site_id).in_(sites),
        )
    )
    by_site = {row[0]: row[1] for row in found}
    return next((by_site[site] for site in sites if site in by_site), None)


async def revision_by_id(unit: Unit, revision_id: UUID) -> CalendarRevision | None:
    """Read a calendar as it was after one change."""
    return await unit.session.get(CalendarRevision, (unit.tenant_id, revision_id))


async def calendar_by_id(unit: Unit, calendar_id: UUID) -> BusinessCalendar | None:
    """Read a calendar as it is now."""
    return await unit.session.get(BusinessCalendar, (unit.tenant_id, calendar_id))
