"""SQL of exchange: one version of a standard by its number."""

from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import PublishedVersion, Standard, StandardVersion


async def published_by_number(unit: Unit, code: str, number: str) -> PublishedVersion | None:
    """Find a version that the tenant or a unit above it has published."""
    found = await unit.session.execute(
        select(PublishedVersion).where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.code) == code,
            col(PublishedVersion.number) == number,
        )
    )
    return found.scalar_one_or_none()


async def own_by_number(unit: Unit, code: str, number: str) -> StandardVersion | None:
    """Find a version that the tenant itself keeps, whatever its status."""
    found = await unit.session.execute(
        select(StandardVersion)
        .join(
            Standard,
            (col(Standard.tenant_id) == col(StandardVersion.tenant_id))
            & (col(Standard.id) == col(StandardVersion.standard_id)),
        )
        .where(
            col(StandardVersion.tenant_id) == unit.tenant_id,
            col(Standard.code) == code,
            col(StandardVersion.number) == number,
        )
    )
    return found.scalar_one_or_none()
