"""By which hours records are timed: by those of the serving site when they were opened, to their end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.unit import Unit
from core.records.calendars.repository import CalendarState, assignments_of, revisions_by_id, revisions_of
from core.records.calendars.written import read_calendar
from core.records.clocks.repository import Row
from core.records.clocks.working_out import Hours
from core.records.events.state import RecordState

AROUND_THE_CLOCK = Hours()


async def hours_of(
    unit: Unit, states: Mapping[UUID, RecordState], before: Mapping[UUID, Sequence[Row]]
) -> dict[UUID, Hours]:
    """Give the hours of each of some records; once a record has clocks, its hours stay."""
    pinned = {id_: (rows[0]["calendar_revision_id"], rows[0]["time_zone"]) for id_, rows in before.items() if rows}
    fresh = {id_: state for id_, state in states.items() if id_ not in pinned}
    pinned |= await pins_of(unit, fresh) if fresh else {}
    texts = await revisions_by_id(unit, {revision for revision, _ in pinned.values() if revision is not None})
    found: dict[UUID, Hours] = {}
    for id_, (revision, zone) in pinned.items():
        text = None if revision is None else texts.get(revision)
        if text is None or zone is None:
            found[id_] = AROUND_THE_CLOCK
        else:
            found[id_] = Hours(calendar=read_calendar(zone, text.week, text.dates), revision_id=revision, zone=zone)
    return found


async def pins_of(unit: Unit, states: Mapping[UUID, RecordState]) -> dict[UUID, tuple[UUID | None, str | None]]:
    """Find the calendar that held for each record's site when the record was written down, and its zone."""
    assignments = await assignments_of(unit)
    if not assignments:
        return dict.fromkeys(states, (None, None))
    revisions = await revisions_of(unit)
    zones = await zones_of(unit, {state.site_id for state in states.values()})
    found: dict[UUID, tuple[UUID | None, str | None]] = {}
    for id_, state in states.items():
        at, sites = state.opened_recorded_at, (state.site_id, unit.tenant_id)
        calendar = next((held for site in sites if (held := held_at(assignments.get(site, ()), at)) is not None), None)
        revision = None if calendar is None else last_before(revisions.get(calendar, ()), at)
        found[id_] = (None, None) if revision is None else (revision.id, revision.time_zone or zones[state.site_id])
    return found


async def zones_of(unit: Unit, sites: set[UUID | None]) -> dict[UUID | None, str]:
    """Give the zones of sites, and the tenant's own for records without a site."""
    tenant = await unit.tree.tenant(unit.network_id, unit.tenant_id)
    usual = "UTC" if tenant is None else tenant.time_zone
    known = await unit.tree.sites_by_id(unit.network_id, unit.tenant_id, [one for one in sites if one is not None])
    return {**dict.fromkeys(sites, usual), **{site.id: site.time_zone for site in known}}


def held_at(spans: Sequence[tuple[datetime, datetime | None, UUID]], at: datetime) -> UUID | None:
    """Give the calendar that was assigned at an instant."""
    return next((calendar for since, until, calendar in spans if since <= at and (until is None or at < until)), None)


def last_before(revisions: Sequence[CalendarState], at: datetime) -> CalendarState | None:
    """Give the state of a calendar at an instant; its first one for what came before it."""
    return next((one for one in reversed(revisions) if one.recorded_at <= at), revisions[0] if revisions else None)
