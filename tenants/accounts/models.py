"""Tables of issuers and service accounts."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, TenantRow


class IssuerStatus(StrEnum):
    """Whether tokens of an issuer are accepted."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class AccountStatus(StrEnum):
    """Whether a service account may sign in."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Issuer(ReferenceRow, table=True):
    """An OpenID Connect issuer whose tokens a network accepts for one audience.

    Keys are found only by discovery below the issuer's own URL: a network cannot name keys for somebody else's issuer.
    The login role reads these rows too, because a token is verified before any tenant is known.

    Attributes:
        owner_tenant_id: The headquarters.
        issuer: The issuer's URL exactly as tokens carry it in ``iss``.
        audience: What tokens must carry in ``aud``.
        name: Name to show at sign-in.
        status: ``active`` or ``withdrawn``.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "issuers"
    __table_args__ = (
        UniqueConstraint("network_id", "issuer", "audience", name="issuers_once"),
        CheckConstraint("status IN ('active', 'withdrawn')", name="issuers_status"),
        Index("issuers_by_url", "issuer", "network_id", "id"),
    )

    owner_tenant_id: UUID
    issuer: str
    audience: str
    name: str
    status: str = IssuerStatus.ACTIVE.value
    recorded_at: datetime
    version: int = 1


class ServiceAccount(TenantRow, table=True):
    """A machine's account in one tenant; its client id names network, tenant and account.

    Attributes:
        name: Name to show.
        roles: Keys of its roles.
        secret_hash: scrypt of the secret, with its salt and cost.
        previous_secret_hash: The secret before the last rotation.
        previous_until: Until when the previous secret is accepted.
        status: ``active`` or ``revoked``.
        created_by: The actor who made it.
        created_at: When.
        rotated_at: When the secret was last rotated.
        revoked_at: When it was revoked.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "service_accounts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", name="service_accounts_name_once"),
        CheckConstraint("status IN ('active', 'revoked')", name="service_accounts_status"),
        CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="service_accounts_revoked_since"),
        Index("service_accounts_by_network", "network_id", "tenant_id", "id"),
    )

    name: str
    roles: list[str] = Field(default_factory=list, sa_type=JSONB)
    secret_hash: str
    previous_secret_hash: str | None = None
    previous_until: datetime | None = None
    status: str = AccountStatus.ACTIVE.value
    created_by: UUID
    created_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    recorded_at: datetime
    version: int = 1
