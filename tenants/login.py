"""What signing in asks of this room: who somebody is, and what they may do in a tenant at this instant.

Login comes before any tenant. A person is found by their sign-in, as the login role; their tenants in their own rows;
their roles in the tenant. A service account's client id names network, tenant and account, so nothing is looked up
before there is a scope. A membership, an account, a role or a suspension is read as it stands, never remembered here.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.database import Database
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope
from tenants.accounts.credentials import ClientId, matches
from tenants.accounts.models import AccountStatus, ServiceAccount
from tenants.accounts.repository import find_account, read_trusts
from tenants.errors import NotAMember, TenantSuspended, UnknownIdentity, WrongCredentials
from tenants.networks.models import Tenant, TenantStatus
from tenants.networks.tree_queries import find_tenant, read_lineage
from tenants.people.models import MembershipStatus, PersonTenant
from tenants.people.persons import Identity, person_by_identity, tenants_of
from tenants.people.policy import permissions_of
from tenants.people.repository import find_membership, known_roles

__all__ = [
    "Identity",
    "authenticate_service_account",
    "memberships_of",
    "network_trusts",
    "person_by_identity",
    "resolve_scope",
    "service_scope",
]


async def memberships_of(database: Database, person_id: UUID) -> Sequence[PersonTenant]:
    """List the tenants a person can act in, in any network, by key; a copy for choosing, the membership decides."""
    return await tenants_of(database, person_id)


async def network_trusts(database: Database, issuer: str) -> Sequence[tuple[UUID, str]]:
    """List the networks that accept an issuer, by its exact name, each with the audience it asks for."""
    async with database.transaction(Role.LOGIN, {}, read_only=True) as session:
        return await read_trusts(session, issuer)


async def resolve_scope(database: Database, *, who: Identity | UUID, tenant_id: UUID, instant: datetime) -> Scope:
    """Give the scope of a person in a tenant: roles, permissions and lineage as they stand.

    Args:
        database: Where they are kept.
        who: A sign-in, or the id of a person.
        tenant_id: The tenant asked for.
        instant: The instant the lineage is taken at.

    Raises:
        UnknownIdentity: Nobody is known by the sign-in.
        NotAMember: There is no active membership, or the tenant's network does not accept the sign-in; a tenant that
            does not exist, or is not in the tree yet, looks the same.
        TenantSuspended: The tenant is suspended.
    """
    person_id = who if isinstance(who, UUID) else await person_by_identity(database, who.issuer, who.subject)
    if person_id is None:
        raise UnknownIdentity
    known = await tenants_of(database, person_id)
    network_id = next((one.network_id for one in known if one.tenant_id == tenant_id), None)
    if network_id is None or (isinstance(who, Identity) and not who.serves(network_id)):
        raise NotAMember(tenant_id=tenant_id)
    async with database.transaction(Role.APP, entering(network_id, tenant_id), read_only=True) as session:
        membership = await find_membership(session, tenant_id, person_id)
        if membership is None or membership.status != MembershipStatus.ACTIVE.value:
            raise NotAMember(tenant_id=tenant_id)
        return await scope_in(
            session, network_id, tenant_id, Actor(ActorKind.PERSON, person_id), membership.roles, instant
        )


async def authenticate_service_account(database: Database, client_id: str, secret: str, instant: datetime) -> Scope:
    """Give the scope of a service account that proves itself by its secret.

    Raises:
        WrongCredentials: No active account has this client id and secret.
        TenantSuspended: The account's tenant is suspended.
    """
    named = ClientId.read(client_id)
    account = await read_account(database, named) if named else None
    current = await matches(secret, account.secret_hash if account else None)
    if account is None or named is None or account.status != AccountStatus.ACTIVE.value:
        raise WrongCredentials
    if not current and not await matches_previous(account, secret, instant):
        raise WrongCredentials
    return await service_scope(
        database,
        network_id=named.network_id,
        tenant_id=named.tenant_id,
        account_id=named.account_id,
        instant=instant,
    )


async def matches_previous(account: ServiceAccount, secret: str, instant: datetime) -> bool:
    """Tell whether a secret is the one before the last rotation, and still works."""
    if account.previous_until is None or account.previous_until <= instant:
        return False
    return await matches(secret, account.previous_secret_hash)


async def service_scope(
    database: Database, *, network_id: UUID, tenant_id: UUID, account_id: UUID, instant: datetime
) -> Scope:
    """Give the scope of a service account that has proven itself before, such as by a token.

    Raises:
        WrongCredentials: The account is gone or revoked.
        TenantSuspended: The account's tenant is suspended.
    """
    async with database.transaction(Role.APP, entering(network_id, tenant_id), read_only=True) as session:
        account = await find_account(session, tenant_id, account_id)
        if account is None or account.status != AccountStatus.ACTIVE.value:
            raise WrongCredentials
        actor = Actor(ActorKind.SERVICE, account_id)
        return await scope_in(session, network_id, tenant_id, actor, account.roles, instant)


async def read_account(database: Database, named: ClientId) -> ServiceAccount | None:
    """Read the account a client id names."""
    async with database.transaction(Role.APP, entering(named.network_id, named.tenant_id), read_only=True) as session:
        return await find_account(session, named.tenant_id, named.account_id)


async def scope_in(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, actor: Actor, roles: Sequence[str], instant: datetime
) -> Scope:
    """Make the scope of an actor with roles in a tenant that is not suspended."""
    tenant = await active_tenant(session, network_id, tenant_id)
    known = await known_roles(session, network_id)
    lineage = await read_lineage(session, network_id, tenant_id, instant)
    if not lineage:
        raise NotAMember(tenant_id=tenant_id)
    return Scope(
        network_id=network_id,
        tenant_id=tenant_id,
        lineage=lineage,
        actor=actor,
        permissions=permissions_of(roles, tenant.kind, known),
        instant=instant,
        roles=tuple(sorted(roles)),
    )


async def active_tenant(session: AsyncSession, network_id: UUID, tenant_id: UUID) -> Tenant:
    """Find a tenant in which people may act.

    Raises:
        NotAMember: There is none.
        TenantSuspended: It is suspended.
    """
    tenant = await find_tenant(session, network_id, tenant_id)
    if tenant is None:
        raise NotAMember(tenant_id=tenant_id)
    if tenant.status == TenantStatus.SUSPENDED.value:
        raise TenantSuspended(tenant_id=tenant_id)
    return tenant


def entering(network_id: UUID, tenant_id: UUID) -> dict[str, str]:
    """Give the context in which one tenant's rows are seen before its lineage is known."""
    return {"app.network_id": str(network_id), "app.tenant_id": str(tenant_id)}
