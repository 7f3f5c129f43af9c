"""Indexes that the tenants of a network are narrowed by."""

from alembic import op

from core.kernel.migration.tables import begin

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    begin()
    for column in ("kind", "status"):
        op.create_index(f"tenants_by_{column}", "tenants", ["network_id", column, "key", "id"])


def downgrade() -> None:
    begin()
    for column in ("status", "kind"):
        op.drop_index(f"tenants_by_{column}", "tenants")
