"""What standards, versions, clauses and parameters say beyond their first form."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import begin, required

revision = "0011"
down_revision = "0010"

NOTHING = "'[]'::jsonb"


def upgrade() -> None:
    begin()
    add_filled("parameters", required("variants", JSONB(), NOTHING))


def downgrade() -> None:
    begin()
    op.drop_column("parameters", "variants")


def add_filled(table: str, column: sa.Column[object]) -> None:
    """Add a column that rows of before are given a value in; rows of after must say it themselves."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)
