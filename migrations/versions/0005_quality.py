"""Scores of records, their figures, and the sums of each day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    begin()
    create_tenant_table(
        "record_scores",
        required("record_id", UUID),
        required("rule", TEXT),
        required("rule_version", TEXT),
        required("dimension", TEXT),
        optional("basis_points", sa.Integer()),
        required("reason", TEXT),
        required("message", TEXT),
        required("measured", JSONB()),
        required("effective_hash", TEXT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "record_id", "rule", "dimension", name="record_scores_once"),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="record_scores_basis_points"),
    )
    create_tenant_table(
        "record_figures",
        required("standard_code", TEXT),
        required("day", sa.Date()),
        required("resolved", sa.Boolean()),
        optional("resolution_seconds", sa.BigInteger()),
        optional("published_limit_seconds", sa.BigInteger()),
        optional("effective_limit_seconds", sa.BigInteger()),
        required("step_count", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("resolution_seconds >= 0", name="record_figures_resolution"),
    )
    op.create_index("record_figures_by_day", "record_figures", ["tenant_id", "standard_code", "day", "id"])
    op.create_index("record_figures_by_network", "record_figures", ["network_id", "standard_code", "day"])
    create_tenant_table(
        "quality_days",
        required("standard_code", TEXT),
        required("day", sa.Date()),
        *(required(name, sa.BigInteger()) for name in ("records", "resolved", "within_published", "within_effective")),
        required("resolution_seconds", sa.BigInteger()),
        required("steps", sa.BigInteger()),
        key=("standard_code", "day"),
    )
    op.create_index("quality_days_by_network", "quality_days", ["network_id", "standard_code", "day"])
    create_tenant_table(
        "score_days",
        required("standard_code", TEXT),
        required("day", sa.Date()),
        required("rule", TEXT),
        required("dimension", TEXT),
        required("scored", sa.BigInteger()),
        required("basis_points", sa.BigInteger()),
        key=("standard_code", "day", "rule", "dimension"),
    )
    op.create_index("score_days_by_network", "score_days", ["network_id", "standard_code", "day"])
    create_tenant_table("quality_heads", required("revision", sa.Integer()), key=())


def downgrade() -> None:
    begin()
    for name in ("quality_heads", "score_days", "quality_days", "record_figures", "record_scores"):
        op.drop_table(name)
