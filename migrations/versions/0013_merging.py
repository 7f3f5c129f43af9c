"""Where clauses went, and what became of adaptations when a new version was published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0013"
down_revision = "0012"

JSON = JSONB()
OUTCOMES = "'clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed'"
PROPOSALS = "'keep', 'move', 'nearest', 'drop', 'ask_waiver'"
STATUSES = "'followed', 'open', 'resolved', 'overtaken'"
OPEN = sa.text("settled_at IS NULL")
RESOLUTIONS = "'accept_proposal', 'adjust', 'drop', 'keep_suspended'"


def upgrade() -> None:
    begin()
    op.add_column("standard_versions", required("lineage", JSON, "'[]'::jsonb"))
    op.alter_column("standard_versions", "lineage", server_default=None)
    create_tenant_table(
        "merge_outcomes",
        required("code", TEXT),
        required("adaptation_id", UUID),
        required("origin_id", UUID),
        required("based_on", UUID),
        required("version_id", UUID),
        required("version_number", TEXT),
        required("outcome", TEXT),
        required("clause_key", TEXT),
        required("parameter_key", TEXT),
        required("variant", TEXT),
        optional("clause_key_after", TEXT),
        optional("parameter_key_after", TEXT),
        required("at", INSTANT),
        optional("limit_kind", TEXT),
        optional("limit_value", JSON),
        optional("set_by", UUID),
        required("problem", TEXT),
        required("proposal", TEXT),
        optional("proposed_clause_key", TEXT),
        optional("proposed_parameter_key", TEXT),
        optional("proposed_value", JSON),
        required("ended", sa.Boolean()),
        required("status", TEXT),
        optional("resolution", TEXT),
        required("reason", TEXT),
        optional("resolved_by", UUID),
        optional("settled_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="merge_outcomes_outcome"),
        sa.CheckConstraint(f"proposal IN ({PROPOSALS})", name="merge_outcomes_proposal"),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="merge_outcomes_status"),
        sa.CheckConstraint(f"resolution IN ({RESOLUTIONS})", name="merge_outcomes_resolution"),
        sa.CheckConstraint("(status = 'resolved') = (resolution IS NOT NULL)", name="merge_outcomes_resolved"),
        sa.CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="merge_outcomes_settled"),
        sa.CheckConstraint("(status = 'followed') = (outcome IN ('clean', 'merged'))", name="merge_outcomes_followed"),
    )
    op.create_index("merge_outcomes_by_code", "merge_outcomes", ["tenant_id", "code", "id"])
    op.create_index("merge_outcomes_by_version", "merge_outcomes", ["tenant_id", "version_id", "id"])
    op.create_index("merge_outcomes_by_outcome", "merge_outcomes", ["tenant_id", "outcome", "id"])
    op.create_index("merge_outcomes_open", "merge_outcomes", ["tenant_id", "id"], postgresql_where=OPEN)
    columns = ["tenant_id", "adaptation_id"]
    op.create_index("merge_outcomes_open_once", "merge_outcomes", columns, unique=True, postgresql_where=OPEN)


def downgrade() -> None:
    begin()
    op.drop_table("merge_outcomes")
    op.drop_column("standard_versions", "lineage")
