"""SQL of deviations and figures, and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit

Row = Mapping[str, Any]

DEVIATION: Final = {
    "id": "uuid",
    "record_id": "uuid",
    "kind": "text",
    "step_key": "text",
    "step_position": "integer",
    "detail": "text",
    "clause_key": "text",
    "grade": "text",
    "since": "timestamptz",
    "since_event": "integer",
    "settled_at": "timestamptz",
    "is_open": "boolean",
    "lacking": "text",
    "recorded_at": "timestamptz",
}
FIGURES: Final = {
    "id": "uuid",
    "record_id": "uuid",
    "fitness": "integer",
    "produced": "integer",
    "consumed": "integer",
    "missing": "integer",
    "remaining": "integer",
    "deviations": "integer",
    "open": "integer",
    "baseline": "integer",
    "expected": "integer",
    "differentiated": "integer",
    "is_broken": "boolean",
    "planned_end": "timestamptz",
    "expected_end": "timestamptz",
    "share": "bigint",
    "is_flagged": "boolean",
    "head": "integer",
    "recorded_at": "timestamptz",
}
KEPT_DEVIATIONS: Final = "SELECT * FROM record_deviations WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
KEPT_FIGURES: Final = "SELECT * FROM record_conformance WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
DROP: Final = "DELETE FROM record_deviations WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
UNQUALIFIED: Final = """SELECT record_id, step_position FROM record_deviations
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) AND kind = 'unqualified'"""
HEADS: Final = "SELECT record_id, head FROM record_conformance WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"


def adding(table: str, kinds: Mapping[str, str]) -> str:
    """Write the statement that adds many rows; names of tables and columns come from this module alone."""
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds.values(), 3))
    return (
        f"INSERT INTO {table} (tenant_id, network_id, {', '.join(kinds)})"  # noqa: S608 - see above
        f" SELECT $1::uuid, $2::uuid, given.* FROM unnest({given}) AS given"
        " ON CONFLICT (tenant_id, id) DO NOTHING RETURNING 1"
    )


def changing(table: str, kinds: Mapping[str, str]) -> str:
    """Write the statement that changes many rows, found by their ids; see :func:`adding`."""
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds.values(), 2))
    said = ", ".join(f"{name} = given.{name}" for name in kinds if name not in {"id", "record_id"})
    return (
        f"UPDATE {table} AS kept SET {said}"  # noqa: S608 - see above
        f" FROM unnest({given}) AS given({', '.join(kinds)})"
        " WHERE kept.tenant_id = $1 AND kept.id = given.id"
    )


ADD_DEVIATIONS: Final = adding("record_deviations", DEVIATION)
CHANGE_DEVIATIONS: Final = changing("record_deviations", DEVIATION)
ADD_FIGURES: Final = adding("record_conformance", FIGURES)
CHANGE_FIGURES: Final = changing("record_conformance", FIGURES)


async def kept_deviations(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Read the deviations of some records as they were worked out last."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in await fetch(unit, KEPT_DEVIATIONS, unit.tenant_id, list(record_ids)):
        found[row["record_id"]].append(row)
    return found


async def kept_figures(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Read the figures of some records as they were worked out last."""
    return {row["record_id"]: row for row in await fetch(unit, KEPT_FIGURES, unit.tenant_id, list(record_ids))}


async def judged(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, tuple[int, frozenset[int]]]:
    """Read up to which event it was judged who was qualified, and the positions of steps whose performer was not."""
    rows = await fetch(unit, UNQUALIFIED, unit.tenant_id, list(record_ids))
    heads = await fetch(unit, HEADS, unit.tenant_id, list(record_ids))
    return {
        row["record_id"]: (
            row["head"],
            frozenset(one["step_position"] for one in rows if one["record_id"] == row["record_id"]),
        )
        for row in heads
    }


async def write_rows(
    unit: Unit, kinds: Mapping[str, str], add: str, change: str, *, fresh: Sequence[Row], changed: Sequence[Row]
) -> None:
    """Add and change rows, each in one statement."""
    if fresh:
        columns = [[row[name] for row in fresh] for name in kinds]
        await fetch(unit, add, unit.tenant_id, unit.network_id, *columns)
    if changed:
        columns = [[row[name] for row in changed] for name in kinds]
        await fetch(unit, change, unit.tenant_id, *columns)


async def write_deviations(unit: Unit, fresh: Sequence[Row], changed: Sequence[Row], gone: Sequence[UUID]) -> None:
    """Make the kept deviations of some records what they shall be."""
    if gone:
        await fetch(unit, DROP, unit.tenant_id, list(gone))
    await write_rows(unit, DEVIATION, ADD_DEVIATIONS, CHANGE_DEVIATIONS, fresh=fresh, changed=changed)


async def write_figures(unit: Unit, fresh: Sequence[Row], changed: Sequence[Row]) -> None:
    """Make the kept figures of some records what they shall be."""
    await write_rows(unit, FIGURES, ADD_FIGURES, CHANGE_FIGURES, fresh=fresh, changed=changed)
