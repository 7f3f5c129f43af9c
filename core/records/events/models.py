"""The table of events, the truth of every service record."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from core.kernel.models import ACTOR_KINDS
from core.kernel.rows import Retention, TenantRow

FROM_A_DEVICE = text("client_id IS NOT NULL")


class RecordEvent(TenantRow, table=True):
    """One event of a record, never changed; it is its own audit entry.

    Attributes:
        record_id: The record; an event outlives what is kept beside it, so nothing refers to it.
        number: Its place among the record's events, from 1, without a gap.
        kind: What happened.
        occurred_at: When, as the user, log or device says.
        recorded_at: When it was written.
        actor_kind: What kind of actor did it.
        actor_id: Who did it.
        on_behalf_of: The tenant that asked for it.
        client_id: What an offline device calls it; one event of a record at most is called so.
        device_at: When, by the device's own clock.
        payload: What is told of it: canonical JSON, never personal.
        sealed: The personal part, as ciphertext.
        previous: Hash of the record's event before; 32 zero bytes for the first.
        hash: Its own hash, and its leaf in the tenant's log.
    """

    __tablename__ = "record_events"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="record_events_actor_kind"),
        CheckConstraint("number >= 1", name="record_events_from_one"),
        UniqueConstraint("tenant_id", "record_id", "number", name="record_events_number"),
        Index(
            "record_events_client", "tenant_id", "record_id", "client_id", unique=True, postgresql_where=FROM_A_DEVICE
        ),
    )
    retention: ClassVar[Retention] = Retention.AUDIT
    personal: ClassVar[frozenset[str]] = frozenset({"sealed"})

    record_id: UUID
    number: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: UUID
    on_behalf_of: UUID | None = None
    client_id: UUID | None = None
    device_at: datetime | None = None
    payload: str = Field(sa_column=Column(Text, nullable=False))
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
