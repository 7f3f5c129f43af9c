"""Statements that a unit puts to the driver itself: the few that every mutation runs, in the fewest round trips.

They run in the unit's own transaction, behind the same walls. Between a statement and the driver lies nothing, so a
failure is the driver's own error; rows written together are one statement, whose text is made once for each shape.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, groupby
from typing import Any, cast

from core.kernel.telemetry import statement_span
from core.kernel.unit import Unit

SHAPES = 256
"""Texts that are remembered; a shape is the tables, columns and number of rows of one statement."""
LONGEST = 65_535
"""Most parameters PostgreSQL takes in one statement."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that is to be written.

    Attributes:
        table: The table.
        values: By column, as the driver takes them: ids, instants, texts; JSON as text.
    """

    table: str
    values: Mapping[str, Any]


Shape = tuple[tuple[str, tuple[str, ...], int], ...]


async def fetch(unit: Unit, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 - as the driver has it
    """Execute one statement and give its rows.

    Args:
        unit: The transaction.
        sql: The statement, its parameters as ``$1``.
        values: The parameters.
    """
    connection = await unit.session.connection()
    driver = cast("Any", (await connection.get_raw_connection()).driver_connection)
    with statement_span(sql):
        return await driver.fetch(sql, *values)


async def write(unit: Unit, *rows: NewRow) -> None:
    """Write rows of several tables in one statement, those that others name first.

    Raises:
        ValueError: There are more values than one statement takes.
    """
    values = [value for row in rows for value in row.values.values()]
    if len(values) > LONGEST:
        msg = "Rows in such a number are written by a bulk statement of their own."
        raise ValueError(msg)
    await fetch(unit, statement_of(shape_of(rows)), *values)


def shape_of(rows: Iterable[NewRow]) -> Shape:
    """Give tables, columns and number of neighbouring rows that go into one table."""
    kinds = groupby(rows, key=lambda row: (row.table, tuple(row.values)))
    return tuple((table, columns, sum(1 for _ in alike)) for (table, columns), alike in kinds)


@lru_cache(SHAPES)
def statement_of(shape: Shape) -> str:
    """Write the statement down: every insertion but the last is a part of the last one."""
    numbers = count(1)
    inserts = [insertion(table, columns, rows, numbers) for table, columns, rows in shape]
    *before, last = inserts
    named = ", ".join(f"w{number} AS ({one})" for number, one in enumerate(before))
    return f"WITH {named} {last}" if named else last


def insertion(table: str, columns: tuple[str, ...], rows: int, numbers: Iterable[int]) -> str:
    """Write one insertion down; names of tables and columns come from this code alone."""
    following = iter(numbers)
    tuples = ", ".join("(" + ", ".join(f"${next(following)}" for _ in columns) + ")" for _ in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {tuples}"  # noqa: S608 - no value is written into it
