"""What a verified token establishes: a person of some networks, or a service account of exactly one tenant."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.scope import Actor, ActorKind, Scope
from tenants.people.persons import Identity


@frozen(kw_only=True)
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


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class Opened:
    """What a token opens: the actor, and the tenant to act in or why there is none.

    Somebody without a tenant may still do what needs only an identity: choose a tenant, accept an invitation.

    Attributes:
        token: What was established; none without a token.
        actor: Who acts; none without a token, and for a person whom nobody has registered.
        scope: The tenant and the permissions held there.
        withheld: Why there is no scope.
    """

    token: VerifiedToken | None = None
    actor: Actor | None = None
    scope: Scope | None = None
    withheld: DomainError | None = None


@frozen
class TokenIdentity:
    """Whoever a verified token speaks for, as resolvers see it: known here or not yet.

    Attributes:
        actor: The person or service account; for a person not yet registered, an id derived from the sign-in.
        sign_in: The person's sign-in, by which they accept invitations; none for a service account.
    """

    actor: Actor
    sign_in: Identity | None


def identity_of(opened: Opened) -> TokenIdentity | None:
    """Give whoever the token speaks for; none without a token."""
    token = opened.token
    if token is None:
        return None
    if isinstance(token, ServiceToken):
        return TokenIdentity(opened.actor or Actor(ActorKind.SERVICE, token.account_id), None)
    sign_in = Identity(issuer=token.issuer, subject=token.subject, networks=token.networks)
    return TokenIdentity(opened.actor or Actor(ActorKind.PERSON, sign_in.key), sign_in)


class ScopeSource(Protocol):
    """Turns an established identity into what it opens, as memberships stand now."""

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:
        """Give what a person's token opens in the tenant asked for, or in their only one.

        What may be withheld: ``UnknownPerson``, ``NoMembership``, ``TenantNotChosen``, ``TenantSuspended``, and
        ``UnknownIssuer`` where the tenant's network does not accept the token's issuer.
        """
        ...

    async def service(self, token: ServiceToken, at: datetime) -> Opened:
        """Give what a service account's token opens: its one tenant.

        What may be withheld: ``TenantSuspended``.

        Raises:
            ServiceAccountRefused: The account is gone or revoked.
        """
        ...
