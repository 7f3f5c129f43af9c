"""Many rows of one table in one statement, each column sent as one text.

The text is the same however many rows there are, so that a connection prepares it once. A list of rows, each with a
place for every value, is a new text for every number of them, which is parsed and planned anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.kernel.columns import Columns, bulk_insert
from core.kernel.direct import fetch
from core.kernel.unit import Unit

Row = Mapping[str, Any]


def adding(table: str, columns: Columns) -> str:
    """Write the statement that adds many rows; names of tables and columns come from repositories alone."""
    return bulk_insert(table, columns, end="ON CONFLICT (tenant_id, id) DO NOTHING RETURNING 1")


def changing(table: str, columns: Columns) -> str:
    """Write the statement that changes many rows, found by their ids; see :func:`adding`."""
    said = ", ".join(f"{name} = given.{name}" for name in columns.kinds if name not in {"id", "record_id"})
    return (
        f"UPDATE {table} AS kept SET {said}"  # noqa: S608 - see above
        f" FROM {columns.rows(2)} AS given({', '.join(columns.kinds)})"
        " WHERE kept.tenant_id = $1 AND kept.id = given.id"
    )


async def write_added(unit: Unit, columns: Columns, add: str, rows: Sequence[Row]) -> None:
    """Add rows, all in one statement; see :func:`adding`."""
    if rows:
        await fetch(unit, add, unit.tenant_id, unit.network_id, *sent(columns, rows))


async def write_rows(
    unit: Unit, columns: Columns, add: str, change: str, *, fresh: Sequence[Row], changed: Sequence[Row]
) -> None:
    """Add and change rows, each in one statement."""
    await write_added(unit, columns, add, fresh)
    if changed:
        await fetch(unit, change, unit.tenant_id, *sent(columns, changed))


def sent(columns: Columns, rows: Sequence[Row]) -> list[object]:
    """Give rows as the parameters of a statement that is given columns."""
    return columns.sent({name: [row[name] for row in rows] for name in columns.kinds})
