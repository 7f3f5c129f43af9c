"""Waivers and suggestions."""

from core.kernel.migration.tables import begin

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
