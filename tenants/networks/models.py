"""Tables of the tree: networks, tenants, their placements over time, and each tenant's settings."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, Row, RowClass


class TenantKind(StrEnum):
    """What a tenant is in the tree."""

    HEADQUARTERS = "headquarters"
    REGION = "region"
    FRANCHISEE = "franchisee"


class TenantStatus(StrEnum):
    """Whether a tenant's people may act."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Network(Row, table=True):
    """A brand: a headquarters and every tenant below it.

    Attributes:
        network_id: Derived from the key, so that a network is found by its key before any scope exists.
        headquarters_id: The tenant at the root, which owns the row.
        key: Short stable name, unique on the platform.
        name: Name to show.
        founded_at: Since when the network, and its headquarters' placement, holds.
        recorded_at: When the row was written.
        tree_revision: Goes up with every change of the tree; writers of the tree are serialised by it.
    """

    __tablename__ = "networks"
    __table_args__ = (UniqueConstraint("key", name="networks_key_once"),)

    row_class: ClassVar[RowClass] = RowClass.REFERENCE
    retention: ClassVar[Retention] = Retention.OPERATIONAL

    network_id: UUID = Field(primary_key=True)
    headquarters_id: UUID
    key: str
    name: str
    founded_at: datetime
    recorded_at: datetime
    tree_revision: int = 0


class Tenant(ReferenceRow, table=True):
    """An operating unit with its own data; the row is readable in the whole network and written by headquarters.

    Attributes:
        owner_tenant_id: The headquarters.
        key: Short stable name, unique in the network.
        name: Name to show.
        kind: ``headquarters``, ``region`` or ``franchisee``.
        locale: BCP 47 tag.
        time_zone: IANA name.
        currency: ISO 4217 code.
        status: ``active`` or ``suspended``.
        suspended_at: Since when the tenant is suspended.
        recorded_at: When the row was written.
        version: Goes up with every change.
        settings_version: The version of the tenant's own settings that name, locale, time zone and currency are of.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        UniqueConstraint("network_id", "key", name="tenants_key_once"),
        ForeignKeyConstraint(["network_id"], ["networks.network_id"], name="tenants_network"),
        CheckConstraint("kind IN ('headquarters', 'region', 'franchisee')", name="tenants_kind"),
        CheckConstraint("status IN ('active', 'suspended')", name="tenants_status"),
        CheckConstraint("(status = 'suspended') = (suspended_at IS NOT NULL)", name="tenants_suspended_since"),
        Index("tenants_by_kind", "network_id", "kind", "key", "id"),
        Index("tenants_by_status", "network_id", "status", "key", "id"),
    )

    owner_tenant_id: UUID
    key: str
    name: str
    kind: str
    locale: str
    time_zone: str
    currency: str
    status: str = TenantStatus.ACTIVE.value
    suspended_at: datetime | None = None
    recorded_at: datetime
    version: int = 1
    settings_version: int = 0


class TenantPlacement(ReferenceRow, table=True):
    """Where a tenant hangs in the tree, for a span of valid time, as known for a span of recorded time.

    Both spans are half-open; an empty end means it still holds. The only update ever made closes ``recorded_to``.

    Attributes:
        owner_tenant_id: The headquarters.
        child_id: The tenant that is placed.
        parent_id: The tenant directly above; empty for the headquarters.
        valid_from: Since when the placement holds.
        valid_to: Until when it holds.
        recorded_from: Since when the database says so.
        recorded_to: Until when the database said so.
    """

    __tablename__ = "tenant_placements"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "child_id"], ["tenants.network_id", "tenants.id"], name="placements_child"),
        ForeignKeyConstraint(
            ["network_id", "parent_id"], ["tenants.network_id", "tenants.id"], name="placements_parent"
        ),
        CheckConstraint("valid_to > valid_from", name="placements_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="placements_recorded_span"),
        CheckConstraint("parent_id <> child_id", name="placements_not_below_itself"),
        ExcludeConstraint(
            ("network_id", "="),
            ("child_id", "="),
            (func.tstzrange(text("valid_from"), text("valid_to")), "&&"),
            (func.tstzrange(text("recorded_from"), text("recorded_to")), "&&"),
            name="placements_one_place_at_a_time",
            using="gist",
        ),
        Index("placements_by_child", "network_id", "child_id", "valid_from", "id"),
        Index("placements_by_parent", "network_id", "parent_id", "valid_from", "id"),
    )

    owner_tenant_id: UUID
    child_id: UUID
    parent_id: UUID | None = None
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None


class TenantSettings(Row, table=True):
    """What a tenant decides for itself; one row for each tenant, written by the tenant alone.

    Attributes:
        tenant_id: The tenant.
        network_id: Its network.
        name: Name to show.
        locale: BCP 47 tag.
        time_zone: IANA name.
        currency: ISO 4217 code.
        preferences: Small named values that front ends keep, never searched.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "tenant_settings"

    row_class: ClassVar[RowClass] = RowClass.TENANT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    name: str
    locale: str
    time_zone: str
    currency: str
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    recorded_at: datetime
    version: int = 1
