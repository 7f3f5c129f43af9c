"""What a verified token establishes: a person of some networks, or a service account of exactly one tenant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.kernel.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToken:
    """An issuer's word for who somebody is.

    Attributes:
        issuer: Who vouches.
        subject: The issuer's name for the person; personal, never logged.
        networks: Networks that accept this token; none means that every network does (this server's own issuer).
        expires_at: When the token ends, in UTC.
    """

    issuer: str
    subject: str
    networks: frozenset[UUID] | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """This server's own word for a service account, which acts in exactly one tenant of one network.

    Attributes:
        account_id: The service account.
        network_id: Its network.
        tenant_id: Its tenant.
        expires_at: When the token ends, in UTC.
    """

    account_id: UUID
    network_id: UUID
    tenant_id: UUID
    expires_at: datetime


VerifiedToken = PersonToken | ServiceToken


class ScopeSource(Protocol):
    """Turns an established identity into the scope it may act in, as memberships stand now."""

    async def person_scope(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Scope:
        """Give the scope of a person in the tenant asked for, or in their only one.

        Raises:
            UnknownPerson: Nobody is registered under the identity.
            NoMembership: Not a member there.
            TenantNotChosen: Several memberships and none asked for.
            TenantSuspended: The tenant is suspended.
            UnknownIssuer: The tenant's network does not accept the token's issuer.
        """
        ...

    async def service_scope(self, token: ServiceToken, at: datetime) -> Scope:
        """Give the scope of a service account in its tenant.

        Raises:
            ServiceAccountRefused: The account is gone or revoked.
            TenantSuspended: The tenant is suspended.
        """
        ...
