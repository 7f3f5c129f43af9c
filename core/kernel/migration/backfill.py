"""Backfills, tenant by tenant, with proof that no row was left.

Under forced row-level security the owner sees one tenant at a time: an UPDATE without one changes nothing and says
nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.errors import RowsStayUnseen
from core.kernel.migration.tables import is_citus


def backfill(table: str, statement: str, *, left: str, values: Mapping[str, Any] | None = None) -> int:
    """Run a statement once per tenant that has rows left to change, and fail if any row stays.

    Args:
        table: A tenant table.
        statement: One UPDATE (or the like) that names ``:tenant_id``, such as
            ``UPDATE records SET channel = 'unknown' WHERE tenant_id = :tenant_id AND channel IS NULL``.
        left: The condition that finds rows still to be changed, such as ``channel IS NULL``.
        values: Further parameters of the statement.

    Returns:
        How many rows were changed.

    Raises:
        RowsStayUnseen: Rows are left that the condition finds.
    """

    def run(tenant_id: Any) -> int:  # noqa: ANN401 - as the driver has it
        return op.get_bind().execute(sa.text(statement), {**(values or {}), "tenant_id": tenant_id}).rowcount

    return for_each_tenant(table, run, left=left)


def for_each_tenant(table: str, work: Callable[[Any], int], *, left: str) -> int:
    """Do a work that is more than one statement once per tenant that has rows left, and fail if any row stays.

    Args:
        table: A tenant table.
        work: Is called with the tenant's id, its wall set; tells how many rows it changed.
        left: The condition that finds rows still to be changed.

    Returns:
        How many rows were changed.

    Raises:
        RowsStayUnseen: Rows are left that the condition finds.
    """
    changed = 0
    for tenant_id in tenants_with(table, left):
        op.get_bind().execute(sa.text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)})
        changed += work(tenant_id)
    op.execute("SELECT set_config('app.tenant_id', '', true)")
    stayed = count_left(table, left)
    if stayed:
        raise RowsStayUnseen(table=table, rows=stayed)
    return changed


def tenants_with(table: str, left: str) -> list[Any]:
    """List the tenants that have rows left, seen without the wall."""
    question = f"SELECT DISTINCT tenant_id FROM {table} WHERE {left}"  # noqa: S608 - a migration's own text
    return [row.tenant_id for row in without_wall(table, question)]


def count_left(table: str, left: str) -> int:
    """Count the rows that are left, seen without the wall."""
    question = f"SELECT count(*) AS rows FROM {table} WHERE {left}"  # noqa: S608 - a migration's own text
    return int(without_wall(table, question)[0].rows)


def without_wall(table: str, question: str) -> list[Any]:
    """Ask as the owner with the wall lifted from it; nobody else sees the table meanwhile, it is locked."""
    lifted = not is_citus()
    if lifted:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    found = list(op.get_bind().execute(sa.text(question)))
    if lifted:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    return found
