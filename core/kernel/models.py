"""The kernel's own tables: what was done, what is to be done, and who may read or decide."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow

ACTOR_KINDS = "actor_kind IN ('person', 'service', 'system')"
OPEN_OUTBOX = "status IN ('waiting', 'handed', 'running')"
OPEN_ITEM = "status IN ('open', 'taken')"


class AuditEntry(TenantRow, table=True):
    """One act: who did what to which subject, when, and with which non-personal details."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="audit_entries_actor_kind"),
        Index("audit_entries_subject", "tenant_id", "subject_id", "id"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    action: str
    subject_kind: str
    subject_id: UUID
    actor_kind: str
    actor_id: UUID
    on_behalf_of: UUID | None = None
    details: str = Field(sa_column=Column(Text, nullable=False))
    occurred_at: datetime
    recorded_at: datetime


class OutboxRow(TenantRow, table=True):
    """One event or command: committed with what caused it, handed over until it is done or given up."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="outbox_actor_kind"),
        CheckConstraint("status IN ('waiting', 'handed', 'running', 'done', 'dead')", name="outbox_status"),
        Index("outbox_open", "tenant_id", "due_at", "id", postgresql_where=text(OPEN_OUTBOX)),
        Index("outbox_due", "due_at", "tenant_id", postgresql_where=text(OPEN_OUTBOX)),
        Index("outbox_finished", "finished_at", "tenant_id", postgresql_where=text("status = 'done'")),
        Index("outbox_dead", "tenant_id", "id", postgresql_where=text("status = 'dead'")),
        Index("outbox_dead_by_sending", "tenant_id", "sent_at", "id", postgresql_where=text("status = 'dead'")),
    )
    retention: ClassVar[Retention] = Retention.TRANSIENT

    topic: str
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    target_tenant_id: UUID
    actor_kind: str
    actor_id: UUID
    status: str = "waiting"
    due_at: datetime
    handovers: int = 0
    attempts: int = 0
    last_error: str | None = None
    trace: str | None = None
    sent_at: datetime
    finished_at: datetime | None = None


class CommandReceipt(TenantRow, table=True):
    """Proof that a command had its effect in this tenant, so that it has it once."""

    __tablename__ = "command_receipts"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="command_receipts_actor_kind"),
        UniqueConstraint("tenant_id", "command_id", name="command_receipts_command"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    command_id: UUID
    topic: str
    sender_tenant_id: UUID
    actor_kind: str
    actor_id: UUID
    recorded_at: datetime


class IdempotencyKey(TenantRow, table=True):
    """A request that was done: a keyed hash of its input and the ids of its result, never the answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "actor_id", "operation", "key", name="idempotency_keys_request"),
        Index("idempotency_keys_recorded", "tenant_id", "recorded_at"),
    )
    retention: ClassVar[Retention] = Retention.TRANSIENT

    actor_id: UUID
    operation: str
    key: str
    fingerprint: str
    ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    recorded_at: datetime


class Timer(TenantRow, table=True):
    """Something falls due: when it does, an outbox row of the topic ``kind`` is sent and the timer is gone."""

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "subject_id", name="timers_subject"),
        Index("timers_due", "due_at", "tenant_id"),
    )
    retention: ClassVar[Retention] = Retention.TRANSIENT

    kind: str
    subject_id: UUID
    due_at: datetime
    set_at: datetime


class WorkItem(TenantRow, table=True):
    """Something that waits for a person: a conflict, an approval, a reminder, an escalation."""

    __tablename__ = "work_items"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'taken', 'done', 'dismissed')", name="work_items_status"),
        CheckConstraint("(status = 'taken') <= (assignee_id IS NOT NULL)", name="work_items_taken_by_somebody"),
        CheckConstraint(f"({OPEN_ITEM}) = (closed_at IS NULL)", name="work_items_closed"),
        Index(
            "work_items_one_open",
            "tenant_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text(OPEN_ITEM),
        ),
        Index("work_items_inbox", "tenant_id", "status", "id"),
        Index("work_items_open", "tenant_id", "opened_at", "id", postgresql_where=text(OPEN_ITEM)),
        Index("work_items_open_by_kind", "tenant_id", "kind", "opened_at", "id", postgresql_where=text(OPEN_ITEM)),
    )

    kind: str
    subject_kind: str
    subject_id: UUID
    status: str = "open"
    facts: str = Field(sa_column=Column(Text, nullable=False))
    for_role: str | None = None
    assignee_id: UUID | None = None
    due_at: datetime | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    version: int = 1


class Job(TenantRow, table=True):
    """Long work that somebody waits for: how far it is, how it ended, and whether it was asked to stop."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="jobs_actor_kind"),
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="jobs_status"),
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="jobs_progress"),
        CheckConstraint("(status IN ('waiting', 'running')) = (finished_at IS NULL)", name="jobs_finished"),
        Index("jobs_status", "tenant_id", "status", "id"),
        Index("jobs_by_recording", "tenant_id", "recorded_at", "id"),
        Index("jobs_by_kind", "tenant_id", "kind", "recorded_at", "id"),
        Index("jobs_subject", "tenant_id", "subject_id", "id"),
    )

    kind: str
    subject_kind: str
    subject_id: UUID
    status: str = "waiting"
    done: int = 0
    total: int | None = None
    error: str | None = None
    actor_kind: str
    actor_id: UUID
    cancel_asked_at: datetime | None = None
    cancel_asked_by: UUID | None = None
    started_at: datetime | None = None
    updated_at: datetime
    finished_at: datetime | None = None
    recorded_at: datetime


class Approval(TenantRow, table=True):
    """A decision asked of somebody else than its author."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'approved', 'rejected', 'withdrawn')", name="approvals_status"),
        CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="approvals_decided"),
        CheckConstraint(
            "status NOT IN ('approved', 'rejected') OR decided_by <> author_id", name="approvals_by_another"
        ),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="approvals_decided_by"),
        Index(
            "approvals_one_asked",
            "tenant_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("status = 'asked'"),
        ),
        Index("approvals_subject", "tenant_id", "subject_id", "id"),
        Index("approvals_by_asking", "tenant_id", "asked_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    kind: str
    subject_kind: str
    subject_id: UUID
    subject_version: int
    author_id: UUID
    status: str = "asked"
    decided_by: UUID | None = None
    reason: str | None = None
    asked_at: datetime
    decided_at: datetime | None = None


class ReadingGrant(TenantRow, table=True):
    """Leave to read beyond one's tenant for a while and a purpose; reads under it cite it."""

    __tablename__ = "reading_grants"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="reading_grants_actor_kind"),
        CheckConstraint("kind IN ('network', 'region')", name="reading_grants_kind"),
        CheckConstraint("expires_at > opened_at", name="reading_grants_expires"),
        Index("reading_grants_actor", "tenant_id", "actor_id", "expires_at"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    kind: str
    tenant_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    purpose: str
    actor_kind: str
    actor_id: UUID
    opened_at: datetime
    expires_at: datetime


class DataKey(TenantRow, table=True):
    """A key of a tenant or of one person in it, wrapped by the master key.

    A person's key, and the tenant's own, seal personal columns; another of the tenant's, under a subject id derived
    from the tenant's, makes pseudonyms. Deleting the row is erasure: what it sealed can never be read again.
    """

    __tablename__ = "data_keys"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('tenant', 'person')", name="data_keys_subject_kind"),
        UniqueConstraint("tenant_id", "subject_id", "number", name="data_keys_subject"),
        Index("data_keys_by_master_key", "tenant_id", "master_key_id", "id"),
    )

    subject_kind: str
    subject_id: UUID
    number: int = 1
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    master_key_id: str
    recorded_at: datetime
