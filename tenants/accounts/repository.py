"""SQL of issuers and service accounts."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.models import AuditEntry
from core.kernel.scope import ActorKind
from core.kernel.unit import Unit
from tenants.accounts.models import Issuer, IssuerStatus, ServiceAccount

MADE: Final = "tenants.create_service_account"
HANDED_OUT: Final = "tenants.rotate_secret"
"""The acts that hand out a secret of an account; audit entries name them and who acted."""


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


async def holders_of(unit: Unit, accounts: frozenset[UUID]) -> frozenset[UUID]:
    """Give who was handed a secret of service accounts of the tenant, at their making or later; others give nobody.

    What the operator of the platform hands out is not held against anybody: who it went to is not known here.
    """
    found = await unit.session.scalars(
        select(AuditEntry.actor_id)
        .where(
            col(AuditEntry.tenant_id) == unit.tenant_id,
            col(AuditEntry.subject_id).in_(accounts),
            col(AuditEntry.action).in_((MADE, HANDED_OUT)),
            col(AuditEntry.actor_kind) != ActorKind.SYSTEM.value,
        )
        .distinct()
    )
    return frozenset(found.all())
