"""That a person has read a version: a row of the person's tenant, which units above see in figures alone."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint

from core.kernel.rows import Retention, TenantRow


class VersionReading(TenantRow, table=True):
    """That a person of the tenant has read a published version; written once, never changed.

    Attributes:
        version_id: The published version.
        code: The standard.
        person_id: The person; its name is kept nowhere near.
        read_at: When.
        recorded_at: When the row was written.
    """

    __tablename__ = "version_readings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", "person_id", name="version_readings_once"),
        ForeignKeyConstraint(
            ["network_id", "version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="version_readings_version",
        ),
        Index("version_readings_of_network", "network_id", "version_id", "tenant_id", "read_at"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    version_id: UUID
    code: str
    person_id: UUID
    read_at: datetime
    recorded_at: datetime
