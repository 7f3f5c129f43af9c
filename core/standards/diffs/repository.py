"""SQL of comparisons."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import PublishedVersion, Standard


async def numbers_published(unit: Unit, code: str) -> list[str]:
    """List the numbers of the published versions that the tenant may read, the lowest first."""
    found = await unit.session.execute(
        select(PublishedVersion.number)
        .where(col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.code) == code)
        .order_by(col(PublishedVersion.major), col(PublishedVersion.minor), col(PublishedVersion.patch))
    )
    return list(found.scalars())


async def published_numbered(unit: Unit, code: str, numbers: Collection[str]) -> Sequence[PublishedVersion]:
    """Read published versions by their numbers."""
    found = await unit.session.execute(
        select(PublishedVersion).where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.code) == code,
            col(PublishedVersion.number).in_(numbers),
        )
    )
    return found.scalars().all()


async def standard_coded(unit: Unit, code: str) -> Standard | None:
    """Find a standard of the tenant without keeping anybody from changing it."""
    found = await unit.session.execute(
        select(Standard).where(col(Standard.tenant_id) == unit.tenant_id, col(Standard.code) == code)
    )
    return found.scalar_one_or_none()
