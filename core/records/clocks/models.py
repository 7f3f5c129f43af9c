"""Clocks of records, as they stood after the last event or the last instant at which anything fell due."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow

UNSTOPPED = text("stopped_at IS NULL")


class RecordClock(TenantRow, table=True):
    """One clock of a record; all of it follows from the record's events, its standard and its calendar.

    Attributes:
        record_id: The record.
        kind: What it times.
        step_key: The step, for a clock of a step.
        step_position: Place of the step's occurrence; 0 for the record's own clocks.
        unit: ``elapsed`` or ``business``.
        limit_seconds: What may be used up.
        calendar_revision_id: The calendar it runs on; empty where it runs around the clock.
        time_zone: Zone of the serving site, in which the calendar is read; empty as above.
        status: Where it stands.
        started_at: When it began.
        stopped_at: When what it waits for was done.
        due_at: When its limit is or was used up; empty while it cannot be told.
        due_order: The same, and the end of days where it cannot be told, so that lists have an order.
        warn_at: When it warns or warned.
        warned_at: When it warned, where it has.
        breached_at: When its limit was used up before it was stopped, where it was.
        used_seconds: What it had counted when it was stopped; empty while it runs.
        paused_customer_seconds: What waiting for the customer kept it from counting, up to the last event.
        paused_partner_seconds: The same for partners.
        paused_staff_seconds: The same for colleagues.
        escalations: How many lines it has been escalated to.
        head: Number of the event up to which it is worked out.
        recorded_at: When the row was last written.
    """

    __tablename__ = "record_clocks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_clocks_record"
        ),
        CheckConstraint("kind IN ('first_response', 'resolution', 'step')", name="record_clocks_kind"),
        CheckConstraint("unit IN ('elapsed', 'business')", name="record_clocks_unit"),
        CheckConstraint("status IN ('running', 'paused', 'breached', 'met', 'missed')", name="record_clocks_status"),
        CheckConstraint("(status IN ('met', 'missed')) = (stopped_at IS NOT NULL)", name="record_clocks_stopped"),
        CheckConstraint("(status IN ('breached', 'missed')) = (breached_at IS NOT NULL)", name="record_clocks_late"),
        UniqueConstraint("tenant_id", "record_id", "kind", "step_position", name="record_clocks_once"),
        Index("record_clocks_of_record", "tenant_id", "record_id", "started_at", "id"),
        Index("record_clocks_by_due", "tenant_id", "due_order", "id"),
        Index(
            "record_clocks_unstopped",
            "tenant_id",
            "due_order",
            "record_id",
            postgresql_where=UNSTOPPED,
        ),
        Index("record_clocks_by_status", "tenant_id", "status", "due_order", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    kind: str
    step_key: str = ""
    step_position: int = 0
    unit: str
    limit_seconds: int = Field(sa_type=BigInteger)
    calendar_revision_id: UUID | None = None
    time_zone: str | None = None
    status: str
    started_at: datetime
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    due_order: datetime
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    used_seconds: int | None = Field(default=None, sa_type=BigInteger)
    paused_customer_seconds: int = Field(default=0, sa_type=BigInteger)
    paused_partner_seconds: int = Field(default=0, sa_type=BigInteger)
    paused_staff_seconds: int = Field(default=0, sa_type=BigInteger)
    escalations: int = 0
    head: int
    recorded_at: datetime
