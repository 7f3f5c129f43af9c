"""What the tables hold of a network, seen from behind every wall."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from core.kernel.discovery import import_modules
from core.kernel.rows import Row, RowClass

OWNERS = ("tenant_id", "owner_tenant_id")
Held = dict[tuple[str, UUID | None], str]
"""A hash of where all rows lie and who wrote them, by table and the tenant that owns them.

Whatever is written makes another version of its row, in another place and by another transaction, even where it says
the same as before; so nobody has to read the rows themselves, some of which are whole standards.
"""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: Its name.
        row_class: Whose its rows are.
        columns: Its columns.
    """

    name: str
    row_class: RowClass
    columns: frozenset[str]

    @property
    def owner(self) -> str:
        """The column that says whose a row is, or no tenant."""
        return next((one for one in OWNERS if one in self.columns), "NULL::uuid")

    @property
    def of_network(self) -> str:
        """The condition for rows of a network, where there are networks."""
        return "network_id = $1" if "network_id" in self.columns else "true"


@cache
def tables() -> tuple[Table, ...]:
    """Every table that a model stands for."""
    import_modules("models")
    import_modules("tables")
    return tuple(found())


def found() -> Iterator[Table]:
    for mapper in Row._sa_registry.mappers:  # type: ignore[attr-defined]
        model: type[Row] = mapper.class_
        columns = frozenset(str(column.key) for column in mapper.columns)
        yield Table(str(model.__tablename__), model.row_class, columns)


@dataclass(frozen=True)
class Known:
    """The ids of a network's rows, and whose they are."""

    rows: tuple[tuple[RowClass, UUID | None, UUID], ...]

    @cached_property
    def all(self) -> frozenset[UUID]:
        return frozenset(id_ for _, _, id_ in self.rows)

    def private(self, but: UUID) -> frozenset[UUID]:
        """The ids of what tenants have for themselves, but one."""
        return frozenset(id_ for kind, owner, id_ in self.rows if kind is RowClass.TENANT and owner != but)


@dataclass
class Behind:
    """Looks at a network's rows from behind the walls, and again wherever a statement wrote anything since.

    Attributes:
        admin: A superuser's connection to a database in which :func:`count_writes` counts.
        network_id: The network.
    """

    admin: Any
    network_id: UUID
    _held: tuple[int, Held] = field(default=(0, {}), init=False)
    _known: tuple[int, Known] = field(default=(0, Known(())), init=False)

    async def contents(self) -> Held:
        """What :func:`contents_of` says."""
        writes = await self._writes()
        if self._held[0] != writes:
            self._held = writes, await contents_of(self.admin, self.network_id)
        return self._held[1]

    async def ids(self) -> Known:
        """What :func:`ids_of` says."""
        writes = await self._writes()
        if self._known[0] != writes:
            self._known = writes, await ids_of(self.admin, self.network_id)
        return self._known[1]

    async def _writes(self) -> int:
        return await self.admin.fetchval("SELECT last_value FROM written_statements")


async def count_writes(admin: Any) -> None:
    """Count the statements that write to any table, those that are rolled back and those that find no row as well."""
    await admin.execute("CREATE UNLOGGED SEQUENCE written_statements")
    await admin.execute("SELECT nextval('written_statements')")  # Or the first one counted would show no other number.
    await admin.execute(
        "CREATE FUNCTION count_written_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        " $$ BEGIN PERFORM nextval('public.written_statements'); RETURN NULL; END $$"
    )
    for one in tables():
        for written in ("INSERT OR UPDATE OR DELETE", "TRUNCATE"):
            name = f"count_{written.split(maxsplit=1)[0].lower()}"
            await admin.execute(
                f"CREATE TRIGGER {name} AFTER {written} ON {one.name}"
                " FOR EACH STATEMENT EXECUTE FUNCTION count_written_statement()"
            )


async def ids_of(admin: Any, network_id: UUID) -> Known:
    """The ids of a network's rows."""
    rows = await admin.fetch(statement_of_ids(), network_id)
    kinds = {one.name: one.row_class for one in tables()}
    return Known(tuple((kinds[row["name"]], row["owner"], row["id"]) for row in rows))


async def contents_of(admin: Any, network_id: UUID) -> Held:
    """How many rows of each tenant every table holds of a network, and a hash of their versions."""
    rows = await admin.fetch(statement_of_contents(), network_id)
    return {(row["name"], row["owner"]): row["held"] for row in rows}


def changed(before: Held, after: Held, but: UUID | None = None) -> set[str]:
    """The tables that hold something else than before, leaving out the rows of one tenant."""
    held = {*before, *after}
    return {
        table
        for table, owner in held
        if (but is None or owner != but) and before.get((table, owner)) != after.get((table, owner))
    }


@cache
def statement_of_ids() -> str:
    return " UNION ALL ".join(
        f"SELECT '{one.name}' AS name, {one.owner} AS owner, id FROM {one.name} WHERE {one.of_network}"
        for one in tables()
        if {"id", "network_id"} <= one.columns and one.name in with_uuids()
    )


@cache
def with_uuids() -> frozenset[str]:
    """The tables whose ids are UUIDs."""
    mappers = Row._sa_registry.mappers  # type: ignore[attr-defined]
    return frozenset(
        str(one.class_.__tablename__) for one in mappers if "id" in one.columns and is_uuid(one.columns["id"].type)
    )


def is_uuid(kind: Any) -> bool:
    return kind.python_type is UUID


@cache
def statement_of_contents() -> str:
    return " UNION ALL ".join(
        f"SELECT '{one.name}' AS name, {one.owner} AS owner,"
        f" count(*) || ' ' || sum(hashtextextended(t.ctid::text || ' ' || t.xmin::text, 0)::numeric) AS held"
        f" FROM {one.name} t WHERE {one.of_network} GROUP BY 2"
        for one in tables()
    )
