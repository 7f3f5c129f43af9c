"""SQL of links, and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from core.kernel.canonical import instant_text
from core.kernel.direct import NewRow, fetch
from core.kernel.unit import Unit

TABLE: Final = "record_links"
OPENED: Final = """
    SELECT l.record_id, l.expires_at, l.revoked_at, c.erased_at
    FROM record_links l JOIN records r ON r.tenant_id = $1 AND r.id = l.record_id
    LEFT JOIN customers c ON c.tenant_id = $1 AND c.id = r.customer_id
    WHERE l.tenant_id = $1 AND l.id = $2"""
SHARED: Final = """
    SELECT r.id, c.erased_at, m.removed_at FROM records r
    LEFT JOIN customers c ON c.tenant_id = $1 AND c.id = r.customer_id
    LEFT JOIN record_removals m ON m.tenant_id = $1 AND m.id = r.id
    WHERE r.tenant_id = $1 AND r.id = $2 FOR NO KEY UPDATE OF r"""
LIVE: Final = """
    SELECT count(*) AS found FROM record_links
    WHERE tenant_id = $1 AND record_id = $2 AND revoked_at IS NULL AND expires_at > $3"""
LOCK: Final = "SELECT record_id, revoked_at FROM record_links WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
REVOKE: Final = "UPDATE record_links SET revoked_at = $3, recorded_at = $4 WHERE tenant_id = $1 AND id = $2"
DROP: Final = "DELETE FROM record_links WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
OF_RECORDS: Final = """
    SELECT record_id, shared_at, expires_at, revoked_at FROM record_links
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) ORDER BY record_id, shared_at, id"""
SERVICE: Final = """
    SELECT title FROM service_offers WHERE tenant_id = $1 AND key = $2 AND title <> '{}'::jsonb
    UNION ALL SELECT title FROM catalogue_services WHERE network_id = $3 AND key = $2 LIMIT 1"""

Row = Mapping[str, Any]


async def find_opened(unit: Unit, link_id: UUID) -> Row | None:
    """Read what decides whether a link opens anything."""
    rows = await fetch(unit, OPENED, unit.tenant_id, link_id)
    return rows[0] if rows else None


async def find_shared(unit: Unit, record_id: UUID) -> Row | None:
    """Read the record that is to be shared, and what speaks against it; nobody else shares it while the unit lasts."""
    rows = await fetch(unit, SHARED, unit.tenant_id, record_id)
    return rows[0] if rows else None


async def count_live(unit: Unit, record_id: UUID) -> int:
    """Count the links that open a record's view now."""
    return (await fetch(unit, LIVE, unit.tenant_id, record_id, unit.now))[0]["found"]


async def lock_link(unit: Unit, link_id: UUID) -> Row | None:
    """Read a link and let nobody else change it until the unit ends."""
    rows = await fetch(unit, LOCK, unit.tenant_id, link_id)
    return rows[0] if rows else None


async def revoke(unit: Unit, link_id: UUID, at: datetime, recorded_at: datetime) -> None:
    """Write that a link opens nothing from now on."""
    await fetch(unit, REVOKE, unit.tenant_id, link_id, at, recorded_at)


async def drop_links(unit: Unit, record_ids: Sequence[UUID]) -> None:
    """Delete every link to some records."""
    await fetch(unit, DROP, unit.tenant_id, list(record_ids))


async def links_of(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, str | None]]]:
    """Tell when some records were shared, and until when, in JSON."""
    found: dict[UUID, list[dict[str, str | None]]] = defaultdict(list)
    for row in await fetch(unit, OF_RECORDS, unit.tenant_id, list(record_ids)):
        revoked: datetime | None = row["revoked_at"]
        told = {
            "sharedAt": instant_text(row["shared_at"]),
            "expiresAt": instant_text(row["expires_at"]),
            "revokedAt": None if revoked is None else instant_text(revoked),
        }
        found[row["record_id"]].append(told)
    return found


async def service_title(unit: Unit, key: str) -> Mapping[str, str]:
    """Give the name of a service per locale, as the tenant or its network calls it; empty where neither does."""
    rows = await fetch(unit, SERVICE, unit.tenant_id, key, unit.network_id) if key else ()
    return read_texts(rows[0]["title"]) if rows else {}


def read_texts(value: Any) -> Mapping[str, str]:  # noqa: ANN401 - a JSON column, as text or read already
    """Read a text per locale."""
    return orjson.loads(value) if isinstance(value, str) else value


def link_row(unit: Unit, values: Mapping[str, Any]) -> NewRow:
    """Give the row of a new link."""
    return NewRow(TABLE, {"tenant_id": unit.tenant_id, "network_id": unit.network_id, **values})
