"""SQL that reads the tree at an instant; it runs in any transaction that sees the network's reference rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.conditions import Condition
from core.kernel.direct import fetch_in
from core.kernel.directory import TenantFacts
from tenants.networks.models import Network, Tenant, TenantStatus

# A placement says what held at :at (valid time), as the database said it at :known (recorded time), or as it says now
# where that is empty: now is what nobody has closed, whatever the clocks of two machines say. Not materialised, so that
# each step of the walk is a look-up by child or by parent.
LINEAGE = """
    WITH RECURSIVE placed AS NOT MATERIALIZED (
        SELECT child_id, parent_id FROM tenant_placements
        WHERE network_id = $1 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
          AND CASE WHEN $4::timestamptz IS NULL THEN recorded_to IS NULL
                   ELSE recorded_from <= $4 AND (recorded_to IS NULL OR recorded_to > $4) END
    ), way (child_id, parent_id, height) AS (
        SELECT p.child_id, p.parent_id, 0 FROM placed p WHERE p.child_id = $2
        UNION ALL
        SELECT u.child_id, u.parent_id, way.height + 1 FROM way JOIN placed u ON u.child_id = way.parent_id
    ) CYCLE child_id SET turned USING passed
    SELECT child_id, parent_id FROM way WHERE NOT turned ORDER BY height DESC
"""

TOLD = ("id", "network_id", "key", "name", "kind", "locale", "time_zone", "currency")
TENANTS = f"SELECT {', '.join(TOLD)}, status FROM tenants WHERE network_id = $1"  # noqa: S608 - names of this code alone

LINEAGES = text(
    """
    WITH RECURSIVE placed AS NOT MATERIALIZED (
        SELECT child_id, parent_id FROM tenant_placements
        WHERE network_id = :network_id AND valid_from <= :at AND (valid_to IS NULL OR valid_to > :at)
          AND recorded_to IS NULL
    ), way (tenant_id, child_id, parent_id, height) AS (
        SELECT p.child_id, p.child_id, p.parent_id, 0 FROM placed p WHERE p.child_id = ANY(:ids)
        UNION ALL
        SELECT way.tenant_id, u.child_id, u.parent_id, way.height + 1
        FROM way JOIN placed u ON u.child_id = way.parent_id
    ) CYCLE child_id SET turned USING passed
    SELECT tenant_id, child_id, parent_id FROM way WHERE NOT turned ORDER BY tenant_id, height DESC
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid())))

BELOW = text(
    """
    WITH RECURSIVE placed AS NOT MATERIALIZED (
        SELECT child_id, parent_id FROM tenant_placements
        WHERE network_id = :network_id AND valid_from <= :at AND (valid_to IS NULL OR valid_to > :at)
          AND CASE WHEN CAST(:known AS timestamptz) IS NULL THEN recorded_to IS NULL
                   ELSE recorded_from <= :known AND (recorded_to IS NULL OR recorded_to > :known) END
    ), under (child_id) AS (
        SELECT p.child_id FROM placed p WHERE p.parent_id = :tenant_id
        UNION
        SELECT d.child_id FROM under JOIN placed d ON d.parent_id = under.child_id
    )
    SELECT child_id FROM under WHERE child_id <> :tenant_id ORDER BY child_id
    """
)

# One place at a time is a constraint, so as many placements as there are steps of the way are the way.
STILL_PLACED = """
    (SELECT count(*) FROM tenant_placements
     WHERE network_id = $1 AND child_id = ANY($2::uuid[]) AND recorded_to IS NULL
       AND parent_id IS NOT DISTINCT FROM ($3::uuid[])[array_position($2, child_id)]
       AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4)
    ) = cardinality($2)
"""

STILL_SPEAK = """
    (SELECT count(*) FROM tenants
     WHERE network_id = $1 AND id = ANY($2::uuid[]) AND locale = ($3::text[])[array_position($2, id)]
    ) = cardinality($2)
"""


def still_placed(network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:
    """Give the condition that the last of a lineage stands exactly there at an instant, as is known now; root first."""
    return Condition(STILL_PLACED, (network_id, list(lineage), [None, *lineage[:-1]], at))


def still_speak(network_id: UUID, locales: Mapping[UUID, str]) -> Condition:
    """Give the condition that tenants have these locales."""
    return Condition(STILL_SPEAK, (network_id, list(locales), list(locales.values())))


async def read_lineage(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, at: datetime, known: datetime | None = None
) -> tuple[UUID, ...]:
    """List a tenant and all above it, root first; empty where it was not in the tree.

    Args:
        session: A transaction that sees the network.
        network_id: The network.
        tenant_id: The tenant.
        at: The instant of valid time.
        known: The instant of recorded time; what is known now by default.
    """
    rows = await fetch_in(session, LINEAGE, network_id, tenant_id, at, known)
    if not rows or rows[0]["parent_id"] is not None:
        return ()
    return tuple(row["child_id"] for row in rows)


async def read_lineages(
    session: AsyncSession, network_id: UUID, ids: Collection[UUID], at: datetime
) -> dict[UUID, tuple[UUID, ...]]:
    """List tenants each with all above it, root first, as is known now; one that was not in the tree is left out."""
    found: dict[UUID, list[UUID]] = {}
    for row in await session.execute(LINEAGES, {"network_id": network_id, "ids": list(ids), "at": at}):
        if row.parent_id is None or row.tenant_id in found:
            found.setdefault(row.tenant_id, []).append(row.child_id)
    return {tenant_id: tuple(way) for tenant_id, way in found.items()}


async def read_units_below(
    session: AsyncSession, network_id: UUID, tenant_id: UUID, at: datetime, known: datetime | None = None
) -> tuple[UUID, ...]:
    """List every tenant below one, at any depth, without itself; arguments as for :func:`read_lineage`."""
    values = {"network_id": network_id, "tenant_id": tenant_id, "at": at, "known": known}
    return tuple(row.child_id for row in await session.execute(BELOW, values))


async def read_tenants(
    session: AsyncSession, network_id: UUID, ids: Collection[UUID] | None = None
) -> Sequence[TenantFacts]:
    """List the tenants of a network, by key; only some of them where they are named."""
    if session.new or session.dirty:
        await session.flush()
    asked = "" if ids is None else "AND id = ANY($2::uuid[])"
    given = () if ids is None else (list(ids),)
    rows = await fetch_in(session, f"{TENANTS} {asked} ORDER BY key, id", network_id, *given)
    return [
        TenantFacts(active=row["status"] == TenantStatus.ACTIVE, **{name: row[name] for name in TOLD}) for row in rows
    ]


async def find_tenant(session: AsyncSession, network_id: UUID, tenant_id: UUID) -> Tenant | None:
    """Find a tenant of the network by its id."""
    return await session.scalar(select(Tenant).where(col(Tenant.network_id) == network_id, col(Tenant.id) == tenant_id))


async def find_tenant_by_key(session: AsyncSession, network_id: UUID, key: str) -> Tenant | None:
    """Find a tenant of the network by its key."""
    return await session.scalar(select(Tenant).where(col(Tenant.network_id) == network_id, col(Tenant.key) == key))


async def read_network(session: AsyncSession, network_id: UUID) -> Network | None:
    """Find the network's own row."""
    return await session.scalar(select(Network).where(col(Network.network_id) == network_id))


def facts_of(tenant: Tenant) -> TenantFacts:
    """Say of a tenant what other rooms need to know."""
    return TenantFacts(
        id=tenant.id,
        network_id=tenant.network_id,
        key=tenant.key,
        name=tenant.name,
        kind=tenant.kind,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        currency=tenant.currency,
        active=tenant.status == TenantStatus.ACTIVE.value,
    )
