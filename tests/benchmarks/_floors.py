"""What the machine needs at least: the same rows, the same rule, the same SQL, with nothing of the product around."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import event
from touchstone_sdk import ScoringBatch

from core.kernel.ids import new_id
from core.kernel.roles import Role, role_password
from core.kernel.scope import Scope
from core.plugin_host.invoker import Invoker
from core.quality.subjects import subjects_of_chunk
from core.standards.resolve import pinned_views
from tests.benchmarks._ground import PLUGIN, Ground
from tests.support.cluster import ROLE_SECRET

TABLES = ("record_keys", "records", "record_steps", "record_events")
ORDER = {
    "record_keys": "record_id",
    "records": "id",
    "record_steps": "record_id, position",
    "record_events": "record_id, number",
}
SET_TENANT = "SELECT set_config('app.network_id', $1, true), set_config('app.tenant_id', $2, true)"


@asynccontextmanager
async def connected(ground: Ground, role: Role) -> AsyncGenerator[Any, None]:
    """Connect as a serving role, without a pool."""
    host, name = ground.database.url.removeprefix("postgresql://").split("/")
    url = f"postgresql://{role.value}:{role_password(ROLE_SECRET, role)}@{host}/{name}"
    connection = await cast("Any", asyncpg).connect(url, ssl=False, server_settings={"jit": "off"})
    try:
        yield connection
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, with the name and type of each column."""

    table: str
    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of one table as one array a column."""

    statement: str
    columns: list[list[Any]]


class BareInsert:
    """The rows that an import wrote, written again under other ids: one transaction a chunk, one statement a table.

    Args:
        admin: A superuser's connection, to read the rows once.
        scope: The network that they were imported into.
    """

    def __init__(self, admin: Any, scope: Scope) -> None:
        self._admin = admin
        self._scope = scope
        self._chunks: list[tuple[UUID, list[Rows]]] = []

    async def read(self) -> None:
        """Read what was imported, chunk by chunk."""
        chunks = await self._admin.fetch(
            "SELECT tenant_id, id FROM import_chunks WHERE network_id = $1 ORDER BY id", self._scope.network_id
        )
        for chunk in chunks:
            self._chunks.append((chunk["tenant_id"], [await self._rows(name, chunk["id"]) for name in TABLES]))

    async def _rows(self, table: str, chunk_id: UUID) -> Rows:
        link = "id" if table == "records" else "record_id"
        prepared = await self._admin.prepare(
            f"SELECT t.* FROM {table} t WHERE t.{link} IN (SELECT id FROM records WHERE import_chunk_id = $1) "
            f"ORDER BY {ORDER[table]}"
        )
        names = [(one.name, one.type.name) for one in prepared.get_attributes()]
        return Rows(table, names, [tuple(row) for row in await prepared.fetch(chunk_id)])

    async def run(self, connection: Any) -> float:
        """Write the rows and tell how long it took; making the arrays is not part of it."""
        ready = self.made()
        started = time.perf_counter()
        await ready.write(connection)
        return time.perf_counter() - started

    def made(self) -> "Ready":
        """Make the arrays of the rows, under ids that are not there yet."""
        network_id, ids = new_id(), dict[UUID, UUID]()
        chunks = [
            (ids.setdefault(tenant_id, new_id()), [copied(rows, ids, network_id) for rows in tables])
            for tenant_id, tables in self._chunks
        ]
        return Ready(network_id, chunks)


@dataclass(frozen=True, slots=True)
class Ready:
    """Chunks that are ready to be written: the tenant of each, and its tables."""

    network_id: UUID
    chunks: list[tuple[UUID, list[Copied]]]

    async def write(self, connection: Any) -> None:
        """Write them, each in a transaction of its own."""
        for tenant_id, tables in self.chunks:
            async with connection.transaction():
                await connection.execute(SET_TENANT, str(self.network_id), str(tenant_id))
                for one in tables:
                    await connection.execute(one.statement, *one.columns)


def copied(rows: Rows, ids: dict[UUID, UUID], network_id: UUID) -> Copied:
    """Turn rows into arrays, with ids that are not there yet."""
    columns = [list(column) for column in zip(*rows.rows, strict=True)]
    for place, (name, _) in enumerate(rows.columns):
        if name in {"id", "record_id", "tenant_id"}:
            columns[place] = [ids.setdefault(value, new_id()) for value in columns[place]]
        elif name == "network_id":
            columns[place] = [network_id] * len(rows.rows)
    listed = ", ".join(name for name, _ in rows.columns)
    arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(rows.columns, start=1))
    statement = f"INSERT INTO {rows.table} ({listed}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    return Copied(statement, columns)


async def batches(ground: Ground, scope: Scope, admin: Any) -> list[ScoringBatch]:
    """Build what the rule is called with for every chunk of a network."""
    query = "SELECT tenant_id, id FROM import_chunks WHERE network_id = $1 ORDER BY id"
    made: list[ScoringBatch] = []
    for chunk in await admin.fetch(query, scope.network_id):
        within = Scope(
            network_id=scope.network_id,
            tenant_id=chunk["tenant_id"],
            lineage=(scope.tenant_id, chunk["tenant_id"]),
            actor=scope.actor,
            permissions=scope.permissions,
            instant=scope.instant,
        )
        async with ground.database.unit(within, read_only=True) as unit:
            subjects = sorted(await subjects_of_chunk(unit, chunk["id"]), key=lambda one: one.effective_hash)
            views = await pinned_views(unit, {one.effective_hash for one in subjects})
        made.extend(
            ScoringBatch(
                effective=views[hash_].for_plugins(),
                records=tuple(one.view for one in some),
            )
            for hash_, some in groupby(subjects, key=lambda one: one.effective_hash)
        )
    return made


def rule_alone(ground: Ground, made: list[ScoringBatch]) -> None:
    """Call the plugin's rule, and nothing of what surrounds it."""
    [rule] = [one for ref, one in ground.services.get(Invoker).registry.rules() if ref.plugin == PLUGIN]
    for batch in made:
        rule.score(batch)


Statement = tuple[str, tuple[Any, ...]]


@contextmanager
def overheard(ground: Ground, role: Role) -> Generator[list[Statement]]:
    """Write down the SQL that a role's connections are given."""
    heard: list[Statement] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: tuple[Any, ...], *_: Any) -> None:
        heard.append((statement, tuple(parameters)))

    engine = ground.database.pool(role).sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def replay(connection: Any, statements: list[Statement]) -> None:
    """Run overheard SQL again in one snapshot."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for statement, parameters in statements:
            await connection.fetch(statement, *parameters)
