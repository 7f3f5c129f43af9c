"""Indexes that published versions and adaptations are listed and narrowed by."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import begin

revision = "0008"
down_revision = "0007"

KNOWN_NOW = sa.text("recorded_to IS NULL")


def upgrade() -> None:
    begin()
    columns = ["network_id", "code", sa.text("valid_from DESC"), sa.text("id DESC")]
    op.create_index("published_versions_by_code", "published_versions", columns)
    op.create_index("adaptations_by_clause", "adaptations", ["tenant_id", "clause_key", "id"])
    # History only grows; what holds by what is known now does not.
    op.create_index("adaptations_known_now", "adaptations", ["tenant_id", "id"], postgresql_where=KNOWN_NOW)


def downgrade() -> None:
    begin()
    op.drop_index("adaptations_known_now", "adaptations")
    op.drop_index("adaptations_by_clause", "adaptations")
    op.drop_index("published_versions_by_code", "published_versions")
