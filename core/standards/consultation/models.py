"""Tables of consultation: the draft's text as units below read it, what each of them says, and what the owner keeps."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, TenantRow
from core.standards.tables.spans import json_column

IS_OPEN = text("closed_at IS NULL")
IS_UNANSWERED = text("answered_at IS NULL")


class CommentStatus(StrEnum):
    """What became of a comment."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class CommentVerdict(StrEnum):
    """How a comment is answered."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class Consultation(ReferenceRow, table=True):
    """A draft as its owner lays it before the units below; its text never changes.

    Attributes:
        owner_tenant_id: Who writes the draft; readable where that is the reading tenant or above it.
        version_id: The draft in the owner's tenant.
        code: The standard.
        number: The draft's number.
        title: Its title per locale.
        document: Its canonical text when the consultation was opened.
        hash: SHA-256 of that text.
        note: What the owner wants to know.
        opened_at: When it was opened.
        ends_at: Until when comments are taken.
        closed_at: When the owner closed it before that.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "consultations"
    __table_args__ = (
        CheckConstraint("ends_at > opened_at", name="consultations_span"),
        Index("consultations_by_end", "network_id", "ends_at", "id", postgresql_where=IS_OPEN),
        Index("consultations_by_code", "network_id", "code", "ends_at", "id", postgresql_where=IS_OPEN),
        Index("consultations_by_version", "network_id", "version_id", "id"),
    )

    owner_tenant_id: UUID
    version_id: UUID
    code: str
    number: str
    title: dict[str, str] = Field(sa_column=json_column())
    document: str
    hash: str
    note: str = ""
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None
    revision: int = 1
    recorded_at: datetime


class DraftComment(TenantRow, table=True):
    """What a tenant says of a draft of a level above, as it keeps it.

    Attributes:
        consultation_id: The consultation.
        owner_tenant_id: Who answers.
        code: The standard.
        number: The draft's number.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause is meant.
        text: What it says.
        author_id: Who wrote it; this stays in the tenant.
        commented_at: When.
        status: What became of it.
        answer: What the owner says to it.
        answered_at: When the owner answered.
        recorded_at: When the row was last written.
    """

    __tablename__ = "draft_comments"
    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, CommentStatus))}", name="draft_comments_status"),
        CheckConstraint("(status = 'open') = (answered_at IS NULL)", name="draft_comments_answered"),
        CheckConstraint("owner_tenant_id <> tenant_id", name="draft_comments_of_another"),
        Index("draft_comments_by_consultation", "tenant_id", "consultation_id", "id"),
        Index("draft_comments_open", "tenant_id", "id", postgresql_where=IS_UNANSWERED),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    consultation_id: UUID
    owner_tenant_id: UUID
    code: str
    number: str
    clause_key: str
    parameter_key: str = ""
    text: str
    author_id: UUID
    commented_at: datetime
    status: str = CommentStatus.OPEN.value
    answer: str = ""
    answered_at: datetime | None = None
    recorded_at: datetime


class ConsultationComment(TenantRow, table=True):
    """A comment of a unit below as the owner of the draft keeps it; ``id`` is that of the comment there.

    Attributes:
        consultation_id: The consultation.
        version_id: The draft.
        from_tenant_id: Which unit comments; who in it is not told.
        code: As there, and so are all that are not named here.
        status: What became of it.
        answer: What the owner says to it.
        answered_by: Who answered; this stays in the tenant.
        answered_at: When.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "consultation_comments"
    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, CommentStatus))}", name="consultation_comments_status"),
        CheckConstraint("(status = 'open') = (answered_at IS NULL)", name="consultation_comments_answered"),
        CheckConstraint("from_tenant_id <> tenant_id", name="consultation_comments_of_another"),
        Index("consultation_comments_by_version", "tenant_id", "version_id", "id"),
        Index("consultation_comments_by_clause", "tenant_id", "clause_key", "id"),
        Index("consultation_comments_open", "tenant_id", "id", postgresql_where=IS_UNANSWERED),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    consultation_id: UUID
    version_id: UUID
    from_tenant_id: UUID
    code: str
    number: str
    clause_key: str
    parameter_key: str = ""
    text: str
    commented_at: datetime
    status: str = CommentStatus.OPEN.value
    answer: str = ""
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    revision: int = 1
    recorded_at: datetime
