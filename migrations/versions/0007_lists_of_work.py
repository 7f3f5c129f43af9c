"""Indexes that the lists of background work are read off in their order: inbox, jobs, approvals and dead letters."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import begin

revision = "0007"
down_revision = "0006"

OPEN_ITEM = sa.text("status IN ('open', 'taken')")
DEAD = sa.text("status = 'dead'")


def upgrade() -> None:
    begin()
    # What is closed leaves both at once, so they stay as small as what is left to do.
    op.create_index("work_items_open", "work_items", ["tenant_id", "opened_at", "id"], postgresql_where=OPEN_ITEM)
    op.create_index(
        "work_items_open_by_kind", "work_items", ["tenant_id", "kind", "opened_at", "id"], postgresql_where=OPEN_ITEM
    )
    op.create_index("jobs_by_recording", "jobs", ["tenant_id", "recorded_at", "id"])
    op.create_index("jobs_by_kind", "jobs", ["tenant_id", "kind", "recorded_at", "id"])
    op.create_index("approvals_by_asking", "approvals", ["tenant_id", "asked_at", "id"])
    op.create_index("outbox_dead_by_sending", "outbox", ["tenant_id", "sent_at", "id"], postgresql_where=DEAD)


def downgrade() -> None:
    begin()
    op.drop_index("outbox_dead_by_sending", "outbox")
    op.drop_index("approvals_by_asking", "approvals")
    op.drop_index("jobs_by_kind", "jobs")
    op.drop_index("jobs_by_recording", "jobs")
    op.drop_index("work_items_open_by_kind", "work_items")
    op.drop_index("work_items_open", "work_items")
