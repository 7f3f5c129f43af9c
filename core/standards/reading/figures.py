"""How many people have read a version in the tenant acted in and every unit below it: figures, never persons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, literal
from sqlmodel import col, select

from core.kernel.directory import TenantFacts
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.models import VersionReading
from core.standards.permissions import OVERSEE_STANDARDS
from core.standards.repository.published import versions_by_id

MOST: Final = 100
"""Tenants on one page."""


@frozen(kw_only=True)
class TenantReading:
    """How many people of one tenant have read a version, and when the first and the last did."""

    tenant: TenantFacts
    readers: int
    first_at: datetime | None
    last_at: datetime | None


@frozen(kw_only=True)
class NetworkReading:
    """How a version was read.

    Attributes:
        version_id: The published version.
        readers: People who have read it.
        tenants_reading: Tenants in which somebody has.
        tenants: Tenants there are, the one acted in included.
        page: Some of them, by id.
        more: The tenant to go on behind; empty on the last page.
    """

    version_id: UUID
    readers: int
    tenants_reading: int
    tenants: int
    page: Sequence[TenantReading]
    more: UUID | None


async def network_reading(unit: Unit, version_id: UUID, first: int, after: UUID | None) -> NetworkReading:
    """Read the figures of a version, and one page of them tenant by tenant; the unit reads that far.

    Raises:
        NotPermitted: The actor may not oversee standards.
        NotFound: Neither the tenant nor a unit above it published such a version.
        InvalidInput: The page is too large.
    """
    unit.scope.require(OVERSEE_STANDARDS)
    if not 0 < first <= MOST:
        raise InvalidInput(field="first", problem=f"a page has 1 to {MOST} tenants")
    version = (await versions_by_id(unit, [version_id])).get(version_id)
    if version is None or version.owner_tenant_id not in unit.scope.lineage:
        raise NotFound(kind="published version", key=str(version_id))
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.scope.instant)
    every = sorted((unit.tenant_id, *below))
    behind = [one for one in every if after is None or one > after]
    shown = behind[:first]
    whole = await counted(unit, version_id, None if unit.scope.is_root else every)
    by_tenant = {row.tenant_id: row for row in await counted_by_tenant(unit, version_id, shown)}
    facts = {one.id: one for one in await unit.tree.tenants(unit.network_id, shown)}
    return NetworkReading(
        version_id=version_id,
        readers=whole.readers,
        tenants_reading=whole.tenants,
        tenants=len(every),
        page=[reading_of(facts[one], by_tenant.get(one)) for one in shown if one in facts],
        more=shown[-1] if len(behind) > first else None,
    )


def reading_of(tenant: TenantFacts, row: Any | None) -> TenantReading:  # noqa: ANN401 - a row of the sums
    """Give the figures of one tenant, which nobody may have."""
    if row is None:
        return TenantReading(tenant=tenant, readers=0, first_at=None, last_at=None)
    return TenantReading(tenant=tenant, readers=row.readers, first_at=row.first_at, last_at=row.last_at)


async def counted(unit: Unit, version_id: UUID, tenants: Sequence[UUID] | None) -> Any:  # noqa: ANN401 - a row of the sums
    """Count readers, and tenants that have any."""
    found = await unit.session.execute(
        select(
            func.count().label("readers"), func.count(func.distinct(col(VersionReading.tenant_id))).label("tenants")
        ).where(*within(unit, version_id, tenants))
    )
    return found.one()


async def counted_by_tenant(unit: Unit, version_id: UUID, tenants: Sequence[UUID]) -> Sequence[Any]:
    """Count readers of each tenant."""
    found = await unit.session.execute(
        select(
            col(VersionReading.tenant_id),
            func.count().label("readers"),
            func.min(col(VersionReading.read_at)).label("first_at"),
            func.max(col(VersionReading.read_at)).label("last_at"),
        )
        .where(*within(unit, version_id, tenants))
        .group_by(col(VersionReading.tenant_id))
    )
    return found.all()


def within(unit: Unit, version_id: UUID, tenants: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    """Name the network, and the tenants that are read where it is not all of them."""
    network = [col(VersionReading.network_id) == unit.network_id, col(VersionReading.version_id) == version_id]
    if tenants is None:
        return network
    return [*network, col(VersionReading.tenant_id) == any_(literal(list(tenants), ARRAY(Uuid())))]
