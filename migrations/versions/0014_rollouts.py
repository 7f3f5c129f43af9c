"""Rollouts, adoptions and acknowledgements."""

from core.kernel.migration.tables import begin

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    begin()


def downgrade() -> None:
    begin()
