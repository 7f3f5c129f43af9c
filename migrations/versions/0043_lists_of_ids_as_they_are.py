"""Lists of ids are kept as they are: PostgreSQL took a twentieth of what a thousand records cost to compress them.

What is larger than a row may be lies beside it as before. Messages and idempotency keys are few, and live for days.
"""

from alembic import op

from core.kernel.migration.tables import begin

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    begin()
    op.execute("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE idempotency_keys ALTER COLUMN ids SET STORAGE EXTERNAL")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE idempotency_keys ALTER COLUMN ids SET STORAGE EXTENDED")
    op.execute("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTENDED")
