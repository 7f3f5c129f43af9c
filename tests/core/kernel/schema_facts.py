"""What the database says of its tables, and rows made up for them, whatever features add."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from core.kernel.discovery import import_modules
from core.kernel.rows import Row
from tests.support.cluster import TEMPLATE, Address, admin_database_url, clone, drop

LITERALS = {
    "uuid": "gen_random_uuid()",
    "text": "md5(random()::text)",
    "integer": "1",
    "bigint": "1",
    "smallint": "1",
    "boolean": "true",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'",
    "bytea": "'\\x00'",
    "numeric": "1",
    "double precision": "1",
    "tstzrange": "tstzrange(now(), NULL)",
}
# Columns by which a row belongs to somebody.
TENANT_COLUMNS = ("tenant_id", "owner_tenant_id", "headquarters_id", "child_id")
PERSON_COLUMNS = ("person_id",)
NETWORK_COLUMNS = ("network_id",)


@dataclass(frozen=True)
class Holder:
    """Somebody whom rows belong to."""

    tenant_id: UUID
    network_id: UUID
    person_id: UUID

    def literal(self, column: str) -> str | None:
        for names, value in (
            (TENANT_COLUMNS, self.tenant_id),
            (NETWORK_COLUMNS, self.network_id),
            (PERSON_COLUMNS, self.person_id),
        ):
            if column in names:
                return f"'{value}'"
        return None


@dataclass(frozen=True)
class Table:
    """One table as PostgreSQL describes it."""

    name: str
    model: type[Row]
    key: tuple[str, ...]
    columns: dict[str, str]

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells made-up rows apart: the key, and whom a row belongs to."""
        belongs = (*TENANT_COLUMNS, *PERSON_COLUMNS)
        return self.key + tuple(name for name in belongs if name in self.columns and name not in self.key)

    def insert(self, holder: Holder) -> str:
        """Write an INSERT of one made-up row that belongs to somebody."""
        values = [holder.literal(name) or made_up(kind) for name, kind in self.columns.items()]
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({', '.join(values)})"


def made_up(kind: str) -> str:
    """Write a value of a type; a type nobody has used yet must be added to the literals."""
    return f"ARRAY[]::{kind}" if kind.endswith("[]") else LITERALS[kind]


def models() -> dict[str, type[Row]]:
    """Every model with a table, by the table's name."""
    import_modules("models")
    return {str(model.__tablename__): model for model in below(Row) if hasattr(model, "__table__")}


def below(base: type[Row]) -> Iterable[type[Row]]:
    for model in base.__subclasses__():
        yield model
        yield from below(model)


@asynccontextmanager
async def behind_the_walls(address: Address, database: str) -> AsyncGenerator[Any, None]:
    """A superuser's connection to a database of the cluster."""
    driver: Any = asyncpg
    connection = await driver.connect(admin_database_url(address.admin_url, database), ssl=False)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def cloned(address: Address, name: str, template: str = TEMPLATE) -> AsyncGenerator[str, None]:
    """A clone of the template that is gone after the block."""
    database = f"{name}_{uuid4().hex[:12]}"
    await clone(address.admin_url, database, template=template)
    try:
        yield database
    finally:
        await drop(address.admin_url, database)


async def tables(connection: Any) -> list[Table]:
    """Every table of the schema, with the model that stands for it."""
    known = models()
    found = await connection.fetch(
        "SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version' ORDER BY c.relname"
    )
    return [await described(connection, one["oid"], one["relname"], known[one["relname"]]) for one in found]


async def described(connection: Any, oid: int, name: str, model: type[Row]) -> Table:
    columns = await connection.fetch(
        "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
        " WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        oid,
    )
    key = await connection.fetch(
        "SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, place)"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
        " WHERE i.indrelid = $1 AND i.indisprimary ORDER BY k.place",
        oid,
    )
    return Table(
        name=name,
        model=model,
        key=tuple(one["attname"] for one in key),
        columns={one["attname"]: one["kind"] for one in columns},
    )


async def drop_rules(connection: Any) -> None:
    """Drop what would refuse made-up rows and is no wall: checks, references and uniqueness."""
    rules = await connection.fetch(
        "SELECT conrelid::regclass::text AS name, conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conname <> 'alembic_version_pkc'"
        " AND contype IN ('c', 'f', 'p', 'u', 'x')"
        " ORDER BY contype IN ('p', 'u')"
    )
    for rule in rules:
        await connection.execute(f'ALTER TABLE {rule["name"]} DROP CONSTRAINT "{rule["conname"]}"')
    indexes = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version_pkc' AND indisunique"
    )
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")


def holders() -> tuple[Holder, Holder, Holder]:
    """Two tenants of one network, and one of another."""
    one, other = uuid4(), uuid4()
    return Holder(uuid4(), one, uuid4()), Holder(uuid4(), one, uuid4()), Holder(uuid4(), other, uuid4())


async def rows_of(connection: Any, table: Table) -> set[tuple[Any, ...]]:
    """What tells the rows apart that are seen."""
    found = await connection.fetch(f"SELECT {', '.join(table.identity)} FROM {table.name}")
    return {tuple(one.values()) for one in found}
