"""The table of files that wait to be imported."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow


class ImportUpload(TenantRow, table=True):
    """A file of one tenant; row and file go when it is imported, or when nobody has it imported for long.

    Attributes:
        file_name: What it was called where it came from, without its folder.
        bytes: Its size.
        file_hash: SHA-256 of it, in hexadecimal.
        uploaded_by: Who uploaded it.
        recorded_at: When it had arrived.
        mapping: What it means, as JSON; empty until its import is ordered, like the next two.
        run_id: The run that imports it.
        job_id: The job that shows how far that is.
    """

    __tablename__ = "import_uploads"
    __table_args__ = (
        CheckConstraint("(mapping IS NULL) = (job_id IS NULL)", name="import_uploads_ordered"),
        CheckConstraint("(run_id IS NULL) = (job_id IS NULL)", name="import_uploads_run"),
        Index("import_uploads_by_time", "tenant_id", "recorded_at", "id"),
    )

    retention: ClassVar[Retention] = Retention.TRANSIENT

    file_name: str
    bytes: int = Field(sa_type=BigInteger)
    file_hash: str
    uploaded_by: UUID
    recorded_at: datetime
    mapping: str | None = None
    run_id: UUID | None = None
    job_id: UUID | None = None
