"""SQL of issuers and service accounts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.unit import Unit
from tenants.accounts.models import Issuer, IssuerStatus, ServiceAccount


async def add_issuer(unit: Unit, issuer: Issuer) -> bool:
    """Add an issuer; tell whether the network did not have it for that audience."""
    statement = insert(Issuer).values(issuer.model_dump()).on_conflict_do_nothing().returning(col(Issuer.id))
    return (await unit.session.scalar(statement)) is not None


async def take_issuer(unit: Unit, issuer_id: UUID) -> Issuer | None:
    """Find an issuer of the network, and keep others from changing it until the unit ends."""
    return await unit.session.scalar(
        select(Issuer).where(col(Issuer.network_id) == unit.network_id, col(Issuer.id) == issuer_id).with_for_update()
    )


async def read_trusts(session: AsyncSession, issuer: str) -> Sequence[tuple[UUID, str]]:
    """List the networks that accept an issuer, each with the audience; for the login role."""
    rows = await session.execute(
        select(Issuer.network_id, Issuer.audience)
        .where(col(Issuer.issuer) == issuer, col(Issuer.status) == IssuerStatus.ACTIVE.value)
        .order_by(col(Issuer.network_id), col(Issuer.id))
    )
    return [(row.network_id, row.audience) for row in rows]


async def add_account(unit: Unit, account: ServiceAccount) -> bool:
    """Add a service account; tell whether its name was free."""
    statement = (
        insert(ServiceAccount).values(account.model_dump()).on_conflict_do_nothing().returning(col(ServiceAccount.id))
    )
    return (await unit.session.scalar(statement)) is not None


async def find_account(session: AsyncSession, tenant_id: UUID, account_id: UUID) -> ServiceAccount | None:
    """Find a service account of a tenant."""
    return await session.scalar(
        select(ServiceAccount).where(col(ServiceAccount.tenant_id) == tenant_id, col(ServiceAccount.id) == account_id)
    )


async def take_account(unit: Unit, account_id: UUID) -> ServiceAccount | None:
    """Find a service account of the tenant, and keep others from changing it until the unit ends."""
    return await unit.session.scalar(
        select(ServiceAccount)
        .where(col(ServiceAccount.tenant_id) == unit.tenant_id, col(ServiceAccount.id) == account_id)
        .with_for_update()
    )
