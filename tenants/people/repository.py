"""SQL of a tenant's people: memberships, invitations and the network's own roles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from core.kernel.clock import recorded_now
from core.kernel.unit import Unit
from tenants.people.models import Invitation, InvitationStatus, Membership, MembershipStatus, NetworkRole
from tenants.roles import BUILT_IN, RoleFacts


async def known_roles(session: AsyncSession, network_id: UUID) -> dict[str, RoleFacts]:
    """Give every role of a network by its key: the built-in ones and its own."""
    rows = await session.scalars(select(NetworkRole).where(col(NetworkRole.network_id) == network_id))
    return {**{row.key: own_role(row) for row in rows}, **BUILT_IN}


def own_role(row: NetworkRole) -> RoleFacts:
    """Say what a network's own role is."""
    return RoleFacts(
        key=row.key,
        name=row.name,
        description=row.description,
        permissions=frozenset(row.permissions),
        kinds=frozenset(row.kinds),
        built_in=False,
    )


async def add_role(unit: Unit, role: NetworkRole) -> bool:
    """Add a network's own role; tell whether its key was free."""
    statement = insert(NetworkRole).values(role.model_dump()).on_conflict_do_nothing().returning(col(NetworkRole.id))
    return (await unit.session.scalar(statement)) is not None


async def take_role(unit: Unit, role_id: UUID) -> NetworkRole | None:
    """Find a network's own role, and keep others from changing it until the unit ends."""
    return await unit.session.scalar(
        select(NetworkRole)
        .where(col(NetworkRole.network_id) == unit.network_id, col(NetworkRole.id) == role_id)
        .with_for_update()
    )


async def find_membership(session: AsyncSession, tenant_id: UUID, person_id: UUID) -> Membership | None:
    """Find a person's membership of a tenant, ended ones too."""
    return await session.scalar(
        select(Membership).where(col(Membership.tenant_id) == tenant_id, col(Membership.person_id) == person_id)
    )


async def active_memberships(unit: Unit) -> Sequence[Membership]:
    """List the tenant's members, and keep others from changing them until the unit ends.

    Locked in one order, so that two who take each other's roles away cannot both succeed.
    """
    rows = await unit.session.scalars(
        select(Membership)
        .where(col(Membership.tenant_id) == unit.tenant_id, col(Membership.status) == MembershipStatus.ACTIVE.value)
        .order_by(col(Membership.id))
        .with_for_update()
    )
    return rows.all()


async def join(unit: Unit, membership: Membership) -> Membership:
    """Add a membership, or begin one anew that has ended or has other roles; roles add up while it holds."""
    known = await unit.session.scalar(
        select(Membership)
        .where(col(Membership.tenant_id) == unit.tenant_id, col(Membership.person_id) == membership.person_id)
        .with_for_update()
    )
    if known is None:
        unit.session.add(membership)
        await unit.session.flush()
        return membership
    kept = known.roles if known.status == MembershipStatus.ACTIVE.value else []
    joined_at = known.joined_at if kept else membership.joined_at
    return await change_membership(
        unit,
        known.id,
        roles=sorted({*kept, *membership.roles}),
        display_name=membership.display_name or known.display_name,
        status=MembershipStatus.ACTIVE.value,
        joined_at=joined_at,
        ended_at=None,
    )


async def change_membership(unit: Unit, membership_id: UUID, **values: Any) -> Membership:  # noqa: ANN401 - columns
    """Change a membership's columns."""
    rows = await unit.session.scalars(
        update(Membership)
        .where(col(Membership.tenant_id) == unit.tenant_id, col(Membership.id) == membership_id)
        .values(**values, version=col(Membership.version) + 1, recorded_at=recorded_now())
        .returning(Membership)
        .execution_options(populate_existing=True)
    )
    return rows.one()


async def add_invitation(unit: Unit, invitation: Invitation) -> None:
    """Add an invitation, unless the very same is there."""
    await unit.session.execute(insert(Invitation).values(invitation.model_dump()).on_conflict_do_nothing())


async def close_invitation(
    unit: Unit, invitation_id: UUID, status: InvitationStatus, closed_at: datetime, person_id: UUID | None = None
) -> bool:
    """Accept or withdraw an invitation that is pending; tell whether it was. Of two at once, one succeeds."""
    statement = (
        update(Invitation)
        .where(
            col(Invitation.tenant_id) == unit.tenant_id,
            col(Invitation.id) == invitation_id,
            col(Invitation.status) == InvitationStatus.PENDING.value,
        )
        .values(status=status.value, closed_at=closed_at, person_id=person_id, recorded_at=recorded_now())
        .returning(col(Invitation.id))
    )
    return (await unit.session.scalar(statement)) is not None


async def find_invitation(unit: Unit, invitation_id: UUID) -> Invitation | None:
    """Find an invitation of the tenant."""
    return await unit.session.scalar(
        select(Invitation).where(col(Invitation.tenant_id) == unit.tenant_id, col(Invitation.id) == invitation_id)
    )
