"""SQL of the service catalogue, and nothing else."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.records.catalogue.models import CatalogueService, ServiceOffer, ServiceStatus


async def services_of(unit: Unit) -> Sequence[CatalogueService]:
    """List the services of the network, withdrawn ones as well."""
    found = await unit.session.execute(
        select(CatalogueService)
        .where(
            col(CatalogueService.network_id) == unit.network_id,
            col(CatalogueService.owner_tenant_id).in_(unit.scope.lineage),
        )
        .order_by(col(CatalogueService.key))
    )
    return found.scalars().all()


async def take_service(unit: Unit, key: str) -> CatalogueService | None:
    """Read and lock a service that the tenant published."""
    found = await unit.session.execute(
        select(CatalogueService)
        .where(
            col(CatalogueService.network_id) == unit.network_id,
            col(CatalogueService.owner_tenant_id) == unit.tenant_id,
            col(CatalogueService.key) == key,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def service_key(unit: Unit, service_id: UUID) -> str | None:
    """Give the key of a service that the tenant published."""
    found = await unit.session.execute(
        select(col(CatalogueService.key)).where(
            col(CatalogueService.network_id) == unit.network_id,
            col(CatalogueService.owner_tenant_id) == unit.tenant_id,
            col(CatalogueService.id) == service_id,
        )
    )
    return found.scalar_one_or_none()


async def add_service(unit: Unit, service: CatalogueService) -> bool:
    """Write a new service; tell whether nobody was faster."""
    found = await unit.session.execute(
        insert(CatalogueService)
        .values(**service.model_dump())
        .on_conflict_do_nothing(constraint="catalogue_services_key")
        .returning(col(CatalogueService.id))
    )
    return found.scalar_one_or_none() is not None


async def published_service(unit: Unit, key: str) -> CatalogueService | None:
    """Find a service that the network has now."""
    found = await unit.session.execute(
        select(CatalogueService).where(
            col(CatalogueService.network_id) == unit.network_id,
            col(CatalogueService.owner_tenant_id).in_(unit.scope.lineage),
            col(CatalogueService.key) == key,
            col(CatalogueService.status) == ServiceStatus.PUBLISHED.value,
        )
    )
    return found.scalar_one_or_none()


async def offers_of(unit: Unit) -> Sequence[ServiceOffer]:
    """List what the tenant offers or has offered."""
    found = await unit.session.execute(
        select(ServiceOffer).where(col(ServiceOffer.tenant_id) == unit.tenant_id).order_by(col(ServiceOffer.key))
    )
    return found.scalars().all()


async def take_offer(unit: Unit, key: str) -> ServiceOffer | None:
    """Read and lock an offer of the tenant."""
    found = await unit.session.execute(
        select(ServiceOffer)
        .where(col(ServiceOffer.tenant_id) == unit.tenant_id, col(ServiceOffer.key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def offer_key(unit: Unit, offer_id: UUID) -> str | None:
    """Give the key of an offer of the tenant."""
    found = await unit.session.execute(
        select(col(ServiceOffer.key)).where(
            col(ServiceOffer.tenant_id) == unit.tenant_id, col(ServiceOffer.id) == offer_id
        )
    )
    return found.scalar_one_or_none()


async def add_offer(unit: Unit, offer: ServiceOffer) -> bool:
    """Write a new offer; tell whether nobody was faster."""
    found = await unit.session.execute(
        insert(ServiceOffer)
        .values(**offer.model_dump())
        .on_conflict_do_nothing(constraint="service_offers_key")
        .returning(col(ServiceOffer.id))
    )
    return found.scalar_one_or_none() is not None
