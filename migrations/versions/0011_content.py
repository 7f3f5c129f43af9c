"""What standards, versions, clauses and parameters say beyond their first form."""

from core.kernel.migration.tables import begin

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
