"""Mutations of people: invitations, memberships and roles."""

from datetime import datetime

from core.kernel.crypto import MasterKeys
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.access import IDENTIFIED
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from tenants.errors import (
    InvitationNotUsable,
    KeyIsTaken,
    LastAdministrator,
    OnlyHeadquarters,
    RoleDoesNotFit,
    RoleNotGrantable,
    TenantSuspended,
)
from tenants.graphql.people_inputs import (
    AcceptInvitationInput,
    ChangeRolesInput,
    DefineRoleInput,
    EndMembershipInput,
    InvitePersonInput,
    WithdrawInvitationInput,
)
from tenants.graphql.people_types import InvitationType, MembershipType, NetworkRoleType
from tenants.graphql.types import TenantType
from tenants.people import accept as accepting
from tenants.people import change_roles as changing
from tenants.people import define_role as defining
from tenants.people import invite as inviting
from tenants.people.persons import Identity
from tenants.permissions import DEFINE_ROLES, INVITE_PEOPLE, MANAGE_ROLES


@mutation(
    permission=INVITE_PEOPLE,
    success=payload(
        "InvitePersonSuccess",
        "The code is shown this once: hand it to whoever is invited.",
        invitation=InvitationType,
        invitation_code=(str, "What the invited person accepts with, shown this once."),
        expires_at=(datetime, "From when it can no longer be accepted."),
    ),
    errors=(InvalidInput, NotFound, RoleDoesNotFit, RoleNotGrantable),
    description="Offers somebody to join your tenant, or one below it; of the latter the invitation is kept there.",
)
async def invite_person(unit: Unit, context: RequestContext, input: InvitePersonInput) -> Refs:
    """Invite somebody."""
    ring = KeyRing(unit, context.services.get(MasterKeys))
    invited = await inviting.invite_person(unit, input.to_command(), ring)
    kept_here = invited.id if invited.tenant_id == unit.tenant_id else None
    return Refs(invitation=kept_here, invitation_code=invited.code.write(), expires_at=invited.expires_at)


@mutation(
    permission=INVITE_PEOPLE,
    success=payload("WithdrawInvitationSuccess", invitation=InvitationType),
    errors=(InvitationNotUsable, NotFound),
    description="Makes a pending invitation to the tenant acted in unusable.",
)
async def withdraw_invitation(unit: Unit, input: WithdrawInvitationInput) -> Refs:
    """Withdraw an invitation."""
    return Refs(invitation=await inviting.withdraw_invitation(unit, input.invitation_id))


async def as_guest(context: RequestContext, input: AcceptInvitationInput) -> Scope:
    """Enter the tenant that a code is for, as the person who signed in."""
    identity: Identity | None = getattr(context.identity, "sign_in", None)
    if identity is None:
        raise InvitationNotUsable
    return await accepting.enter_as_guest(context.database, identity, input.to_command(), clock=context.clock)


@mutation(
    permission=IDENTIFIED,
    enters=as_guest,
    success=payload("AcceptInvitationSuccess", tenant=TenantType),
    errors=(InvalidInput, InvitationNotUsable, TenantSuspended),
    description="Makes whoever is signed in a member of the tenant that invited them; no tenant needs to be named.",
)
async def accept_invitation(unit: Unit, context: RequestContext, input: AcceptInvitationInput) -> Refs:
    """Accept an invitation."""
    ring = KeyRing(unit, context.services.get(MasterKeys))
    return Refs(tenant=(await accepting.accept_as_guest(unit, input.to_command(), ring)).tenant_id)


@mutation(
    permission=MANAGE_ROLES,
    success=payload("ChangeRolesSuccess", membership=MembershipType),
    errors=(InvalidInput, LastAdministrator, NotFound, RoleDoesNotFit, RoleNotGrantable, StaleEdit),
    description="Gives a member of the tenant acted in other roles; they hold within seconds.",
)
async def change_roles(unit: Unit, input: ChangeRolesInput) -> Refs:
    """Change roles."""
    return Refs(membership=(await changing.change_roles(unit, input.to_command())).id)


@mutation(
    permission=MANAGE_ROLES,
    success=payload("EndMembershipSuccess", membership=MembershipType),
    errors=(LastAdministrator, NotFound, RoleNotGrantable, StaleEdit),
    description="Ends a membership of the tenant acted in; an invitation can begin it anew.",
)
async def end_membership(unit: Unit, input: EndMembershipInput) -> Refs:
    """End a membership."""
    return Refs(membership=(await changing.end_membership(unit, input.to_command())).id)


@mutation(
    permission=DEFINE_ROLES,
    success=payload("DefineRoleSuccess", role=NetworkRoleType),
    errors=(InvalidInput, KeyIsTaken, NotFound, OnlyHeadquarters, StaleEdit),
    description="Makes a role of the network's own, or changes one; done by headquarters.",
)
async def define_role(unit: Unit, input: DefineRoleInput) -> Refs:
    """Define a role."""
    return Refs(role=(await defining.define_role(unit, input.to_command())).id)


PEOPLE_MUTATIONS = (
    invite_person,
    withdraw_invitation,
    accept_invitation,
    change_roles,
    end_membership,
    define_role,
)
