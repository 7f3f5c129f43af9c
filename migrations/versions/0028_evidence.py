"""Evidence: files that were received, and which of them prove what."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0028"
down_revision = "0027"

NUMBER = sa.Integer()
LENGTH = sa.BigInteger()
WAITS = sa.text("given_at IS NULL")


def upgrade() -> None:
    begin()
    create_uploads()
    create_evidence()


def downgrade() -> None:
    begin()
    op.drop_table("record_evidence")
    op.drop_table("evidence_uploads")


def create_uploads() -> None:
    create_tenant_table(
        "evidence_uploads",
        required("record_id", UUID),
        required("actor_id", UUID),
        required("kind", TEXT),
        required("media_type", TEXT),
        required("size", LENGTH),
        required("content", TEXT),
        required("sha256", sa.LargeBinary()),
        required("blob", TEXT),
        required("recorded_at", INSTANT),
        optional("given_at", INSTANT),
        sa.CheckConstraint("size > 0", name="evidence_uploads_size"),
        sa.UniqueConstraint("tenant_id", "blob", name="evidence_uploads_blob"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="evidence_uploads_record"
        ),
    )
    op.create_index(
        "evidence_uploads_waiting", "evidence_uploads", ["tenant_id", "recorded_at", "id"], postgresql_where=WAITS
    )
    op.create_index(
        "evidence_uploads_of_record", "evidence_uploads", ["tenant_id", "record_id", "id"], postgresql_where=WAITS
    )


def create_evidence() -> None:
    create_tenant_table(
        "record_evidence",
        required("record_id", UUID),
        required("position", NUMBER),
        required("step", TEXT),
        required("round", NUMBER),
        required("asked", TEXT),
        required("kind", TEXT),
        required("media_type", TEXT),
        required("size", LENGTH),
        required("content", TEXT),
        required("blob", TEXT),
        optional("place", TEXT),
        required("taken_at", INSTANT),
        required("given_at", INSTANT),
        required("recorded_at", INSTANT),
        required("given_by", UUID),
        required("given_by_person", sa.Boolean()),
        optional("confirmed_by", UUID),
        optional("confirmed_at", INSTANT),
        optional("withdrawn_at", INSTANT),
        optional("withdrawn_code", TEXT),
        optional("counts_as", TEXT),
        sa.UniqueConstraint("tenant_id", "record_id", "position", name="record_evidence_position"),
        sa.CheckConstraint("position >= 1", name="record_evidence_from_one"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="record_evidence_confirmed"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_evidence_record"
        ),
    )
    for name in ("step", "kind"):
        columns = ["tenant_id", "record_id", name, "position", "id"]
        op.create_index(f"record_evidence_by_{name}", "record_evidence", columns)
