"""Many rows of one table in one statement, each column sent as one list.

The text is the same however many rows there are, so that a connection prepares it once. A list of rows, each with a
place for every value, is a new text for every number of them, which is parsed and planned anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.kernel.columns import Columns, bulk_insert
from core.kernel.direct import fetch
from core.kernel.unit import Unit

Row = Mapping[str, Any]


def adding(table: str, kinds: Mapping[str, str]) -> str:
    """Write the statement that adds many rows; names of tables and columns come from repositories alone."""
    by_driver = Columns(kinds=kinds, by_driver=frozenset(kinds))
    return bulk_insert(table, by_driver, end="ON CONFLICT (tenant_id, id) DO NOTHING RETURNING 1")


def changing(table: str, kinds: Mapping[str, str]) -> str:
    """Write the statement that changes many rows, found by their ids; see :func:`adding`."""
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds.values(), 2))
    said = ", ".join(f"{name} = given.{name}" for name in kinds if name not in {"id", "record_id"})
    return (
        f"UPDATE {table} AS kept SET {said}"  # noqa: S608 - see above
        f" FROM unnest({given}) AS given({', '.join(kinds)})"
        " WHERE kept.tenant_id = $1 AND kept.id = given.id"
    )


async def write_added(unit: Unit, kinds: Mapping[str, str], add: str, rows: Sequence[Row]) -> None:
    """Add rows, all in one statement; see :func:`adding`."""
    if rows:
        columns = [[row[name] for row in rows] for name in kinds]
        await fetch(unit, add, unit.tenant_id, unit.network_id, *columns)


async def write_rows(
    unit: Unit, kinds: Mapping[str, str], add: str, change: str, *, fresh: Sequence[Row], changed: Sequence[Row]
) -> None:
    """Add and change rows, each in one statement."""
    await write_added(unit, kinds, add, fresh)
    if changed:
        columns = [[row[name] for row in changed] for name in kinds]
        await fetch(unit, change, unit.tenant_id, *columns)
