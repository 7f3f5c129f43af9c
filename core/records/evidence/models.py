"""Tables of evidence: files that were received, and which of them prove what."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow

WAITS = text("given_at IS NULL")


class EvidenceUpload(TenantRow, table=True):
    """A file that was received and stored; until it is given as evidence it is nobody's, and is deleted in the end.

    Attributes:
        record_id: The record it is for.
        actor_id: Who sent it, and may give it as evidence.
        kind: What it is to be evidence as.
        media_type: In what form it is, as was stated and looked at.
        size: Its length in bytes.
        content: A keyed hash of it, in hexadecimal: equal for equal files under the same key, and nothing without it.
        sha256: Its SHA-256 in hexadecimal, sealed.
        blob: SHA-256 of what is stored, in hexadecimal: where it is found.
        recorded_at: When it had arrived.
        given_at: When it was given as evidence.
    """

    __tablename__ = "evidence_uploads"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="evidence_uploads_record"
        ),
        UniqueConstraint("tenant_id", "blob", name="evidence_uploads_blob"),
        CheckConstraint("size > 0", name="evidence_uploads_size"),
        Index("evidence_uploads_waiting", "tenant_id", "recorded_at", "id", postgresql_where=WAITS),
        Index("evidence_uploads_of_record", "tenant_id", "record_id", "id", postgresql_where=WAITS),
    )
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"sha256", "content"})

    record_id: UUID
    actor_id: UUID
    kind: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    content: str
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    blob: str
    recorded_at: datetime
    given_at: datetime | None = None


class RecordEvidence(TenantRow, table=True):
    """A piece of evidence of a record; all of it follows from the record's events. It has the id of its upload.

    Attributes:
        record_id: The record.
        position: Its place among the record's evidence, from 1.
        step: The step it is to prove, as the process named it when it was given.
        round: Which occurrence of that step, from 1.
        asked: Which evidence of the step it is; empty where the process asks for none.
        kind: What it is.
        media_type: In what form.
        size: Its length in bytes.
        content: A keyed hash of it, in hexadecimal.
        blob: SHA-256 of what is stored of it, in hexadecimal.
        place: Where it was taken, as its giver says.
        taken_at: When it was taken, as its giver says.
        given_at: When it was given.
        recorded_at: When that was written.
        given_by: Who gave it.
        given_by_person: Whether that is a person.
        confirmed_by: The other person who confirmed it.
        confirmed_at: When.
        withdrawn_at: When it was taken back.
        withdrawn_code: Why, as a word.
        counts_as: Which step of the present standard it stands for, where that has another name.
    """

    __tablename__ = "record_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_evidence_record"
        ),
        UniqueConstraint("tenant_id", "record_id", "position", name="record_evidence_position"),
        CheckConstraint("position >= 1", name="record_evidence_from_one"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="record_evidence_confirmed"),
        Index("record_evidence_by_step", "tenant_id", "record_id", "step", "position", "id"),
        Index("record_evidence_by_kind", "tenant_id", "record_id", "kind", "position", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"content"})

    record_id: UUID
    position: int
    step: str
    round: int
    asked: str
    kind: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    content: str
    blob: str
    place: str | None = None
    taken_at: datetime
    given_at: datetime
    recorded_at: datetime
    given_by: UUID
    given_by_person: bool
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_code: str | None = None
    counts_as: str | None = None
