"""Accept an invitation: a sign-in becomes a person, and the person a member.

Three groups of rows take part, so there are three transactions, in the order in which a crash between them leaves
nothing half done: the person first, with a hint at the tenant (one without memberships is harmless, and a hint decides
nothing), then invitation and membership together in the tenant, then the news in the person's rows, by the outbox.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import Clock, recorded_now
from core.kernel.crypto import MasterKeys, Place
from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.unit import Unit
from tenants.errors import InvitationNotUsable, TenantSuspended
from tenants.networks.models import Tenant, TenantStatus
from tenants.networks.set_up import own_tenant
from tenants.networks.tree_queries import read_lineage
from tenants.people.codes import InvitationCode
from tenants.people.models import Invitation, InvitationStatus, Membership, MembershipStatus, PersonTenant
from tenants.people.persons import Identity, begin_person, person_by_identity, remember_tenant
from tenants.people.policy import permissions_of
from tenants.people.repository import close_invitation, find_invitation, find_membership, join, known_roles
from tenants.values import check_name


@frozen(kw_only=True)
class AcceptInvitation:
    """What an invited person says.

    Attributes:
        code: The code they were given.
        display_name: What their colleagues in the tenant shall call them.
    """

    code: str
    display_name: str


@frozen(kw_only=True)
class Accepted:
    """What came of it: the person, and their membership of the tenant."""

    network_id: UUID
    tenant_id: UUID
    person_id: UUID
    membership_id: UUID


async def accept_invitation(
    database: Database, identity: Identity, command: AcceptInvitation, *, clock: Clock, masters: MasterKeys
) -> Accepted:
    """Make whoever signed in a member of the tenant that invited them, in transactions of its own.

    Raises:
        InvitationNotUsable: It is used, withdrawn, expired or not genuine, or the network does not accept the sign-in.
        TenantSuspended: The tenant is suspended.
        InvalidInput: The name does not have the form it must have.
    """
    scope = await enter_as_guest(database, identity, command, clock=clock)
    async with database.unit(scope, clock=clock) as unit:
        membership = await accept_as_guest(unit, command, KeyRing(unit, masters))
    return Accepted(
        network_id=membership.network_id,
        tenant_id=membership.tenant_id,
        person_id=membership.person_id,
        membership_id=membership.id,
    )


async def enter_as_guest(database: Database, identity: Identity, command: AcceptInvitation, *, clock: Clock) -> Scope:
    """Give the scope in which somebody accepts: in the tenant of the code, with what its roles permit.

    Whoever has accepted already enters again, so that a repeated request is answered as the first one was.

    Raises:
        InvitationNotUsable: As for :func:`accept_invitation`.
        TenantSuspended: The tenant is suspended.
        InvalidInput: The name does not have the form it must have.
    """
    code = InvitationCode.read(command.code)
    if code is None or not identity.serves(code.network_id):
        raise InvitationNotUsable
    check_name(command.display_name, "display_name")
    known = await person_by_identity(database, identity.issuer, identity.subject)
    scope = await guest_scope(database, code, known or new_id(), clock)
    async with database.unit(scope, clock=clock, read_only=True) as unit:
        tenant = await own_tenant(unit)
        permissions = await permitted(unit, code, tenant)
    person_id = await begin_person(database, identity, scope.actor.id)
    await remember_tenant(database, hint(person_id, tenant))
    return replace(scope, actor=Actor(ActorKind.PERSON, person_id), permissions=permissions)


async def accept_as_guest(unit: Unit, command: AcceptInvitation, keys: KeyRing) -> Membership:
    """Use the invitation up and write the membership, both or neither; the unit is of :func:`enter_as_guest`.

    Raises:
        InvitationNotUsable: It was used, withdrawn or has expired in the meantime, or is for another tenant.
    """
    code = InvitationCode.read(command.code)
    if code is None or code.tenant_id != unit.tenant_id:
        raise InvitationNotUsable
    invitation = await genuine(unit, code)
    if not is_open(invitation, unit):
        raise InvitationNotUsable
    person_id = unit.scope.actor.id
    if not await close_invitation(unit, invitation.id, InvitationStatus.ACCEPTED, unit.now, person_id):
        raise InvitationNotUsable
    name = check_name(command.display_name, "display_name")
    place = Place("memberships", "display_name", person_id)
    membership = await join(
        unit,
        Membership(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            person_id=person_id,
            display_name=await keys.seal_for(person_id, name, place),
            roles=list(invitation.roles),
            joined_at=unit.now,
            recorded_at=recorded_now(),
        ),
    )
    await told(unit, membership, invitation)
    return membership


async def told(unit: Unit, membership: Membership, invitation: Invitation) -> None:
    """Write the audit entry and the event."""
    details = {"invitation_id": invitation.id, "roles": membership.roles}
    await record_act(
        unit,
        action="tenants.accept_invitation",
        subject_kind="membership",
        subject_id=membership.id,
        details=details,
    )
    await send(unit, "tenants.membership_changed", {"person_id": membership.person_id})


async def guest_scope(database: Database, code: InvitationCode, person_id: UUID, clock: Clock) -> Scope:
    """Make the scope of whoever presents a code: in that tenant, without any permission."""
    now = clock.now()
    context = {"app.network_id": str(code.network_id)}
    async with database.transaction(Role.APP, context, read_only=True) as session:
        lineage = await read_lineage(session, code.network_id, code.tenant_id, now)
    if not lineage:
        raise InvitationNotUsable
    return Scope(
        network_id=code.network_id,
        tenant_id=code.tenant_id,
        lineage=lineage,
        actor=Actor(ActorKind.PERSON, person_id),
        permissions=frozenset(),
        instant=now,
    )


async def permitted(unit: Unit, code: InvitationCode, tenant: Tenant) -> frozenset[str]:
    """Give what the roles permit that are offered, or were given when this person accepted."""
    invitation = await genuine(unit, code)
    if tenant.status == TenantStatus.SUSPENDED.value:
        raise TenantSuspended(tenant_id=tenant.id)
    roles: Sequence[str] = invitation.roles
    if not is_open(invitation, unit):
        if invitation.person_id != unit.scope.actor.id:
            raise InvitationNotUsable
        membership = await find_membership(unit.session, tenant.id, unit.scope.actor.id)
        active = membership is not None and membership.status == MembershipStatus.ACTIVE.value
        roles = membership.roles if membership and active else []
    return permissions_of(roles, tenant.kind, await known_roles(unit.session, unit.network_id))


async def genuine(unit: Unit, code: InvitationCode) -> Invitation:
    """Find the invitation that a code opens, whatever became of it."""
    invitation = await find_invitation(unit, code.invitation_id)
    if invitation is None or not code.opens(invitation.code_hash):
        raise InvitationNotUsable
    return invitation


def is_open(invitation: Invitation, unit: Unit) -> bool:
    """Tell whether an invitation can be accepted now."""
    return invitation.status == InvitationStatus.PENDING.value and invitation.expires_at > unit.now


def hint(person_id: UUID, tenant: Tenant) -> PersonTenant:
    """Tell the person's own rows where a membership is about to begin, older than any news of it."""
    return PersonTenant(
        person_id=person_id,
        tenant_id=tenant.id,
        network_id=tenant.network_id,
        tenant_key=tenant.key,
        tenant_name=tenant.name,
        active=True,
        version=0,
    )
