"""Tables of the service catalogue: what the network may offer, and what a tenant does offer."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, TenantRow


class ServiceKind(StrEnum):
    """What kind of service it is; a bespoke one is a frame in which tenants make services of their own."""

    BASIC = "basic"
    ADDITIONAL = "additional"
    BESPOKE = "bespoke"
    BUNDLE = "bundle"


class ServiceStatus(StrEnum):
    """Where a service of the network stands."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class OfferStatus(StrEnum):
    """Where an offer of a tenant stands."""

    OFFERED = "offered"
    ENDED = "ended"


class CatalogueService(ReferenceRow, table=True):
    """A service that the network has.

    Attributes:
        owner_tenant_id: Who published it: the headquarters.
        key: What records and standards call it, the same for good.
        kind: What kind of service it is.
        title: Its name per locale.
        description: What the customer gets, per locale; may be empty.
        standard_code: The standard it is carried out under; empty where nothing is said.
        parts: For a bundle, the keys of the services in it.
        granted_to: Ids of the tenants that may offer it, with all below them; everybody where it is empty.
        status: Published or withdrawn.
        published_by: Who published it first.
        published_at: When.
        withdrawn_at: When it was withdrawn.
        revision: Goes up with every change.
        recorded_at: When it was last written.
    """

    __tablename__ = "catalogue_services"
    __table_args__ = (
        UniqueConstraint("network_id", "key", name="catalogue_services_key"),
        CheckConstraint(f"kind IN {tuple(map(str, ServiceKind))}", name="catalogue_services_kind"),
        CheckConstraint(f"status IN {tuple(map(str, ServiceStatus))}", name="catalogue_services_status"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="catalogue_services_withdrawn"),
        CheckConstraint("(kind = 'bundle') = (parts <> '[]'::jsonb)", name="catalogue_services_parts"),
        Index("catalogue_services_by_key", "network_id", "key", "id"),
        Index("catalogue_services_by_kind", "network_id", "kind", "key", "id"),
        Index("catalogue_services_by_status", "network_id", "status", "key", "id"),
    )

    owner_tenant_id: UUID
    key: str
    kind: str
    title: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    description: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    standard_code: str = ""
    parts: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    granted_to: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    status: str
    published_by: UUID
    published_at: datetime
    withdrawn_at: datetime | None = None
    revision: int = 1
    recorded_at: datetime


class ServiceOffer(TenantRow, table=True):
    """A service that a tenant offers: one of the network's, or a bespoke one of its own.

    Attributes:
        key: The service; one of the tenant's own begins with ``own.``.
        based_on: For one of its own, the key of the bespoke service of the network that is its frame.
        title: For one of its own, its name per locale.
        description: For one of its own, what the customer gets, per locale.
        status: Offered or ended.
        offered_by: Who offered it first.
        offered_at: Since when it is offered.
        ended_at: When the offer ended.
        revision: Goes up with every change.
        recorded_at: When it was last written.
    """

    __tablename__ = "service_offers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="service_offers_key"),
        CheckConstraint(f"status IN {tuple(map(str, OfferStatus))}", name="service_offers_status"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="service_offers_ended"),
        CheckConstraint("(based_on <> '') = (key LIKE 'own.%')", name="service_offers_own"),
        Index("service_offers_by_key", "tenant_id", "key", "id"),
        Index("service_offers_by_status", "tenant_id", "status", "key", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    key: str
    based_on: str = ""
    title: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    description: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    status: str
    offered_by: UUID
    offered_at: datetime
    ended_at: datetime | None = None
    revision: int = 1
    recorded_at: datetime
