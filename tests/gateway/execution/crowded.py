"""Tables filled with rows of several tenants, so that the planner has something to choose between."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.core.kernel.schema_facts import TENANT_COLUMNS, Holder, Table, holders, made_up, tables

ROWS = 2_000
"""Rows of one tenant; its neighbours in the network have four times as many together, strangers as many."""

NEIGHBOURS = tuple(uuid4() for _ in range(8))

RARE = 100
"""One row in so many has the value that a filter asks for."""

PARENTS = 50
"""So many rows of another table are named by the rows of one."""

EPOCH = "timestamptz '2026-01-01 00:00:00Z'"
STEP = "interval '6 minutes'"

ANEW = "md5(random()::text)::uuid"
"""Another one for each row, in a fifth of the time that one nobody could guess takes."""

Wanted = Mapping[tuple[str, str], str]
"""SQL literals that filters ask for, by table and column; ``NULL`` where they ask for what is empty."""

COMMON = {
    ("outbox", "status"): "'dead'",
    ("consultations", "closed_at"): "NULL",
    ("work_items", "status"): "'open'",
    ("tenant_placements", "recorded_to"): "NULL",
    ("tenant_placements", "valid_to"): "NULL",
}
"""What a list shows at all, by table and column: every other row has it."""


@dataclass(frozen=True)
class Column:
    """A column to be filled."""

    table: str
    name: str
    kind: str
    distinct: bool

    def value(self, wanted: Wanted) -> str:
        """An SQL expression over ``n``, the number of the row."""
        place = (self.table, self.name)
        if place in COMMON:
            return f"CASE WHEN n % 2 = 0 THEN {COMMON[place]} ELSE {self.usual()} END"
        if wanted.get(place) and not self.distinct:
            return f"CASE WHEN n % {RARE} = 0 THEN {wanted[place]} ELSE {self.usual()} END"
        return self.usual()

    def usual(self) -> str:
        if self.kind == "timestamp with time zone":
            return f"{EPOCH} + n % {ROWS} * {STEP}"
        if self.kind == "text":
            return f"'x' || {ANEW}" if self.distinct else f"'x' || n % {RARE}"
        if self.kind == "uuid":
            return ANEW if self.distinct else f"md5((n % {PARENTS})::text)::uuid"
        if self.kind in {"integer", "bigint"}:
            return "n"
        return made_up(self.kind)


async def crowd(connection: Any, wanted: Wanted, names: set[str]) -> Holder:
    """Fill tables for a tenant, its neighbours and a stranger; what refuses made-up rows is dropped first."""
    await drop_refusals(connection)
    one, _, stranger = holders()
    known = [one for one in await tables(connection) if one.name in names]
    async with indexed_afterwards(connection, [one.name for one in known if not at_most_one(one)]):
        for table in known:
            values = await filled(connection, table, wanted)
            parts = [
                selected(table, values | owned(table, one), ROWS),
                selected(table, values | owned(table, one, neighbours()), 4 * ROWS),
                selected(table, values | owned(table, stranger), ROWS),
            ]
            await connection.execute(insertion(table, parts))
    await connection.execute(f"ANALYZE {', '.join(sorted(names))}")
    return one


@asynccontextmanager
async def indexed_afterwards(connection: Any, names: Sequence[str]) -> AsyncGenerator[None, None]:
    """Keep what is written in the block out of the indexes, which are built at its end: far less work."""
    await connection.execute(
        "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(($1::text[])::regclass[])", names
    )
    yield
    for name in names:
        await connection.execute(f"REINDEX TABLE {name}")


def at_most_one(table: Table) -> bool:
    """Tell whether an owner has one row at most, so that rows are refused while they are inserted."""
    return set(table.key) <= {"tenant_id", "network_id"}


def neighbours() -> str:
    """A neighbour for each row, as an SQL expression."""
    several = ", ".join(f"'{one}'" for one in NEIGHBOURS)
    return f"(ARRAY[{several}]::uuid[])[1 + n % {len(NEIGHBOURS)}]"


def owned(table: Table, holder: Holder, tenant: str = "") -> dict[str, str]:
    """Whose the rows are; the child of a placement is another tenant."""
    known = {one: holder.literal(one) for one in ("network_id", *TENANT_COLUMNS) if one != "child_id"}
    told = {one: value if one == "network_id" or not tenant else tenant for one, value in known.items()}
    return {one: str(value) for one, value in told.items() if one in table.columns}


async def filled(connection: Any, table: Table, wanted: Wanted) -> dict[str, str]:
    """What the columns of a table are filled with."""
    last = await last_of_unique(connection, table.name)
    return {name: Column(table.name, name, kind, name in last).value(wanted) for name, kind in table.columns.items()}


def selected(table: Table, values: Mapping[str, str], rows: int) -> str:
    """Make rows up."""
    named = ", ".join(f"CAST({values[name]} AS {kind}) AS {name}" for name, kind in table.columns.items())
    return f"SELECT {named} FROM generate_series(1, {rows}) n"


def insertion(table: Table, parts: Sequence[str]) -> str:
    """Insert rows in no order; where an owner has one row at most, as many as there are owners."""
    more = " ON CONFLICT DO NOTHING" if at_most_one(table) else ""
    rows = f"SELECT {', '.join(table.columns)} FROM ({' UNION ALL '.join(parts)}) rows ORDER BY random()"
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) {rows}{more}"


async def last_of_unique(connection: Any, table: str) -> set[str]:
    """The last columns of what must be unique: they tell the made-up rows apart."""
    found = await connection.fetch(
        "SELECT a.attname FROM pg_index x JOIN pg_attribute a"
        " ON a.attrelid = x.indrelid AND a.attnum = x.indkey[x.indnkeyatts - 1]"
        " WHERE x.indrelid = $1::text::regclass AND x.indisunique",
        table,
    )
    return {one["attname"] for one in found}


async def drop_refusals(connection: Any) -> None:
    """Drop checks, references and exclusions, but nothing whose index may serve a list."""
    rules = await connection.fetch(
        "SELECT conrelid::regclass::text AS name, conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'x')"
    )
    for rule in rules:
        await connection.execute(f'ALTER TABLE {rule["name"]} DROP CONSTRAINT "{rule["conname"]}"')
