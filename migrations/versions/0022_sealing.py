"""Logs of tenants: leaves, nodes above them, signed heads, signing keys, and what is left of removed content."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0022"
down_revision = "0023"

NUMBER = sa.Integer()
PLACE = sa.BigInteger()
BYTES = sa.LargeBinary()
SOURCES = "'event', 'audit'"
MADE = ("log_leaves", "log_nodes", "log_heads", "signing_keys", "log_positions", "event_tombstones")


def upgrade() -> None:
    begin()
    create_tree()
    create_heads()
    create_tenant_table(
        "log_positions",
        required("source", TEXT),
        *(required(name, UUID) for name in ("reached", "settled")),
        sa.CheckConstraint(f"source IN ({SOURCES})", name="log_positions_source"),
        key=("source",),
    )
    create_tenant_table(
        "event_tombstones",
        required("payload_hash", BYTES),
        optional("sealed_hash", BYTES),
        required("audit_id", UUID),
        append_only=True,
    )


def downgrade() -> None:
    begin()
    for name in reversed(MADE):
        op.drop_table(name)


def create_tree() -> None:
    create_tenant_table(
        "log_leaves",
        required("number", PLACE),
        required("kind", TEXT),
        required("subject_id", UUID),
        required("hash", BYTES),
        sa.CheckConstraint(f"kind IN ({SOURCES})", name="log_leaves_kind"),
        sa.CheckConstraint("number >= 0", name="log_leaves_number"),
        sa.UniqueConstraint("tenant_id", "subject_id", name="log_leaves_subject"),
        key=("number",),
        append_only=True,
    )
    create_tenant_table(
        "log_nodes",
        required("level", NUMBER),
        required("number", PLACE),
        required("hash", BYTES),
        sa.CheckConstraint("level >= 1 AND number >= 0", name="log_nodes_place"),
        key=("level", "number"),
        append_only=True,
    )


def create_heads() -> None:
    create_tenant_table(
        "log_heads",
        required("size", PLACE),
        required("after_size", PLACE),
        required("root", BYTES),
        required("signed_at", INSTANT),
        optional("complete_to", INSTANT),
        required("key_number", NUMBER),
        required("signature", BYTES),
        sa.CheckConstraint("size > after_size AND after_size >= 0", name="log_heads_size"),
        sa.UniqueConstraint("tenant_id", "size", name="log_heads_of_size"),
        append_only=True,
    )
    create_tenant_table(
        "signing_keys",
        required("number", NUMBER),
        required("public_key", BYTES),
        required("endorsement", BYTES),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("number >= 1", name="signing_keys_from_one"),
        sa.UniqueConstraint("tenant_id", "number", name="signing_keys_number"),
        append_only=True,
    )
