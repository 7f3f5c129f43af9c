"""What the tables hold of a network, seen from behind every wall."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from core.kernel.discovery import import_modules
from core.kernel.rows import Row, RowClass

OWNERS = ("tenant_id", "owner_tenant_id")


def models() -> Iterator[tuple[str, type[Row], set[str]]]:
    """Every table: its name, its model and its columns."""
    import_modules("models")
    import_modules("tables")
    for mapper in Row._sa_registry.mappers:  # type: ignore[attr-defined]
        model: type[Row] = mapper.class_
        yield str(model.__tablename__), model, {str(column.key) for column in mapper.columns}


async def ids_of(admin: Any, network_id: UUID, classes: set[RowClass], but: UUID | None = None) -> frozenset[UUID]:
    """The ids of a network's rows of some classes, but those of one tenant."""
    found: set[UUID] = set()
    for table, model, columns in models():
        if model.row_class in classes and {"id", "network_id"} <= columns:
            where, given = owned_by_others(columns, but)
            rows = await admin.fetch(f"SELECT id FROM {table} WHERE network_id = $1{where}", network_id, *given)
            found |= {row["id"] for row in rows if isinstance(row["id"], UUID)}
    return frozenset(found)


async def contents_of(admin: Any, network_id: UUID, but: UUID | None = None) -> dict[str, str]:
    """How many rows each table holds of a network, and a hash of them, but those of one tenant."""
    parts: list[str] = []
    for table, _, columns in models():
        mine = "network_id = $1" if "network_id" in columns else "true"
        where, _ = owned_by_others(columns, but)
        parts.append(
            f"SELECT '{table}' AS name, count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f" AS held FROM {table} t WHERE {mine}{where}"
        )
    rows = await admin.fetch(" UNION ALL ".join(parts), network_id, *([] if but is None else [but]))
    return {row["name"]: row["held"] for row in rows}


def owned_by_others(columns: set[str], tenant: UUID | None) -> tuple[str, list[UUID]]:
    """A condition that leaves out the rows of one tenant, and its parameter."""
    owner = next((one for one in OWNERS if one in columns), None)
    if tenant is None or owner is None:
        return "", []
    return f" AND {owner} <> $2", [tenant]
