"""Records are found by when they were closed, by their version, and by what is overdue."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import begin

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    begin()
    closed, unstopped = sa.text("closed_at IS NOT NULL"), sa.text("stopped_at IS NULL")
    op.create_index("records_by_closing", "records", ["tenant_id", "closed_at", "id"], postgresql_where=closed)
    op.create_index("records_by_version", "records", ["tenant_id", "standard_version", "opened_at", "id"])
    op.create_index(
        "record_clocks_unstopped", "record_clocks", ["tenant_id", "due_order", "record_id"], postgresql_where=unstopped
    )


def downgrade() -> None:
    begin()
    op.drop_index("record_clocks_unstopped", "record_clocks")
    op.drop_index("records_by_version", "records")
    op.drop_index("records_by_closing", "records")
