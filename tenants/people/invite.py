"""Invite people to one's tenant or to a unit below it, and withdraw invitations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.canonical import instant_text
from core.kernel.clock import recorded_now
from core.kernel.crypto import Place, seal
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import InvitationNotUsable
from tenants.networks.models import Tenant
from tenants.networks.tree_queries import find_tenant, read_units_below
from tenants.people.codes import InvitationCode
from tenants.people.models import Invitation, InvitationStatus
from tenants.people.policy import check_grantable, check_roles
from tenants.people.repository import add_invitation, close_invitation, find_invitation, known_roles
from tenants.permissions import INVITE_PEOPLE
from tenants.values import LONGEST_NAME

USUAL_LIFETIME = timedelta(days=7)
LONGEST_LIFETIME = timedelta(days=30)
SHORTEST_LIFETIME = timedelta(minutes=1)


@frozen(kw_only=True)
class InvitePerson:
    """An offer.

    Attributes:
        roles: Keys of the roles the membership will have.
        tenant_id: The tenant to join: one's own by default, or one below it.
        lifetime: How long the code can be used: a minute to 30 days.
        invitee: Whom it is for, as a note to oneself; kept only for invitations to one's own tenant.
    """

    roles: tuple[str, ...]
    tenant_id: UUID | None = None
    lifetime: timedelta = USUAL_LIFETIME
    invitee: str = ""


@frozen(kw_only=True)
class Invited:
    """What came of it; the code is shown this once.

    Attributes:
        id: The invitation.
        tenant_id: The tenant to join.
        code: What the invited person is to be given.
        expires_at: From when it cannot be used.
    """

    id: UUID
    tenant_id: UUID
    code: InvitationCode
    expires_at: datetime


async def invite_person(unit: Unit, command: InvitePerson, keys: KeyRing) -> Invited:
    """Make an invitation; for a unit below, by a command that is carried out there.

    Raises:
        RoleDoesNotFit: A role does not exist, or cannot be held in that tenant.
        RoleNotGrantable: One's own roles do not let one give it.
        NotFound: The tenant is neither one's own nor below it.
        InvalidInput: The lifetime or the note is out of bounds, or there is no role.
    """
    unit.scope.require(INVITE_PEOPLE)
    tenant = await reachable(unit, command.tenant_id or unit.tenant_id)
    known = await known_roles(unit.session, unit.network_id)
    roles = check_roles(command.roles, tenant.kind, known)
    check_grantable(unit.scope, roles, known)
    if not SHORTEST_LIFETIME <= command.lifetime <= LONGEST_LIFETIME:
        raise InvalidInput(field="lifetime", problem="between a minute and 30 days is possible")
    code = InvitationCode.draw(unit.network_id, tenant.id, new_id())
    invitation = drawn(unit, code, roles, unit.now + command.lifetime)
    if tenant.id == unit.tenant_id:
        invitation.invitee = await noted(invitation.id, command.invitee, keys)
        await add_invitation(unit, invitation)
        await send(unit, "tenants.person_invited", {"invitation_id": invitation.id})
    else:
        await send(unit, "tenants.keep_invitation", carried(invitation), target_tenant_id=tenant.id)
    details = {"tenant_id": tenant.id, "roles": roles}
    await record_act(
        unit, action="tenants.invite", subject_kind="invitation", subject_id=invitation.id, details=details
    )
    return Invited(id=invitation.id, tenant_id=tenant.id, code=code, expires_at=invitation.expires_at)


async def reachable(unit: Unit, tenant_id: UUID) -> Tenant:
    """Find one's own tenant or one below it."""
    below = ()
    if tenant_id != unit.tenant_id:
        below = await read_units_below(unit.session, unit.network_id, unit.tenant_id, unit.now)
    found = await find_tenant(unit.session, unit.network_id, tenant_id)
    if found is None or tenant_id not in (unit.tenant_id, *below):
        raise NotFound(kind="tenant", key=str(tenant_id))
    return found


def drawn(unit: Unit, code: InvitationCode, roles: tuple[str, ...], expires_at: datetime) -> Invitation:
    """Make the row."""
    return Invitation(
        tenant_id=code.tenant_id,
        network_id=unit.network_id,
        id=code.invitation_id,
        roles=list(roles),
        code_hash=code.hash,
        invited_by=unit.scope.actor.id,
        invited_at=unit.now,
        expires_at=expires_at,
        recorded_at=recorded_now(),
    )


async def noted(invitation_id: UUID, invitee: str, keys: KeyRing) -> bytes | None:
    """Seal the note on whom it is for."""
    if not invitee.strip():
        return None
    if len(invitee) > LONGEST_NAME:
        raise InvalidInput(field="invitee", problem=f"at most {LONGEST_NAME} characters are possible")
    return seal(await keys.tenant_key(), invitee.strip(), Place("invitations", "invitee", invitation_id))


def carried(invitation: Invitation) -> dict[str, Any]:
    """Give what the command carries to the tenant: ids, roles, instants and the hash of the code."""
    return {
        "invitation_id": invitation.id,
        "roles": invitation.roles,
        "code_hash": invitation.code_hash,
        "invited_by": invitation.invited_by,
        "invited_at": instant_text(invitation.invited_at),
        "expires_at": instant_text(invitation.expires_at),
    }


async def keep_invitation(unit: Unit, told: Mapping[str, Any]) -> None:
    """Keep in the tenant to join what a tenant above it has offered; done again, it changes nothing."""
    unit.scope.require(INVITE_PEOPLE)
    invitation = Invitation(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=UUID(told["invitation_id"]),
        roles=list(told["roles"]),
        code_hash=told["code_hash"],
        invited_by=UUID(told["invited_by"]),
        invited_at=datetime.fromisoformat(told["invited_at"]),
        expires_at=datetime.fromisoformat(told["expires_at"]),
        recorded_at=recorded_now(),
    )
    await add_invitation(unit, invitation)
    await record_act(unit, action="tenants.keep_invitation", subject_kind="invitation", subject_id=invitation.id)


async def withdraw_invitation(unit: Unit, invitation_id: UUID) -> UUID:
    """Make a pending invitation of one's tenant unusable.

    Raises:
        InvitationNotUsable: It is accepted or withdrawn already.
        NotFound: The tenant has no such invitation.
    """
    unit.scope.require(INVITE_PEOPLE)
    if await find_invitation(unit, invitation_id) is None:
        raise NotFound(kind="invitation", key=str(invitation_id))
    if not await close_invitation(unit, invitation_id, InvitationStatus.WITHDRAWN, unit.now):
        raise InvitationNotUsable
    await record_act(unit, action="tenants.withdraw_invitation", subject_kind="invitation", subject_id=invitation_id)
    await send(unit, "tenants.invitation_withdrawn", {"invitation_id": invitation_id})
    return invitation_id
