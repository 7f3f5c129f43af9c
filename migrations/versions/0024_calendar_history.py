"""Calendar history: by which calendar a site went when, so that what was opened before a change is timed as it was."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.backfill import backfill
from core.kernel.migration.tables import INSTANT, begin

revision = "0024"
down_revision = "0020"

TABLE = "calendar_assignments"
DROP_PAST = "DELETE FROM calendar_assignments WHERE tenant_id = :tenant_id AND recorded_to IS NOT NULL"
NOW = sa.text("recorded_to IS NULL")


def upgrade() -> None:
    begin()
    op.alter_column(TABLE, "recorded_at", new_column_name="recorded_from")
    op.add_column(TABLE, sa.Column("recorded_to", INSTANT, nullable=True))
    op.drop_column(TABLE, "version")
    op.drop_constraint("calendar_assignments_site_once", TABLE)
    op.create_index("calendar_assignments_one_now", TABLE, ["tenant_id", "site_id"], unique=True, postgresql_where=NOW)


def downgrade() -> None:
    """Go back; of several assignments of a site the one of now is left, so history is lost."""
    begin()
    backfill(TABLE, DROP_PAST, left="recorded_to IS NOT NULL")
    op.drop_index("calendar_assignments_one_now", TABLE)
    op.create_unique_constraint("calendar_assignments_site_once", TABLE, ["tenant_id", "site_id"])
    op.add_column(TABLE, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column(TABLE, "version", server_default=None)
    op.drop_column(TABLE, "recorded_to")
    op.alter_column(TABLE, "recorded_from", new_column_name="recorded_at")
