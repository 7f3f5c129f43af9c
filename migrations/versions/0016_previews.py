"""Previews of versions before publication."""

from core.kernel.migration.tables import begin

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
