"""What standards, versions, clauses and parameters say beyond their first form."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0011"
down_revision = "0010"


def create_proposals() -> None:
    create_tenant_table(
        "adaptation_proposals",
        *(required(name, TEXT) for name in ("code", "clause_key", "parameter_key", "variant", "operator")),
        optional("value", JSONB()),
        optional("narrowing", JSONB()),
        *(required(name, TEXT) for name in ("reason", "legal_basis", "status", "refusal")),
        optional("valid_from", INSTANT),
        optional("valid_to", INSTANT),
        optional("adaptation_id", UUID),
        required("author_id", UUID),
        optional("decided_by", UUID),
        required("proposed_at", INSTANT),
        optional("decided_at", INSTANT),
        required("revision", sa.Integer()),
        sa.CheckConstraint(
            "operator IN ('assign', 'narrow', 'append', 'remove')", name="adaptation_proposals_operator"
        ),
        sa.CheckConstraint(
            "status IN ('asked', 'approved', 'rejected', 'refused')", name="adaptation_proposals_status"
        ),
        sa.CheckConstraint("(status = 'approved') = (adaptation_id IS NOT NULL)", name="adaptation_proposals_became"),
        sa.CheckConstraint("decided_by <> author_id", name="adaptation_proposals_by_another"),
    )
    for column in ("code", "status"):
        keys = ["tenant_id", column, "id"]
        op.create_index(f"adaptation_proposals_by_{column}", "adaptation_proposals", keys)
    create_tenant_table("adaptation_rules", required("by_two", sa.Boolean()), required("recorded_at", INSTANT), key=())


def one_at_a_time(where: str) -> None:
    """Let no two versions of a standard hold at once, of those that the condition names."""
    op.execute("ALTER TABLE published_versions DROP CONSTRAINT published_versions_one_at_a_time")
    keys = "network_id WITH =, code WITH =, tstzrange(valid_from, valid_to) WITH &&"
    op.execute(
        "ALTER TABLE published_versions ADD CONSTRAINT published_versions_one_at_a_time"
        f" EXCLUDE USING gist ({keys}) {where}"
    )


def upgrade() -> None:
    begin()
    add_filled("parameters", required("variants", JSONB(), "'[]'::jsonb"))
    add_filled("standard_versions", required("profile", JSONB(), "'{}'::jsonb"))
    add_filled("standard_versions", required("withdrawn_because", TEXT, "''"))
    op.add_column("standard_versions", optional("withdrawn_at", INSTANT))
    withdrawn = "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
    op.create_check_constraint("standard_versions_withdrawn", "standard_versions", withdrawn)
    add_filled("standards", required("review_months", sa.Integer(), "6"))
    op.add_column("published_versions", optional("withdrawn_at", INSTANT))
    one_at_a_time("WHERE (withdrawn_at IS NULL)")
    create_proposals()


def downgrade() -> None:
    begin()
    op.drop_table("adaptation_rules")
    op.drop_table("adaptation_proposals")
    one_at_a_time("")
    op.drop_column("published_versions", "withdrawn_at")
    op.drop_column("standards", "review_months")
    op.drop_constraint("standard_versions_withdrawn", "standard_versions")
    for name in ("withdrawn_at", "withdrawn_because", "profile"):
        op.drop_column("standard_versions", name)
    op.drop_column("parameters", "variants")


def add_filled(table: str, column: sa.Column[object]) -> None:
    """Add a column that rows of before are given a value in; rows of after must say it themselves."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)
