"""Promises, reviews and reading statistics."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    begin,
    create_tenant_table,
    optional,
    required,
)

revision = "0015"
down_revision = "0014"

NUMBER = sa.Integer()
JSON = JSONB()
KNOWN_NOW = sa.text("recorded_to IS NULL")

TABLES = ("promises", "standard_reviews", "standard_review_dates", "version_readings")


def upgrade() -> None:
    begin()
    create_promises()
    create_reviews()
    create_readings()
    # What the whole network has adapted is walked tenant by tenant, whichever networks share the database.
    columns = ["network_id", "tenant_id", "code", "id"]
    op.create_index("adaptations_of_network", "adaptations", columns, postgresql_where=KNOWN_NOW)


def downgrade() -> None:
    begin()
    op.drop_index("adaptations_of_network", "adaptations")
    for name in reversed(TABLES):
        op.drop_table(name)


def create_promises() -> None:
    create_tenant_table(
        "promises",
        required("code", TEXT),
        required("scope", JSON),
        required("limits", JSON),
        optional("expected_time", JSON),
        required("reason", TEXT),
        required("origin_id", UUID),
        required("revision", NUMBER),
        required("author_id", UUID),
        required("valid_from", INSTANT),
        optional("valid_to", INSTANT),
        required("recorded_from", INSTANT),
        optional("recorded_to", INSTANT),
        sa.CheckConstraint("valid_to > valid_from", name="promises_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="promises_recorded_span"),
    )
    op.execute(
        "ALTER TABLE promises ADD CONSTRAINT promises_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, code WITH =,"
        " tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&)"
    )
    op.create_index("promises_by_code", "promises", ["tenant_id", "code", "id"])
    op.create_index("promises_known_now", "promises", ["tenant_id", "id"], postgresql_where=KNOWN_NOW)


def of_standard(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "standard_id"], ["standards.tenant_id", "standards.id"], name=name)


def create_reviews() -> None:
    create_tenant_table(
        "standard_reviews",
        required("standard_id", UUID),
        required("code", TEXT),
        required("number", TEXT),
        required("outcome", TEXT),
        required("note", TEXT),
        required("reviewer_id", UUID),
        required("reviewed_at", INSTANT),
        required("recorded_at", INSTANT),
        of_standard("standard_reviews_standard"),
        sa.CheckConstraint("outcome IN ('keep', 'change', 'withdraw')", name="standard_reviews_outcome"),
        append_only=True,
    )
    op.create_index("standard_reviews_by_code", "standard_reviews", ["tenant_id", "code", "id"])
    create_tenant_table(
        "standard_review_dates",
        required("standard_id", UUID),
        required("code", TEXT),
        required("last_at", INSTANT),
        required("months", NUMBER),
        required("due_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "standard_id", name="standard_review_dates_once"),
        of_standard("standard_review_dates_of"),
        sa.CheckConstraint("months > 0", name="standard_review_dates_months"),
    )
    op.create_index("standard_review_dates_by_due", "standard_review_dates", ["tenant_id", "due_at", "id"])


def create_readings() -> None:
    create_tenant_table(
        "version_readings",
        required("version_id", UUID),
        required("code", TEXT),
        required("person_id", UUID),
        required("read_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "version_id", "person_id", name="version_readings_once"),
        sa.ForeignKeyConstraint(
            ["network_id", "version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="version_readings_version",
        ),
        append_only=True,
    )
    columns = ["network_id", "version_id", "tenant_id", "read_at"]
    op.create_index("version_readings_of_network", "version_readings", columns)
