"""SQL of clocks, and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.columns import Columns
from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.many_rows import Row, adding, write_added

LOCK: Final = """SELECT id, site_id, effective_hash FROM records
    WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE"""
KEPT: Final = "SELECT * FROM record_clocks WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
DROP: Final = "DELETE FROM record_clocks WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
OF_CHUNK: Final = "SELECT id FROM records WHERE tenant_id = $1 AND import_chunk_id = $2 ORDER BY id"
CLOCK: Final = Columns(
    kinds={
        "id": "uuid",
        "record_id": "uuid",
        "kind": "text",
        "step_key": "text",
        "step_position": "integer",
        "unit": "text",
        "limit_seconds": "bigint",
        "calendar_revision_id": "uuid",
        "time_zone": "text",
        "status": "text",
        "started_at": "timestamptz",
        "stopped_at": "timestamptz",
        "due_at": "timestamptz",
        "due_order": "timestamptz",
        "warn_at": "timestamptz",
        "warned_at": "timestamptz",
        "breached_at": "timestamptz",
        "used_seconds": "bigint",
        "paused_customer_seconds": "bigint",
        "paused_partner_seconds": "bigint",
        "paused_staff_seconds": "bigint",
        "escalations": "integer",
        "head": "integer",
        "recorded_at": "timestamptz",
    }
)
ADD: Final = adding("record_clocks", CLOCK)


async def lock_records(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Read what clocks need of some records and let nobody else change them until the unit ends."""
    return {row["id"]: row for row in await fetch(unit, LOCK, unit.tenant_id, list(record_ids))}


async def kept_clocks(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Read the clocks of some records as they were worked out last."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in await fetch(unit, KEPT, unit.tenant_id, list(record_ids)):
        found[row["record_id"]].append(row)
    return found


async def add_clocks(unit: Unit, rows: Sequence[Row]) -> None:
    """Write new clocks."""
    await write_added(unit, CLOCK, ADD, rows)


async def change_clock(unit: Unit, clock_id: UUID, changes: Mapping[str, Any]) -> None:
    """Write what is different of a clock."""
    said = ", ".join(f"{name} = ${place}" for place, name in enumerate(changes, 3))
    sql = f"UPDATE record_clocks SET {said} WHERE tenant_id = $1 AND id = $2"  # noqa: S608 - names of this feature alone
    await fetch(unit, sql, unit.tenant_id, clock_id, *changes.values())


async def drop_clocks(unit: Unit, ids: Sequence[UUID]) -> None:
    """Take clocks away whose limit a record's standard has no longer."""
    if ids:
        await fetch(unit, DROP, unit.tenant_id, list(ids))


async def records_of_chunk(unit: Unit, chunk_id: UUID) -> list[UUID]:
    """List the records that one chunk of an import brought in."""
    return [row["id"] for row in await fetch(unit, OF_CHUNK, unit.tenant_id, chunk_id)]
