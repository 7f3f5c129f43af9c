"""Finding records: terms of what was said, views of lists that people save, filters by site, priority, resolution.

The indexes behind the filters leave out the records that have nothing there, so that opening a record by the short way
costs what it did before: it has no site and is not resolved.
"""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, is_citus, required

revision = "0034"
down_revision = "0031"

FOUND = {
    "records_by_site": ("site_id", "opened_at"),
    "records_by_priority": ("priority", "opened_at"),
    "records_by_resolution": ("resolved_at",),
}
"""Indexes of records, each without those that have nothing in its first column."""
SHARE = -0.004
"""As of records: the planner is told that a tenant has few of all terms, so that it walks that tenant's."""


def upgrade() -> None:
    begin()
    create_terms()
    create_views()
    for name, columns in FOUND.items():
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "records", ["tenant_id", *columns, "id"], postgresql_where=there)


def downgrade() -> None:
    begin()
    for name in FOUND:
        op.drop_index(name, "records")
    op.drop_table("saved_views")
    op.drop_table("record_terms")


def create_terms() -> None:
    create_tenant_table(
        "record_terms",
        required("term", TEXT),
        required("opened_at", INSTANT),
        required("record_id", UUID),
        key=("term", "opened_at", "record_id"),
    )
    op.create_index("record_terms_of_record", "record_terms", ["tenant_id", "record_id"])
    if not is_citus():
        op.execute(f"ALTER TABLE record_terms ALTER COLUMN tenant_id SET (n_distinct = {SHARE})")


def create_views() -> None:
    create_tenant_table(
        "saved_views",
        required("owner_id", UUID),
        required("name", TEXT),
        required("shared", sa.Boolean()),
        required("filter", TEXT),
        required("ordering", TEXT),
        required("columns", TEXT),
        required("version", sa.Integer()),
        required("recorded_at", INSTANT),
        required("updated_at", INSTANT),
        sa.CheckConstraint("ordering IN ('latest_first', 'earliest_first')", name="saved_views_ordering"),
        sa.UniqueConstraint("tenant_id", "owner_id", "name", name="saved_views_name"),
    )
    op.create_index(
        "saved_views_shared", "saved_views", ["tenant_id", "name", "id"], postgresql_where=sa.text("shared")
    )
