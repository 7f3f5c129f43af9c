"""Consultation: drafts laid before units below, what these say of them, and what the owner keeps of that."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    begin,
    create_reference_table,
    create_tenant_table,
    optional,
    required,
)

revision = "0017"
down_revision = "0016"

TABLES = ("consultations", "draft_comments", "consultation_comments")
STATUSES = "('open', 'accepted', 'declined')"
IS_OPEN = sa.text("closed_at IS NULL")
IS_UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    begin()
    create_consultations()
    create_draft_comments()
    create_consultation_comments()


def downgrade() -> None:
    begin()
    for table in reversed(TABLES):
        op.drop_table(table)


def create_consultations() -> None:
    create_reference_table(
        "consultations",
        required("owner_tenant_id", UUID),
        required("version_id", UUID),
        required("code", TEXT),
        required("number", TEXT),
        required("title", JSONB()),
        required("document", TEXT),
        required("hash", TEXT),
        required("note", TEXT),
        required("opened_at", INSTANT),
        required("ends_at", INSTANT),
        optional("closed_at", INSTANT),
        required("revision", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("ends_at > opened_at", name="consultations_span"),
        lineage=True,
    )
    table = "consultations"
    op.create_index("consultations_by_end", table, ["network_id", "ends_at", "id"], postgresql_where=IS_OPEN)
    op.create_index("consultations_by_code", table, ["network_id", "code", "ends_at", "id"], postgresql_where=IS_OPEN)
    op.create_index("consultations_by_version", table, ["network_id", "version_id", "id"])


def said() -> tuple[sa.Column[Any], ...]:
    texts = tuple(required(name, TEXT) for name in ("code", "number", "clause_key", "parameter_key", "text"))
    return (*texts, required("commented_at", INSTANT))


def answered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        required("status", TEXT),
        required("answer", TEXT),
        optional("answered_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(f"status IN {STATUSES}", name=f"{table}_status"),
        sa.CheckConstraint("(status = 'open') = (answered_at IS NULL)", name=f"{table}_answered"),
    )


def create_draft_comments() -> None:
    table = "draft_comments"
    create_tenant_table(
        table,
        required("consultation_id", UUID),
        required("owner_tenant_id", UUID),
        *said(),
        required("author_id", UUID),
        *answered(table),
        sa.CheckConstraint("owner_tenant_id <> tenant_id", name="draft_comments_of_another"),
    )
    op.create_index("draft_comments_by_consultation", table, ["tenant_id", "consultation_id", "id"])
    op.create_index("draft_comments_open", table, ["tenant_id", "id"], postgresql_where=IS_UNANSWERED)


def create_consultation_comments() -> None:
    table = "consultation_comments"
    create_tenant_table(
        table,
        required("consultation_id", UUID),
        required("version_id", UUID),
        required("from_tenant_id", UUID),
        *said(),
        *answered(table),
        optional("answered_by", UUID),
        required("revision", sa.Integer()),
        sa.CheckConstraint("from_tenant_id <> tenant_id", name="consultation_comments_of_another"),
    )
    op.create_index("consultation_comments_by_version", table, ["tenant_id", "version_id", "id"])
    op.create_index("consultation_comments_by_clause", table, ["tenant_id", "clause_key", "id"])
    op.create_index("consultation_comments_open", table, ["tenant_id", "id"], postgresql_where=IS_UNANSWERED)
