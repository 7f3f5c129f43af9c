"""SQL that tells who is a member of a tenant."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from tenants.people.models import Membership, MembershipStatus


async def find_member(session: AsyncSession, network_id: UUID, tenant_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person is a member of the tenant."""
    chosen = select(Membership.id).where(
        col(Membership.tenant_id) == tenant_id,
        col(Membership.network_id) == network_id,
        col(Membership.person_id) == person_id,
        col(Membership.status) == MembershipStatus.ACTIVE.value,
    )
    return (await session.execute(chosen)).first() is not None
