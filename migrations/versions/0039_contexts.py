"""What guards and variants may ask: attributes of sites, the tier of customers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import TEXT, begin, optional, required

revision = "0039"
down_revision = "0033"


def upgrade() -> None:
    begin()
    op.add_column("sites", required("attributes", JSONB(), "'{}'"))
    op.alter_column("sites", "attributes", server_default=None)
    op.add_column("customers", optional("tier", TEXT))
    op.create_check_constraint("customers_erased_tier", "customers", sa.text("erased_at IS NULL OR tier IS NULL"))


def downgrade() -> None:
    begin()
    op.drop_constraint("customers_erased_tier", "customers", type_="check")
    op.drop_column("customers", "tier")
    op.drop_column("sites", "attributes")
