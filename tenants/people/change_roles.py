"""Change what a member may do, and end memberships."""

from collections.abc import Sequence
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import LastAdministrator
from tenants.networks.set_up import own_tenant
from tenants.people.models import Membership, MembershipStatus
from tenants.people.policy import Roles, check_grantable, check_roles, permissions_of
from tenants.people.repository import active_memberships, change_membership, known_roles
from tenants.permissions import MANAGE_ROLES


@frozen(kw_only=True)
class ChangeRoles:
    """What a member shall be able to do.

    Attributes:
        membership_id: The membership.
        roles: Keys of all its roles from now on.
        expected_version: The version the change was made to.
    """

    membership_id: UUID
    roles: tuple[str, ...]
    expected_version: int


@frozen(kw_only=True)
class EndMembership:
    """Which membership shall end, and the version that decision was made on."""

    membership_id: UUID
    expected_version: int


async def change_roles(unit: Unit, command: ChangeRoles) -> Membership:
    """Give a member other roles; what is given and what is taken must be one's own to give.

    Raises:
        RoleDoesNotFit: A role does not exist, or cannot be held in this tenant.
        RoleNotGrantable: One's own roles do not let one give or take a role.
        LastAdministrator: Nobody would be left who manages people.
        StaleEdit: The membership was changed since.
        NotFound: The tenant has no such active membership.
    """
    unit.scope.require(MANAGE_ROLES)
    members = await active_memberships(unit)
    membership = chosen(members, command.membership_id, command.expected_version)
    kind = (await own_tenant(unit)).kind
    known = await known_roles(unit.session, unit.network_id)
    roles = check_roles(command.roles, kind, known)
    check_grantable(unit.scope, set(roles) ^ set(membership.roles), known)
    refuse_last(members, membership.id, roles, kind, known)
    return await changed(unit, membership, "tenants.change_roles", roles=list(roles))


async def end_membership(unit: Unit, command: EndMembership) -> Membership:
    """End a membership; it gives nothing from then on, and can begin anew by an invitation.

    Raises:
        RoleNotGrantable: One's own roles do not let one take one of the member's roles.
        LastAdministrator: Nobody would be left who manages people.
        StaleEdit: The membership was changed since.
        NotFound: The tenant has no such active membership.
    """
    unit.scope.require(MANAGE_ROLES)
    members = await active_memberships(unit)
    membership = chosen(members, command.membership_id, command.expected_version)
    kind = (await own_tenant(unit)).kind
    known = await known_roles(unit.session, unit.network_id)
    check_grantable(unit.scope, membership.roles, known)
    refuse_last(members, membership.id, (), kind, known)
    status = MembershipStatus.ENDED.value
    return await changed(unit, membership, "tenants.end_membership", status=status, ended_at=unit.now)


def chosen(members: Sequence[Membership], membership_id: UUID, expected: int) -> Membership:
    """Pick a membership at the version it was seen at."""
    found = next((one for one in members if one.id == membership_id), None)
    if found is None:
        raise NotFound(kind="membership", key=str(membership_id))
    if found.version != expected:
        raise StaleEdit(kind="membership", expected=expected, actual=found.version)
    return found


def refuse_last(
    members: Sequence[Membership], membership_id: UUID, roles: Sequence[str], kind: str, known: Roles
) -> None:
    """Refuse to leave a tenant in which somebody managed people with nobody who does."""
    before = [one for one in members if MANAGE_ROLES.name in permissions_of(one.roles, kind, known)]
    stays = MANAGE_ROLES.name in permissions_of(roles, kind, known)
    if not stays and [one.id for one in before] == [membership_id]:
        raise LastAdministrator


async def changed(unit: Unit, membership: Membership, action: str, **values: object) -> Membership:
    """Write the change, with its audit entry and its event."""
    before = sorted(membership.roles)
    after = await change_membership(unit, membership.id, **values)
    details = {"before": before, "after": sorted(after.roles), "status": after.status}
    await record_act(unit, action=action, subject_kind="membership", subject_id=after.id, details=details)
    await send(unit, "tenants.membership_changed", {"person_id": after.person_id})
    return after
