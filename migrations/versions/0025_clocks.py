"""Clocks: how records stand against their time limits."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0025"
down_revision = "0024"

TABLE = "record_clocks"
COUNT = sa.BigInteger()


def upgrade() -> None:
    begin()
    create_tenant_table(
        TABLE,
        required("record_id", UUID),
        required("kind", TEXT),
        required("step_key", TEXT),
        required("step_position", sa.Integer()),
        required("unit", TEXT),
        required("limit_seconds", COUNT),
        optional("calendar_revision_id", UUID),
        optional("time_zone", TEXT),
        required("status", TEXT),
        required("started_at", INSTANT),
        optional("stopped_at", INSTANT),
        optional("due_at", INSTANT),
        required("due_order", INSTANT),
        optional("warn_at", INSTANT),
        optional("warned_at", INSTANT),
        optional("breached_at", INSTANT),
        optional("used_seconds", COUNT),
        required("paused_customer_seconds", COUNT),
        required("paused_partner_seconds", COUNT),
        required("paused_staff_seconds", COUNT),
        required("escalations", sa.Integer()),
        required("head", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("kind IN ('first_response', 'resolution', 'step')", name="record_clocks_kind"),
        sa.CheckConstraint("unit IN ('elapsed', 'business')", name="record_clocks_unit"),
        sa.CheckConstraint("status IN ('running', 'paused', 'breached', 'met', 'missed')", name="record_clocks_status"),
        sa.CheckConstraint("(status IN ('met', 'missed')) = (stopped_at IS NOT NULL)", name="record_clocks_stopped"),
        sa.CheckConstraint("(status IN ('breached', 'missed')) = (breached_at IS NOT NULL)", name="record_clocks_late"),
        sa.UniqueConstraint("tenant_id", "record_id", "kind", "step_position", name="record_clocks_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_clocks_record"
        ),
    )
    op.create_index("record_clocks_of_record", TABLE, ["tenant_id", "record_id", "started_at", "id"])
    op.create_index("record_clocks_by_due", TABLE, ["tenant_id", "due_order", "id"])
    op.create_index("record_clocks_by_status", TABLE, ["tenant_id", "status", "due_order", "id"])


def downgrade() -> None:
    begin()
    op.drop_table(TABLE)
