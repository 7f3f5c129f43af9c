"""Calendars: when sites are open, every state of it, and which site goes by which."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0023"
down_revision = "0021"

TABLES = ("business_calendars", "calendar_revisions", "calendar_assignments")


def upgrade() -> None:
    begin()
    create_business_calendars()
    create_calendar_revisions()
    create_calendar_assignments()


def downgrade() -> None:
    begin()
    for table in reversed(TABLES):
        op.drop_table(table)


def create_business_calendars() -> None:
    create_tenant_table(
        "business_calendars",
        required("key", TEXT),
        required("name", TEXT),
        optional("time_zone", TEXT),
        required("week", TEXT),
        required("dates", TEXT),
        required("revision", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "key", name="business_calendars_key_once"),
        sa.CheckConstraint("revision >= 1", name="business_calendars_revision"),
    )


def create_calendar_revisions() -> None:
    create_tenant_table(
        "calendar_revisions",
        required("calendar_id", UUID),
        required("number", sa.Integer()),
        optional("time_zone", TEXT),
        required("week", TEXT),
        required("dates", TEXT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "calendar_id", "number", name="calendar_revisions_number_once"),
        of_calendar("calendar_revisions_calendar"),
        append_only=True,
    )


def create_calendar_assignments() -> None:
    create_tenant_table(
        "calendar_assignments",
        required("site_id", UUID),
        required("calendar_id", UUID),
        required("version", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "site_id", name="calendar_assignments_site_once"),
        of_calendar("calendar_assignments_calendar"),
    )
    op.create_index("calendar_assignments_of", "calendar_assignments", ["tenant_id", "calendar_id", "id"])


def of_calendar(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "calendar_id"], ["business_calendars.tenant_id", "business_calendars.id"], name=name
    )
