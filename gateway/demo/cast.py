"""The people of the demonstration: who they are, where they work, and what they hold."""

from dataclasses import replace
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.frozen import frozen
from core.kernel.idle import run_until_idle
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.work import Background
from gateway.cli.operator import Operator
from tenants.login import memberships_of, person_by_identity, resolve_scope
from tenants.networks.create import system_scope
from tenants.people.accept import AcceptInvitation, accept_invitation
from tenants.people.invite import InvitePerson, invite_person
from tenants.people.persons import Identity


@frozen(kw_only=True)
class Part:
    """Somebody in the demonstration.

    Attributes:
        subject: The built-in issuer's name for them.
        title: What they are, for people.
        role: The role they hold.
        tenant: Key of the tenant they work in; empty for the headquarters.
    """

    subject: str
    title: str
    role: str
    tenant: str = ""


EDITOR = Part(subject="demo-editor", title="headquarters editor", role="standards_editor")
ADMINISTRATOR = Part(
    subject="demo-administrator", title="headquarters administrator", role="headquarters_administrator"
)


def manager_of(tenant: str) -> Part:
    """Name the franchise manager of a tenant, who owns the franchise: adapting its standard takes that role."""
    title = f"franchise manager (owner) of {tenant}"
    return Part(subject="demo-manager", title=title, role="franchise_owner", tenant=tenant)


def clerk_of(tenant: str) -> Part:
    """Name the clerk of a tenant."""
    return Part(subject="demo-clerk", title=f"clerk of {tenant}", role="clerk", tenant=tenant)


@frozen(kw_only=True)
class Member:
    """A part that is taken.

    Attributes:
        part: The part.
        tenant_id: Where they work.
        scope: What they may do there.
    """

    part: Part
    tenant_id: UUID
    scope: Scope


async def take_part(at: Operator, headquarters: Scope, part: Part) -> Member:
    """Invite somebody and accept for them, once; and give what they may do."""
    tenant_id = await place_of(at, headquarters, part)
    person_id = await person_by_identity(at.database, at.settings.public_url, part.subject)
    known = await memberships_of(at.database, person_id) if person_id else ()
    if person_id is None or tenant_id not in {one.tenant_id for one in known}:
        person_id = await join(at, headquarters, part, tenant_id)
    scope = replace(
        await resolve_scope(at.database, who=person_id, tenant_id=tenant_id, instant=at.clock.now()),
        actor=Actor(ActorKind.PERSON, person_id),
    )
    return Member(part=part, tenant_id=tenant_id, scope=scope)


async def place_of(at: Operator, headquarters: Scope, part: Part) -> UUID:
    """Find the tenant somebody works in."""
    if not part.tenant:
        return headquarters.tenant_id
    found = await at.directory.tenant_by_key(headquarters.network_id, part.tenant)
    return found.id if found else headquarters.tenant_id


async def join(at: Operator, headquarters: Scope, part: Part, tenant_id: UUID) -> UUID:
    """Become a member by an invitation, as everybody does."""
    masters = at.services.get(MasterKeys)
    lineage = await at.directory.lineage(headquarters.network_id, tenant_id, at.clock.now())
    async with at.database.unit(system_scope(headquarters, lineage), clock=at.clock) as unit:
        invited = await invite_person(unit, InvitePerson(roles=(part.role,)), KeyRing(unit, masters))
    accepted = await accept_invitation(
        at.database,
        Identity(issuer=at.settings.public_url, subject=part.subject),
        AcceptInvitation(code=invited.code.write(), display_name=part.title.title()),
        clock=at.clock,
        masters=masters,
    )
    await run_until_idle(Background(database=at.database, services=at.services), network_id=headquarters.network_id)
    return accepted.person_id
