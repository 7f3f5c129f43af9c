"""Create a table of one of the four classes together with its row-level security, grants and distribution."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from core.kernel.migration.policies import group_policies, platform_policies, reference_policies, tenant_policies

UUID = sa.Uuid()
INSTANT = sa.DateTime(timezone=True)
TEXT = sa.Text()


def begin() -> None:
    """Prepare the migration's transaction; every migration calls this first (it matters on Citus alone)."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")


def is_citus() -> bool:
    """Tell whether the migration runs on Citus."""
    return bool(op.get_bind().scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")))


def required(name: str, kind: TypeEngine[Any], default: str | None = None) -> sa.Column[Any]:
    """Declare a column that must be filled, with an SQL default where one is given."""
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else sa.text(default))


def optional(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    """Declare a column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def create_tenant_table(
    name: str,
    *items: SchemaItem,
    key: Sequence[str] = ("id",),
    append_only: bool = False,
    worker_reads: bool = False,
) -> None:
    """Create a table walled by tenant: ``tenant_id``, ``network_id``, the key columns that ``items`` declare.

    Args:
        name: Table name, plural.
        items: Columns (``id`` is added when the key is the usual one) and constraints with explicit names.
        key: Primary key columns after ``tenant_id``.
        append_only: Whether rows can never be changed or deleted by a serving role.
        worker_reads: Whether the worker role may read all rows to find work (keys and due times only, no content).
    """
    columns: list[SchemaItem] = [required("tenant_id", UUID), required("network_id", UUID)]
    if tuple(key) == ("id",):
        columns.append(required("id", UUID))
    op.create_table(name, *columns, *items, sa.PrimaryKeyConstraint("tenant_id", *key, name=f"{name}_pkey"))
    distribute(name, "tenant_id")
    run(tenant_policies(name, append_only=append_only, worker_reads=worker_reads))
    wall(name)


def create_reference_table(
    name: str, *items: SchemaItem, key: Sequence[str] = ("id",), owner: str = "owner_tenant_id", lineage: bool = False
) -> None:
    """Create a small table readable in its network and written by the tenant named in its ``owner`` column.

    Args:
        name: Table name, plural.
        items: Columns (``id`` is added when the key is the usual one) and constraints with explicit names.
        key: Primary key columns after ``network_id``.
        owner: Column that names the tenant that may write the row.
        lineage: Whether the row is readable only where its owner is the reading tenant or above it.
    """
    columns: list[SchemaItem] = [required("network_id", UUID)]
    if tuple(key) == ("id",):
        columns.append(required("id", UUID))
    op.create_table(name, *columns, *items, sa.PrimaryKeyConstraint("network_id", *key, name=f"{name}_pkey"))
    distribute(name, None)
    run(reference_policies(name, owner=owner, lineage=lineage))
    wall(name)


def create_group_table(name: str, group_key: str, *items: SchemaItem, key: Sequence[str] = ()) -> None:
    """Create a table kept by its own key (a person, a member) and walled by it."""
    op.create_table(
        name, required(group_key, UUID), *items, sa.PrimaryKeyConstraint(group_key, *key, name=f"{name}_pkey")
    )
    distribute(name, group_key)
    run(group_policies(name, group_key))
    wall(name)


def create_platform_table(name: str, *items: SchemaItem, key: Sequence[str] = ("id",)) -> None:
    """Create a table of the platform, read-only to every serving role.

    Args:
        name: Table name, plural.
        items: Columns (``id`` is added when the key is the usual one) and constraints with explicit names.
        key: Primary key columns.
    """
    columns: list[SchemaItem] = [required("id", UUID)] if tuple(key) == ("id",) else []
    op.create_table(name, *columns, *items, sa.PrimaryKeyConstraint(*key, name=f"{name}_pkey"))
    distribute(name, None)
    run(platform_policies(name))
    wall(name)


def run(statements: Sequence[str]) -> None:
    """Execute statements one by one."""
    for statement in statements:
        op.execute(statement)


def wall(name: str) -> None:
    """Enable row-level security; force it on the owner too, except on Citus, where a forced wall loses moved rows."""
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    if not is_citus():
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


ANCHORS = {"tenant_id": "audit_entries", "person_id": "people", "member_id": "members"}


def distribute(name: str, column: str | None) -> None:
    """Distribute the table on Citus (by a column, or as a reference table); do nothing on PostgreSQL."""
    if not is_citus():
        return
    if column is None:
        op.execute(f"SELECT create_reference_table('{name}')")
        return
    anchor = ANCHORS.get(column, name)
    beside = "none" if anchor == name else anchor
    op.execute(f"SELECT create_distributed_table('{name}', '{column}', colocate_with => '{beside}')")
