"""SQL of deviations and figures, and nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.kernel.columns import Columns
from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.many_rows import Row, adding, changing, write_rows

DEVIATION: Final = Columns(
    kinds={
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
)
FIGURES: Final = Columns(
    kinds={
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
)
KEPT_DEVIATIONS: Final = "SELECT * FROM record_deviations WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
KEPT_FIGURES: Final = "SELECT * FROM record_conformance WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
DROP: Final = "DELETE FROM record_deviations WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
UNQUALIFIED: Final = """SELECT record_id, step_position FROM record_deviations
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) AND kind = 'unqualified'"""
HEADS: Final = "SELECT record_id, head FROM record_conformance WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"


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


async def write_deviations(unit: Unit, fresh: Sequence[Row], changed: Sequence[Row], gone: Sequence[UUID]) -> None:
    """Make the kept deviations of some records what they shall be."""
    if gone:
        await fetch(unit, DROP, unit.tenant_id, list(gone))
    await write_rows(unit, DEVIATION, ADD_DEVIATIONS, CHANGE_DEVIATIONS, fresh=fresh, changed=changed)


async def write_figures(unit: Unit, fresh: Sequence[Row], changed: Sequence[Row]) -> None:
    """Make the kept figures of some records what they shall be."""
    await write_rows(unit, FIGURES, ADD_FIGURES, CHANGE_FIGURES, fresh=fresh, changed=changed)
