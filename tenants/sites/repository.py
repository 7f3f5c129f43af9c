"""SQL of sites."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.unit import Unit
from tenants.sites.models import Site


async def add_site(unit: Unit, site: Site) -> bool:
    """Add a site; tell whether its key was free."""
    statement = insert(Site).values(site.model_dump()).on_conflict_do_nothing().returning(col(Site.id))
    return (await unit.session.scalar(statement)) is not None


async def take_site(unit: Unit, site_id: UUID) -> Site | None:
    """Find a site of the tenant, and keep others from changing it until the unit ends."""
    return await unit.session.scalar(
        select(Site).where(col(Site.tenant_id) == unit.tenant_id, col(Site.id) == site_id).with_for_update()
    )


async def find_sites_by_key(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, keys: Collection[str]
) -> Sequence[Site]:
    """Find sites of a tenant by their keys; a transaction of another tenant sees none."""
    return await find_sites(session, network_id, tenant_id, col(Site.key) == any_(literal(list(keys), ARRAY(Text()))))


async def find_sites_by_id(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]
) -> Sequence[Site]:
    """Find sites of a tenant by their ids; a transaction of another tenant sees none."""
    return await find_sites(session, network_id, tenant_id, col(Site.id) == any_(literal(list(ids), ARRAY(Uuid()))))


async def find_sites(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, which: ColumnElement[bool]
) -> Sequence[Site]:
    """Find sites of a tenant."""
    of_tenant = (col(Site.tenant_id) == tenant_id, col(Site.network_id) == network_id)
    return (await session.scalars(select(Site).where(*of_tenant, which))).all()
