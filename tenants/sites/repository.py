"""SQL of sites."""

from uuid import UUID

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


async def find_site_by_key(session: AsyncSession, network_id: UUID, tenant_id: UUID, key: str) -> Site | None:
    """Find a site of a tenant by its key; a transaction of another tenant sees none."""
    return await session.scalar(
        select(Site).where(col(Site.tenant_id) == tenant_id, col(Site.network_id) == network_id, col(Site.key) == key)
    )
