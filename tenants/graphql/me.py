"""Who one is, where, and what one may."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.crypto import MasterKeys, Place
from core.kernel.frozen import frozen
from core.kernel.graphql.access import IDENTIFIED
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.types import shows, value
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.unit import Unit
from core.kernel.walls import context_statement, person_context
from tenants.accounts.repository import find_account
from tenants.graphql.people_types import RoleType
from tenants.graphql.reading import readable
from tenants.networks.models import Tenant
from tenants.networks.tree_queries import find_tenant
from tenants.people.models import PersonTenant
from tenants.people.persons import read_tenants_of
from tenants.people.policy import may_grant
from tenants.people.repository import find_membership, known_roles
from tenants.roles import RoleFacts


@value(permission=IDENTIFIED, description="A tenant one may act in; name it in the header Touchstone-Tenant.")
class MyTenantType:
    """A tenant one may act in."""

    id: strawberry.ID = shows("The tenant's global id, as the header takes it too.")
    key: str = shows("Short stable name, unique in the network.")
    name: str = shows("Name to show.")
    network_id: strawberry.ID = shows("Global id of its network.")


@value(permission=IDENTIFIED, description="Who one is, where, and what one may.")
class MeType:
    """Who one is."""

    kind: str = shows("`person` or `service`.")
    id: str = shows("Id of the person or service account.")
    display_name: str | None = shows("What one is called in the tenant acted in; a service account's name.")
    tenant: MyTenantType | None = shows("The tenant acted in; empty where none was named.")
    roles: list[RoleType] = shows("Roles held there.")
    permissions: list[str] = shows("Names of the permissions held there.")
    tenants: list[MyTenantType] = shows("Tenants one can act in, of any network, by key.")


@frozen(kw_only=True)
class Here:
    """What is found in the tenant acted in: the tenant, the roles it knows, and what one is called there."""

    tenant: Tenant
    known: dict[str, RoleFacts]
    display_name: str | None


async def who_am_i(context: RequestContext) -> MeType | None:
    """Say who one is, on the operation's own connection where a tenant is acted in."""
    scope = context.scope
    actor = scope.actor if scope else context.identity.actor if context.identity else None
    if actor is None:
        return None
    if scope is None:
        async with context.database.person_rows(actor.id) as session:
            return shown(actor, None, None, await membership_copies(session, actor))
    async with own_unit(context) as unit:
        here = await found_here(unit, scope, context)
        await unit.session.execute(*context_statement(context.database.engine, person_context(actor.id)))
        return shown(actor, scope, here, await membership_copies(unit.session, actor))


@asynccontextmanager
async def own_unit(context: RequestContext) -> AsyncGenerator[Unit, None]:
    """Take the operation's connection for a moment; it holds one at most."""
    unit: Unit = (await context.operation.reader()).unit
    async with unit.lock:
        yield unit


async def membership_copies(session: AsyncSession, actor: Actor) -> list[PersonTenant]:
    """List the tenants in a person's own rows; a service account has none."""
    return list(await read_tenants_of(session, actor.id)) if actor.kind is ActorKind.PERSON else []


async def found_here(unit: Unit, scope: Scope, context: RequestContext) -> Here | None:
    """Find what the tenant acted in knows of the actor."""
    tenant = await find_tenant(unit.session, scope.network_id, scope.tenant_id)
    if tenant is None:
        return None
    known = await known_roles(unit.session, scope.network_id)
    return Here(tenant=tenant, known=known, display_name=await called(unit, scope, context))


async def called(unit: Unit, scope: Scope, context: RequestContext) -> str | None:
    """Tell what the actor is called in the tenant."""
    if scope.actor.kind is ActorKind.SERVICE:
        account = await find_account(unit.session, scope.tenant_id, scope.actor.id)
        return account.name if account else None
    membership = await find_membership(unit.session, scope.tenant_id, scope.actor.id)
    if membership is None:
        return None
    ring = KeyRing(unit, context.services.get(MasterKeys))
    return await readable(ring, membership.display_name, Place("memberships", "display_name", scope.actor.id))


def shown(actor: Actor, scope: Scope | None, here: Here | None, copies: list[PersonTenant]) -> MeType:
    """Put together what is shown."""
    own = my_tenant(here.tenant.id, here.tenant.key, here.tenant.name, here.tenant.network_id) if here else None
    others = [my_tenant(one.tenant_id, one.tenant_key, one.tenant_name, one.network_id) for one in copies]
    return MeType(
        kind=actor.kind.value,
        id=str(actor.id),
        display_name=here.display_name if here else None,
        tenant=own,
        roles=[role_shown(here, scope, key) for key in scope.roles if key in here.known] if scope and here else [],
        permissions=sorted(scope.permissions) if scope else [],
        tenants=others or ([own] if own else []),
    )


def role_shown(here: Here, scope: Scope, key: str) -> RoleType:
    """Show a role as the tenant acted in knows it."""
    return shown_role(here.known[key], here.tenant.kind, scope, here.known)


def shown_role(role: RoleFacts, kind: str, scope: Scope, known: dict[str, RoleFacts]) -> RoleType:
    """Show a role as it is in a kind of tenant."""
    return RoleType(
        key=role.key,
        name=role.name,
        description=role.description,
        permissions=sorted(role.permissions_in(kind)),
        built_in=role.built_in,
        grantable=may_grant(scope, role.key, known),
    )


def my_tenant(tenant_id: UUID, key: str, name: str, network_id: UUID) -> MyTenantType:
    """Show a tenant one may act in."""
    return MyTenantType(
        id=global_id("Tenant", tenant_id), key=key, name=name, network_id=global_id("Network", network_id)
    )
