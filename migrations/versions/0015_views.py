"""Promises, reviews and reading statistics."""

from core.kernel.migration.tables import begin

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
