"""Uploads: files that wait to be imported; and when the log that brought a record says that it is due."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0032"
down_revision = "0028"

TABLE = "import_uploads"


def upgrade() -> None:
    begin()
    op.add_column("records", optional("told_due_at", INSTANT))
    create_tenant_table(
        TABLE,
        required("file_name", TEXT),
        required("bytes", sa.BigInteger()),
        required("file_hash", TEXT),
        required("uploaded_by", UUID),
        required("recorded_at", INSTANT),
        optional("mapping", TEXT),
        optional("run_id", UUID),
        optional("job_id", UUID),
        sa.CheckConstraint("(mapping IS NULL) = (job_id IS NULL)", name="import_uploads_ordered"),
        sa.CheckConstraint("(run_id IS NULL) = (job_id IS NULL)", name="import_uploads_run"),
    )
    op.create_index("import_uploads_by_time", TABLE, ["tenant_id", "recorded_at", "id"])


def downgrade() -> None:
    begin()
    op.drop_table(TABLE)
    op.drop_column("records", "told_due_at")
