"""What became of adaptations when a new version was published."""

from core.kernel.migration.tables import begin

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
