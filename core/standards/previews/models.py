"""What a version would do to the network, as the tenant that publishes it keeps it until it is looked at again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.kernel.rows import TenantRow
from core.standards.previews.vocabulary import Finding


class Preview(TenantRow, table=True):
    """One look ahead; a version keeps the latest.

    Attributes:
        version_id: The version.
        job_id: The job that looks.
        code: The standard.
        number: The version's number.
        version_hash: What the version said.
        version_revision: Its revision.
        at: The instant that was looked at.
        known_from: Since when changes of adaptations are not in it.
        asked_by: Who asked.
        asked_at: When.
        tenants: How many tenants were looked at so far.
        affected: How many of them have adaptations that do not follow by themselves, or limits that change.
    """

    __tablename__ = "previews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="previews_version",
        ),
        UniqueConstraint("tenant_id", "version_id", name="previews_one_of_a_version"),
    )

    version_id: UUID
    job_id: UUID
    code: str
    number: str
    version_hash: str
    version_revision: int
    at: datetime
    known_from: datetime
    asked_by: UUID
    asked_at: datetime
    tenants: int = 0
    affected: int = 0


class PreviewFinding(TenantRow, table=True):
    """What was found in one tenant, once for each thing that was.

    Attributes:
        preview_id: The preview.
        version_id: Its version.
        subject_id: The tenant that was looked at.
        finding: What was found.
        count: How often: adaptations, or limits that change.
        details: Each of them, as JSON.
    """

    __tablename__ = "preview_findings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "preview_id"], ["previews.tenant_id", "previews.id"], name="preview_findings_preview"
        ),
        UniqueConstraint("tenant_id", "preview_id", "subject_id", "finding", name="preview_findings_once"),
        CheckConstraint(f"finding IN {tuple(map(str, Finding))}", name="preview_findings_finding"),
        Index("preview_findings_by_tenant", "tenant_id", "version_id", "subject_id", "id"),
        Index("preview_findings_by_finding", "tenant_id", "finding", "version_id", "subject_id", "id"),
    )

    preview_id: UUID
    version_id: UUID
    subject_id: UUID
    finding: str
    count: int
    details: str = Field(sa_column=Column(Text, nullable=False))


class PreviewLimit(TenantRow, table=True):
    """A clock or limit that would change from one value to another, and for how many tenants.

    Attributes:
        preview_id: The preview.
        place: The clause and parameter as the new version names it, or as it was named where it is gone.
        variant: The contexts; empty for all.
        before: What holds, as JSON; ``null`` for a new one.
        after: What would hold; ``null`` for one that is gone.
        digest: Tells one such change from another.
        tenants: For how many tenants.
    """

    __tablename__ = "preview_limits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "preview_id"], ["previews.tenant_id", "previews.id"], name="preview_limits_preview"
        ),
        UniqueConstraint("tenant_id", "preview_id", "digest", name="preview_limits_once"),
        Index("preview_limits_by_place", "tenant_id", "preview_id", "place", "id"),
    )

    preview_id: UUID
    place: str
    variant: str
    before: str = Field(sa_column=Column(Text, nullable=False))
    after: str = Field(sa_column=Column(Text, nullable=False))
    digest: str
    tenants: int
