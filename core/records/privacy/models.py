"""Tables of privacy."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, TenantRow

IN_FORCE = text("lifted_at IS NULL")


class LegalHold(TenantRow, table=True):
    """Something must be kept for as long as the law asks: neither erasure nor retention touches it.

    Attributes:
        subject_kind: ``customer`` or ``record``.
        subject_id: The customer or record.
        reason_code: Why, as a word.
        legal_basis: The law, order or contract that asks for it; never a person.
        until: Until when it holds at most; without an end where nothing is said.
        placed_at: Since when it holds.
        placed_by: Who placed it.
        lifted_at: When it was lifted.
        lifted_by: Who lifted it.
    """

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('customer', 'record')", name="legal_holds_subject_kind"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="legal_holds_lifted"),
        Index("legal_holds_of", "tenant_id", "subject_id", "placed_at", "id"),
        Index("legal_holds_by_placing", "tenant_id", "placed_at", "id"),
        Index("legal_holds_in_force", "tenant_id", "subject_id", "id", postgresql_where=IN_FORCE),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    subject_kind: str
    subject_id: UUID
    reason_code: str
    legal_basis: str
    until: datetime | None = None
    placed_at: datetime
    placed_by: UUID
    lifted_at: datetime | None = None
    lifted_by: UUID | None = None


class RetentionClass(ReferenceRow, table=True):
    """How long content of closed records is kept in the network, by kind of service.

    Attributes:
        owner_tenant_id: The headquarters.
        key: Short name; ``ordinary`` is for every kind of service that no other class names.
        service_types: The kinds of service it is for.
        days: How long, where a tenant says nothing else.
        least_days: The least that a tenant may choose: what the network asks for.
        most_days: The most that a tenant may choose: what the law allows.
        version: Goes up with every change.
        recorded_at: When it was last written.
    """

    __tablename__ = "retention_classes"
    __table_args__ = (
        CheckConstraint("least_days >= 1 AND days >= least_days AND most_days >= days", name="retention_classes_days"),
        UniqueConstraint("network_id", "key", name="retention_classes_key"),
    )

    owner_tenant_id: UUID
    key: str
    service_types: list[str] = Field(sa_column=Column(ARRAY(Text()), nullable=False))
    days: int
    least_days: int
    most_days: int
    version: int = 1
    recorded_at: datetime


class RetentionChoice(TenantRow, table=True):
    """How long a tenant keeps content of a class.

    Attributes:
        key: The class.
        days: How long; what the network says where it is empty.
        version: Goes up with every change.
        recorded_at: When it was last written.
    """

    __tablename__ = "retention_choices"
    __table_args__ = (
        CheckConstraint("days >= 1", name="retention_choices_days"),
        UniqueConstraint("tenant_id", "key", name="retention_choices_key"),
    )

    key: str
    days: int | None = None
    version: int = 1
    recorded_at: datetime


class RecordRemoval(TenantRow, table=True):
    """The content of a record's events was removed, because its time was over; keyed like the record.

    Attributes:
        retention_key: The class that it was kept under.
        days: How long that was.
        events: How many events it had.
        audit_id: The audit entry of the act.
        removed_at: When.
    """

    __tablename__ = "record_removals"
    retention: ClassVar[Retention] = Retention.AUDIT

    retention_key: str
    days: int
    events: int
    audit_id: UUID
    removed_at: datetime


class Erasure(TenantRow, table=True):
    """A customer was erased; keyed like the customer, so that it is done again after a restore of an older state.

    Attributes:
        reason_code: Why, as a word.
        legal_basis: What it rests on; never a person.
        erased_at: When.
        recorded_at: When it was written, here and after a restore once more.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index("erasures_by_time", "tenant_id", "erased_at", "id"),)
    retention: ClassVar[Retention] = Retention.AUDIT

    reason_code: str
    legal_basis: str
    erased_at: datetime
    recorded_at: datetime


class SubjectExport(TenantRow, table=True):
    """All that is held of a customer, as one file under that person's key, for a few days.

    Attributes:
        customer_id: The customer.
        job_id: The job that makes it.
        content: The file, as ciphertext; empty before it is made and after it has expired.
        size: Its length in bytes.
        asked_by: Who asked for it.
        asked_at: When.
        made_at: When it was made.
        expires_at: When it is deleted.
    """

    __tablename__ = "subject_exports"
    __table_args__ = (Index("subject_exports_of", "tenant_id", "customer_id", "id"),)
    retention: ClassVar[Retention] = Retention.TRANSIENT
    personal: ClassVar[frozenset[str]] = frozenset({"content"})

    customer_id: UUID
    job_id: UUID
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    size: int | None = Field(default=None, sa_type=BigInteger)
    asked_by: UUID
    asked_at: datetime
    made_at: datetime | None = None
    expires_at: datetime
