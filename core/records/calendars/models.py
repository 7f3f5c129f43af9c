"""Business calendars, every state they were in, and which site goes by which."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text

from core.kernel.rows import Retention, TenantRow


class BusinessCalendar(TenantRow, table=True):
    """When sites of a tenant are open, as it is now.

    Attributes:
        key: Short stable name, unique in the tenant.
        name: Name to show.
        time_zone: IANA name; empty where each site's own zone counts.
        week: Windows of seven days from Monday, as canonical JSON: ``{"days": [[[540, 720]], ...]}`` in minutes.
        dates: Dates on which others hold, as canonical JSON: ``{"dates": [["2026-12-25", [], "Yule"]]}``.
        revision: Goes up with every change.
        recorded_at: When it was last written.
    """

    __tablename__ = "business_calendars"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="business_calendars_key_once"),
        CheckConstraint("revision >= 1", name="business_calendars_revision"),
    )

    key: str
    name: str
    time_zone: str | None = None
    week: str
    dates: str
    revision: int = 1
    recorded_at: datetime


class CalendarRevision(TenantRow, table=True):
    """A calendar as it was after one change; never changed, because records are timed by it to their end.

    Attributes:
        calendar_id: The calendar.
        number: Its revision.
        time_zone: As in the calendar, likewise ``week`` and ``dates``.
        week: See there.
        dates: See there.
        recorded_at: When it was written.
    """

    __tablename__ = "calendar_revisions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "calendar_id", "number", name="calendar_revisions_number_once"),
        ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendars.tenant_id", "business_calendars.id"],
            name="calendar_revisions_calendar",
        ),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    calendar_id: UUID
    number: int
    time_zone: str | None = None
    week: str
    dates: str
    recorded_at: datetime


class CalendarAssignment(TenantRow, table=True):
    """Which calendar a site goes by, or all sites of the tenant that have none of their own; former ones stay.

    Attributes:
        site_id: The site; the tenant's own id for all its sites that have no assignment.
        calendar_id: The calendar.
        recorded_from: Since when it goes by it.
        recorded_to: Until when it did; empty while it does.
    """

    __tablename__ = "calendar_assignments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendars.tenant_id", "business_calendars.id"],
            name="calendar_assignments_calendar",
        ),
        Index("calendar_assignments_of", "tenant_id", "calendar_id", "id"),
        Index(
            "calendar_assignments_one_now",
            "tenant_id",
            "site_id",
            unique=True,
            postgresql_where=text("recorded_to IS NULL"),
        ),
    )

    site_id: UUID
    calendar_id: UUID
    recorded_from: datetime
    recorded_to: datetime | None = None
