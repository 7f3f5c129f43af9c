"""The table of sites."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import TenantRow


class SiteStatus(StrEnum):
    """Whether a site serves customers."""

    OPEN = "open"
    CLOSED = "closed"


class Site(TenantRow, table=True):
    """A place where one tenant serves customers.

    Attributes:
        key: Short stable name, unique in the tenant.
        name: Name to show.
        time_zone: IANA name; business dates of the site are resolved in it.
        locale: BCP 47 tag.
        currency: ISO 4217 code.
        address: ``{lines, city, postal_code, country}``; country is ISO 3166-1 alpha-2. Never searched.
        attributes: What processes and standards may ask of it, texts by name, such as ``kind``. Never searched.
        status: ``open`` or ``closed``.
        opened_at: Since when it serves.
        closed_at: Since when it serves no more.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "sites"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="sites_key_once"),
        CheckConstraint("status IN ('open', 'closed')", name="sites_status"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="sites_closed_since"),
        Index("sites_by_status", "tenant_id", "status", "key", "id"),
        Index("sites_by_network", "network_id", "tenant_id", "id"),
    )

    key: str
    name: str
    time_zone: str
    locale: str
    currency: str
    address: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    attributes: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    status: str = SiteStatus.OPEN.value
    opened_at: datetime
    closed_at: datetime | None = None
    recorded_at: datetime
    version: int = 1
