"""Links that open a customer's own view of a record; of their addresses nothing is kept."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0035"
down_revision = "0034"

TABLE = "record_links"


def upgrade() -> None:
    begin()
    create_tenant_table(
        TABLE,
        required("record_id", UUID),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        required("shared_at", INSTANT),
        required("expires_at", INSTANT),
        optional("revoked_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("actor_kind IN ('person', 'service', 'system')", name="record_links_actor_kind"),
        sa.CheckConstraint("expires_at > shared_at", name="record_links_expiry"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_links_record"
        ),
    )
    op.create_index("record_links_of_record", TABLE, ["tenant_id", "record_id", "shared_at", "id"])


def downgrade() -> None:
    begin()
    op.drop_table(TABLE)
