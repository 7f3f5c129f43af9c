"""${message[:1].upper() + message[1:]}.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import begin
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    begin()
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    begin()
    ${downgrades if downgrades else "pass"}
