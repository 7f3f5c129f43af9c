"""SQL of saved views."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from asyncpg import UniqueViolationError

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.saved_views.policy import Standing

OF_OWNER: Final = "SELECT id, name FROM saved_views WHERE tenant_id = $1 AND owner_id = $2 ORDER BY id FOR UPDATE"
NAMES: Final = "SELECT id, name FROM saved_views WHERE tenant_id = $1 AND owner_id = $2"
ADD: Final = """
    INSERT INTO saved_views
      (tenant_id, network_id, id, owner_id, name, shared, filter, ordering, columns, version, recorded_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10)
    ON CONFLICT (tenant_id, owner_id, name) DO NOTHING RETURNING id"""
LOCK: Final = "SELECT owner_id, shared, name, version FROM saved_views WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
FIND: Final = "SELECT owner_id, shared, name, version FROM saved_views WHERE tenant_id = $1 AND id = $2"
DROP: Final = "DELETE FROM saved_views WHERE tenant_id = $1 AND id = $2"
SEEN: Final = """
    (SELECT id, name FROM saved_views WHERE tenant_id = $1 AND owner_id = $2 ORDER BY name, id LIMIT $3)
    UNION
    (SELECT id, name FROM saved_views WHERE tenant_id = $1 AND shared ORDER BY name, id LIMIT $3)
    ORDER BY name, id LIMIT $3"""


async def lock_views_of(unit: Unit, owner_id: UUID) -> dict[str, UUID]:
    """Read somebody's views by name, and let nobody change them until the unit ends."""
    return {row["name"]: row["id"] for row in await fetch(unit, OF_OWNER, unit.tenant_id, owner_id)}


async def names_of(unit: Unit, owner_id: UUID) -> dict[str, UUID]:
    """Read somebody's views by name, as they are now: whoever changes one at the same time is not waited for."""
    return {row["name"]: row["id"] for row in await fetch(unit, NAMES, unit.tenant_id, owner_id)}


async def add_view(unit: Unit, view_id: UUID, columns: Mapping[str, Any]) -> bool:
    """Write a view; tell whether its owner had none of that name."""
    names = ("owner_id", "name", "shared", "filter", "ordering", "columns", "recorded_at")
    return bool(await fetch(unit, ADD, unit.tenant_id, unit.network_id, view_id, *(columns[one] for one in names)))


async def find_view(unit: Unit, view_id: UUID, *, lock: bool = False) -> Standing | None:
    """Read a view, and perhaps let nobody else change it until the unit ends."""
    rows = await fetch(unit, LOCK if lock else FIND, unit.tenant_id, view_id)
    return Standing(**rows[0]) if rows else None


async def change_columns(unit: Unit, view_id: UUID, columns: Mapping[str, Any]) -> bool:
    """Change columns of a view; tell whether its name was free, without which the unit cannot go on.

    Somebody may take the name at the same time: then this waits for them, and finds it taken.
    """
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 3))
    sql = f"UPDATE saved_views SET {names}, version = version + 1 WHERE tenant_id = $1 AND id = $2"  # noqa: S608 - names of this feature alone
    try:
        await fetch(unit, sql, unit.tenant_id, view_id, *columns.values())
    except UniqueViolationError:
        return False
    return True


async def drop_view(unit: Unit, view_id: UUID) -> None:
    """Delete a view."""
    await fetch(unit, DROP, unit.tenant_id, view_id)


async def views_seen_by(unit: Unit, actor_id: UUID, most: int) -> list[UUID]:
    """List somebody's own views and those that are shared, by name."""
    return [row["id"] for row in await fetch(unit, SEEN, unit.tenant_id, actor_id, most)]
