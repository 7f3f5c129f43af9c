"""Accept an invitation: a sign-in becomes a person, and the person a member.

Three groups of rows take part, so there are three transactions, in the order in which a crash between them leaves
nothing half done: the person first (one without tenants is harmless), then invitation and membership together in the
tenant, then the copy in the person's rows, which the outbox makes as well.
"""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import Clock, recorded_now
from core.kernel.crypto import MasterKeys, Place
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.unit import Unit
from tenants.errors import InvitationNotUsable, TenantSuspended
from tenants.networks.models import TenantStatus
from tenants.networks.tree_queries import find_tenant, read_lineage
from tenants.people.codes import InvitationCode
from tenants.people.models import Invitation, InvitationStatus, Membership
from tenants.people.persons import Identity, begin_person, person_by_identity, remember_tenant
from tenants.people.repository import close_invitation, find_invitation, join
from tenants.people.tell import news_of
from tenants.values import check_name


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation:
    """What an invited person says.

    Attributes:
        code: The code they were given.
        display_name: What their colleagues in the tenant shall call them.
    """

    code: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What came of it: the person, and their membership of the tenant."""

    network_id: UUID
    tenant_id: UUID
    person_id: UUID
    membership_id: UUID


async def accept_invitation(
    database: Database, identity: Identity, command: AcceptInvitation, *, clock: Clock, masters: MasterKeys
) -> Accepted:
    """Make whoever signed in a member of the tenant that invited them.

    Raises:
        InvitationNotUsable: It is used, withdrawn, expired or not genuine, or the network does not accept the sign-in.
        TenantSuspended: The tenant is suspended.
        InvalidInput: The name does not have the form it must have.
    """
    code = InvitationCode.read(command.code)
    if code is None or not identity.serves(code.network_id):
        raise InvitationNotUsable
    name = check_name(command.display_name, "display_name")
    known = await person_by_identity(database, identity.issuer, identity.subject)
    scope = await guest_scope(database, code, known or new_id(), clock)
    async with database.unit(scope, clock=clock, read_only=True) as unit:
        await usable(unit, code)
    person_id = await begin_person(database, identity, scope.actor.id)
    scope = Scope(
        network_id=scope.network_id,
        tenant_id=scope.tenant_id,
        lineage=scope.lineage,
        actor=Actor(ActorKind.PERSON, person_id),
        permissions=frozenset(),
        instant=scope.instant,
    )
    async with database.unit(scope, clock=clock) as unit:
        membership = await become_member(unit, code, name, KeyRing(unit, masters))
        news = await news_of(unit, membership)
    await remember_tenant(database, news)
    return Accepted(
        network_id=code.network_id, tenant_id=code.tenant_id, person_id=person_id, membership_id=membership.id
    )


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


async def usable(unit: Unit, code: InvitationCode) -> Invitation:
    """Find the invitation of a code, if it can be accepted now."""
    invitation = await find_invitation(unit, code.invitation_id)
    if (
        invitation is None
        or not code.opens(invitation.code_hash)
        or invitation.status != InvitationStatus.PENDING.value
        or invitation.expires_at <= unit.now
    ):
        raise InvitationNotUsable
    tenant = await find_tenant(unit.session, unit.network_id, unit.tenant_id)
    if tenant is None or tenant.status == TenantStatus.SUSPENDED.value:
        raise TenantSuspended(tenant_id=unit.tenant_id)
    return invitation


async def become_member(unit: Unit, code: InvitationCode, name: str, keys: KeyRing) -> Membership:
    """Use the invitation up and write the membership, both or neither."""
    invitation = await usable(unit, code)
    person_id = unit.scope.actor.id
    if not await close_invitation(unit, invitation.id, InvitationStatus.ACCEPTED, unit.now, person_id):
        raise InvitationNotUsable
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
    await record_act(
        unit,
        action="tenants.accept_invitation",
        subject_kind="membership",
        subject_id=membership.id,
        details={"invitation_id": invitation.id, "roles": membership.roles},
    )
    await send(unit, "tenants.membership_changed", {"person_id": person_id})
    return membership
