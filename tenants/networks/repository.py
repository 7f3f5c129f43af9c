"""SQL that writes networks, tenants and their placements; only the headquarters' own transactions may."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col, select, update

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from tenants.networks.models import Network, Tenant, TenantPlacement, TenantSettings
from tenants.networks.policy import Placement

ADD_TENANTS = text(
    """
    INSERT INTO tenants (network_id, id, owner_tenant_id, key, name, kind, locale, time_zone, currency, status,
                         suspended_at, recorded_at, version, settings_version)
    SELECT :network_id, added.id, :owner_id, added.key, added.name, added.kind, added.locale, added.time_zone,
           added.currency, 'active', NULL, :recorded_at, 1, 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:names AS text[]), CAST(:kinds AS text[]),
                CAST(:locales AS text[]), CAST(:time_zones AS text[]), CAST(:currencies AS text[]))
         AS added (id, key, name, kind, locale, time_zone, currency)
    ON CONFLICT DO NOTHING RETURNING key
    """
)

ADD_PLACEMENTS = text(
    """
    INSERT INTO tenant_placements (network_id, id, owner_tenant_id, child_id, parent_id, valid_from, valid_to,
                                   recorded_from, recorded_to)
    SELECT :network_id, added.id, :owner_id, added.child_id, added.parent_id, added.valid_from, added.valid_to,
           :recorded_at, NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:children AS uuid[]), CAST(:parents AS uuid[]),
                CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
         AS added (id, child_id, parent_id, valid_from, valid_to)
    RETURNING child_id
    """
)


async def add_network(unit: Unit, network: Network) -> bool:
    """Add the network's row; tell whether it is new."""
    statement = upsert(Network).values(network.model_dump()).on_conflict_do_nothing().returning(col(Network.network_id))
    return (await unit.session.scalar(statement)) is not None


async def add_tenants(unit: Unit, tenants: Sequence[Tenant], recorded_at: datetime) -> set[str]:
    """Add tenants of the scope's network, owned by the scope's tenant; give the keys that were free."""
    rows = await unit.session.execute(
        ADD_TENANTS,
        {
            "network_id": unit.network_id,
            "owner_id": unit.tenant_id,
            "recorded_at": recorded_at,
            "ids": [one.id for one in tenants],
            "keys": [one.key for one in tenants],
            "names": [one.name for one in tenants],
            "kinds": [one.kind for one in tenants],
            "locales": [one.locale for one in tenants],
            "time_zones": [one.time_zone for one in tenants],
            "currencies": [one.currency for one in tenants],
        },
    )
    return {row.key for row in rows}


async def add_placements(unit: Unit, placements: Sequence[Placement], recorded_at: datetime) -> None:
    """Say that placements hold, from an instant of recorded time on."""
    await unit.session.execute(
        ADD_PLACEMENTS,
        {
            "network_id": unit.network_id,
            "owner_id": unit.tenant_id,
            "recorded_at": recorded_at,
            "ids": [new_id() for _ in placements],
            "children": [one.child_id for one in placements],
            "parents": [one.parent_id for one in placements],
            "starts": [one.valid_from for one in placements],
            "ends": [one.valid_to for one in placements],
        },
    )


async def close_placements(unit: Unit, placements: Sequence[Placement], recorded_at: datetime) -> None:
    """Say that placements are known no more, from an instant of recorded time on."""
    keys = [(one.child_id, one.valid_from) for one in placements]
    await unit.session.execute(
        update(TenantPlacement)
        .where(
            col(TenantPlacement.network_id) == unit.network_id,
            col(TenantPlacement.recorded_to).is_(None),
            tuple_(col(TenantPlacement.child_id), col(TenantPlacement.valid_from)).in_(keys),
        )
        .values(recorded_to=recorded_at)
    )


async def known_placements(unit: Unit, reaching: datetime, children: Iterable[UUID] = ()) -> list[Placement]:
    """List placements as known now that still hold at an instant or later; of some tenants, or of all."""
    only = list(children)
    statement = select(TenantPlacement).where(
        col(TenantPlacement.network_id) == unit.network_id,
        col(TenantPlacement.recorded_to).is_(None),
        col(TenantPlacement.valid_to).is_(None) | (col(TenantPlacement.valid_to) > reaching),
    )
    if only:
        statement = statement.where(col(TenantPlacement.child_id).in_(only))
    return [
        Placement(child_id=row.child_id, parent_id=row.parent_id, valid_from=row.valid_from, valid_to=row.valid_to)
        for row in await unit.session.scalars(statement)
    ]


async def last_recorded(unit: Unit, child_id: UUID) -> datetime | None:
    """Tell when a tenant's newest known placement was recorded."""
    return await unit.session.scalar(
        select(TenantPlacement.recorded_from)
        .where(
            col(TenantPlacement.network_id) == unit.network_id,
            col(TenantPlacement.child_id) == child_id,
            col(TenantPlacement.recorded_to).is_(None),
        )
        .order_by(col(TenantPlacement.recorded_from).desc())
        .limit(1)
    )


async def lock_tree(unit: Unit) -> Network | None:
    """Let no other transaction change the tree until this one ends; nothing where it is not ours to change."""
    return await unit.session.scalar(
        update(Network)
        .where(col(Network.network_id) == unit.network_id, col(Network.headquarters_id) == unit.tenant_id)
        .values(tree_revision=col(Network.tree_revision) + 1)
        .returning(Network)
    )


async def tenants_by_id(unit: Unit, ids: Iterable[UUID]) -> dict[UUID, Tenant]:
    """Find some tenants of the network."""
    rows = await unit.session.scalars(
        select(Tenant).where(col(Tenant.network_id) == unit.network_id, col(Tenant.id).in_(set(ids)))
    )
    return {row.id: row for row in rows}


async def change_tenant(unit: Unit, tenant_id: UUID, **values: object) -> Tenant | None:
    """Change a tenant's reference row; nothing where it is not of the network or not ours to change."""
    return await unit.session.scalar(
        update(Tenant)
        .where(col(Tenant.network_id) == unit.network_id, col(Tenant.id) == tenant_id)
        .values(**values, version=col(Tenant.version) + 1)
        .returning(Tenant)
        .execution_options(populate_existing=True)
    )


async def add_settings(unit: Unit, settings: TenantSettings) -> None:
    """Write the tenant's first settings, unless it has some."""
    statement = upsert(TenantSettings).values(settings.model_dump()).on_conflict_do_nothing()
    await unit.session.execute(statement)


async def read_settings(unit: Unit, *, lock: bool = False) -> TenantSettings | None:
    """Read the tenant's own settings, and keep others from changing them where asked."""
    statement = select(TenantSettings).where(col(TenantSettings.tenant_id) == unit.tenant_id)
    return await unit.session.scalar(statement.with_for_update() if lock else statement)


async def publish_settings(unit: Unit, tenant_id: UUID, settings: TenantSettings) -> bool:
    """Copy settings to the tenant's reference row unless it has newer ones; tell whether it was done."""
    statement = (
        update(Tenant)
        .where(
            col(Tenant.network_id) == unit.network_id,
            col(Tenant.id) == tenant_id,
            col(Tenant.settings_version) < settings.version,
        )
        .values(
            name=settings.name,
            locale=settings.locale,
            time_zone=settings.time_zone,
            currency=settings.currency,
            settings_version=settings.version,
            version=col(Tenant.version) + 1,
            recorded_at=settings.recorded_at,
        )
        .returning(col(Tenant.id))
    )
    return (await unit.session.scalar(statement)) is not None
