"""Tables that say which plugins a network approves and a tenant has enabled."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, TenantRow


class ApprovalStatus(StrEnum):
    """Whether a network lets its tenants use a plugin."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class PluginApproval(ReferenceRow, table=True):
    """A network's word on a plugin.

    Attributes:
        owner_tenant_id: The headquarters.
        plugin: Name of the plugin, as its manifest has it.
        scopes: The most a tenant may grant it.
        status: ``approved`` or ``withdrawn``; withdrawing stops it everywhere at once.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "plugin_approvals"
    __table_args__ = (
        UniqueConstraint("network_id", "plugin", name="plugin_approvals_once"),
        CheckConstraint("status IN ('approved', 'withdrawn')", name="plugin_approvals_status"),
    )

    owner_tenant_id: UUID
    plugin: str
    scopes: list[str] = Field(default_factory=list, sa_type=JSONB)
    status: str = ApprovalStatus.APPROVED.value
    recorded_at: datetime
    version: int = 1


class PluginActivation(TenantRow, table=True):
    """A tenant's use of a plugin.

    Attributes:
        plugin: Name of the plugin.
        enabled: Whether it runs for the tenant.
        scopes: What the tenant granted it.
        configuration: Values for the plugin's settings; never secrets, never searched.
        revoked_at: Since when the tenant has taken back what it granted.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "plugin_activations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plugin", name="plugin_activations_once"),
        CheckConstraint("NOT (enabled AND revoked_at IS NOT NULL)", name="plugin_activations_revoked"),
        Index("plugin_activations_by_network", "network_id", "tenant_id", "id"),
    )

    plugin: str
    enabled: bool
    scopes: list[str] = Field(default_factory=list, sa_type=JSONB)
    configuration: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    revoked_at: datetime | None = None
    recorded_at: datetime
    version: int = 1
