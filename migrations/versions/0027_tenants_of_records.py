"""Tenants of records: the planner is told that one tenant has few of all records, however many it has.

Else it may find a tenant's latest records by walking the network's from the latest on, which costs as many rows as
busier tenants have written since.
"""

from alembic import op

from core.kernel.migration.tables import begin, is_citus

revision = "0027"
down_revision = "0026"

SHARE = -0.004
"""The number of tenants as a share of rows: a tenant is taken to have 250 records, so that its own index is walked."""


def upgrade() -> None:
    begin()
    if not is_citus():
        op.execute(f"ALTER TABLE records ALTER COLUMN tenant_id SET (n_distinct = {SHARE})")
        op.execute("ANALYZE records (tenant_id)")


def downgrade() -> None:
    begin()
    if not is_citus():
        op.execute("ALTER TABLE records ALTER COLUMN tenant_id RESET (n_distinct)")
        op.execute("ANALYZE records (tenant_id)")
