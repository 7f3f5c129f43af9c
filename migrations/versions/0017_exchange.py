"""Exchange of standards."""

from core.kernel.migration.tables import begin

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
