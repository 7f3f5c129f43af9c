"""Tables of trusted documents; they belong to the platform, as front ends serve every network alike."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass

IS_HASH = "hash ~ '^[0-9a-f]{64}$'"


class TrustedDocument(Row, table=True):
    """The text of a document, once however many builds send it.

    Attributes:
        hash: SHA-256 of the text in UTF-8, in lower-case hexadecimal.
        text: The GraphQL document, exactly as the front end has it.
        registered_at: When it was first registered.
    """

    __tablename__ = "trusted_documents"
    __table_args__ = (CheckConstraint(IS_HASH, name="trusted_documents_hash"),)
    row_class: ClassVar[RowClass] = RowClass.PLATFORM
    retention: ClassVar[Retention] = Retention.OPERATIONAL

    hash: str = Field(primary_key=True)
    text: str
    registered_at: datetime


class TrustedDocumentBuild(Row, table=True):
    """One build of a front end sends a document; it is served as long as any build that sends it is not retired.

    Attributes:
        hash: The document.
        application: Name of the front end.
        version: Its build.
        registered_at: When this build was registered.
        retired_at: When it was retired.
    """

    __tablename__ = "trusted_document_builds"
    __table_args__ = (
        ForeignKeyConstraint(["hash"], ["trusted_documents.hash"], name="trusted_document_builds_document"),
        CheckConstraint("application <> '' AND version <> ''", name="trusted_document_builds_named"),
        Index("trusted_document_builds_build", "application", "version"),
    )
    row_class: ClassVar[RowClass] = RowClass.PLATFORM
    retention: ClassVar[Retention] = Retention.OPERATIONAL

    hash: str = Field(primary_key=True)
    application: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    registered_at: datetime
    retired_at: datetime | None = None
