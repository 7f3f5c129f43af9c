"""Statements that a unit puts to the driver itself: the few that every mutation runs, in the fewest round trips.

They run in the unit's own transaction, behind the same walls. Between a statement and the driver lies nothing, so a
failure is the driver's own error; rows written together are one statement, whose text is made once for each shape.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count, groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.conditions import Condition, together
from core.kernel.frozen import frozen
from core.kernel.telemetry import statement_span, tracing_is_on
from core.kernel.unit import Unit

DRIVER = "touchstone.driver"
SHAPES = 256
"""Texts that are remembered; a shape is the tables, columns and number of rows of one statement."""
LONGEST = 65_535
"""Most parameters PostgreSQL takes in one statement."""


@frozen
class NewRow:
    """A row that is to be written.

    Attributes:
        table: The table.
        values: By column, as the driver takes them: ids, instants, texts; JSON as text.
    """

    table: str
    values: Mapping[str, Any]


@frozen
class ChangedRow:
    """A row that is there and is to be written otherwise.

    Attributes:
        table: The table.
        values: What it shall hold, by column.
        keys: What it is found by, by column; what it must still hold is among them.
    """

    table: str
    values: Mapping[str, Any]
    keys: Mapping[str, Any]


@frozen
class NewRows:
    """Many rows of one table that are to be written together.

    Attributes:
        table: The table.
        alike: What is the same in all of them, by column.
        columns: What may differ, by column: one value a row, in the order in which they are written.
    """

    table: str
    alike: Mapping[str, Any]
    columns: Mapping[str, Sequence[Any]]


Shape = tuple[tuple[str, tuple[str, ...], int], ...]


async def fetch(unit: Unit, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 - as the driver has it
    """Execute one statement and give its rows.

    Args:
        unit: The transaction.
        sql: The statement, its parameters as ``$1``.
        values: The parameters.
    """
    return await fetch_in(unit.session, sql, *values)


async def fetch_in(session: AsyncSession, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 - as the driver has it
    """Execute one statement in a session's transaction, where there is no unit; see :func:`fetch`."""
    driver = await driver_of(session)
    if not tracing_is_on():
        return await driver.fetch(sql, *values)
    with statement_span(sql):
        return await driver.fetch(sql, *values)


async def all_hold(unit: Unit, conditions: Sequence[Condition]) -> bool:
    """Tell whether all of some conditions hold, in one round trip."""
    sql = together(*((one.sql, len(one.values)) for one in conditions))
    [row] = await fetch(unit, f"SELECT {sql}", *(value for one in conditions for value in one.values))
    return bool(row[0])


async def driver_of(session: AsyncSession) -> Any:  # noqa: ANN401 - asyncpg's connections are not typed
    """Give the driver's connection of a session's open transaction, which is the same until it ends.

    Within a savepoint the session is asked for it anew: only then is the savepoint set.
    """
    held: Any = session.info.get(DRIVER)
    if held is not None and held[0] is innermost(session):
        return held[1]
    raw = await (await session.connection()).get_raw_connection()
    session.info[DRIVER] = (innermost(session), raw.driver_connection)
    return raw.driver_connection


def innermost(session: AsyncSession) -> object:
    """Give what a session is in: a savepoint, else its transaction, where it is in one."""
    inner = session.sync_session
    return inner.get_nested_transaction() or inner.get_transaction()


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


async def write_with(unit: Unit, rows: Sequence[NewRow], sql: str, *last: Any) -> None:  # noqa: ANN401 - as the driver has it
    """Write rows and execute a statement that changes others, all at once.

    Args:
        unit: The transaction.
        rows: The rows, those that others name first.
        sql: The statement, its parameters as ``$1``.
        last: Its parameters.
    """
    values = [value for row in rows for value in row.values.values()]
    await fetch(unit, statement_with(shape_of(rows), sql, len(last)), *last, *values)


async def add_many(unit: Unit, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many rows of one table, which are sent as one document; a name that is null there is null in the row.

    Args:
        unit: The transaction.
        table: The table; its name and those of the columns come from this code alone.
        rows: The rows, all with the same columns.
    """
    if rows:
        names = ", ".join(rows[0])
        source = f"jsonb_populate_recordset(NULL::{table}, $1::text::jsonb)"
        statement = f"INSERT INTO {table} ({names}) SELECT {names} FROM {source} RETURNING 1"  # noqa: S608 - see above
        await fetch(unit, statement, orjson.dumps(list(rows), default=told).decode())


def told(value: object) -> str:
    """Write ids of the driver's own kind; what is no id has no place in a row that JSON does not know.

    Raises:
        TypeError: It is something else.
    """
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


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


@lru_cache(SHAPES)
def statement_with(shape: Shape, sql: str, parameters: int) -> str:
    """Write insertions down as parts of a statement, whose own parameters come first."""
    numbers = count(parameters + 1)
    named = ", ".join(f"w{number} AS ({insertion(*one, numbers)})" for number, one in enumerate(shape))
    return f"WITH {named} {sql}" if named else sql


def insertion(table: str, columns: tuple[str, ...], rows: int, numbers: Iterable[int]) -> str:
    """Write one insertion down; names of tables and columns come from this code alone."""
    following = iter(numbers)
    tuples = ", ".join("(" + ", ".join(f"${next(following)}" for _ in columns) + ")" for _ in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {tuples}"  # noqa: S608 - no value is written into it
