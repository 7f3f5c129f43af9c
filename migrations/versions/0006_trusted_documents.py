"""Trusted documents, and the builds of front ends that send them."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, begin, create_platform_table, optional, required

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    begin()
    create_platform_table(
        "trusted_documents",
        required("hash", TEXT),
        required("text", TEXT),
        required("registered_at", INSTANT),
        sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="trusted_documents_hash"),
        key=("hash",),
    )
    create_platform_table(
        "trusted_document_builds",
        required("hash", TEXT),
        required("application", TEXT),
        required("version", TEXT),
        required("registered_at", INSTANT),
        optional("retired_at", INSTANT),
        sa.ForeignKeyConstraint(["hash"], ["trusted_documents.hash"], name="trusted_document_builds_document"),
        sa.CheckConstraint("application <> '' AND version <> ''", name="trusted_document_builds_named"),
        key=("hash", "application", "version"),
    )
    op.create_index("trusted_document_builds_build", "trusted_document_builds", ["application", "version"])


def downgrade() -> None:
    begin()
    for name in ("trusted_document_builds", "trusted_documents"):
        op.drop_table(name)
