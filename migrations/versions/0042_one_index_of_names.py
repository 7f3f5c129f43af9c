"""One index finds what a channel calls a record, in a tenant as in its whole network; there were two.

Whoever reads a tenant's records names its network as well, and so do the policies, so an index that begins with the
network serves both.
"""

from alembic import op

from core.kernel.migration.tables import begin

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    begin()
    op.drop_index("records_of_network_by_external_id", "records")
    op.drop_index("records_by_external_id", "records")
    op.create_index("records_by_external_id", "records", ["network_id", "external_id", "tenant_id", "id"])


def downgrade() -> None:
    begin()
    op.drop_index("records_by_external_id", "records")
    op.create_index("records_by_external_id", "records", ["tenant_id", "external_id", "id"])
    op.create_index("records_of_network_by_external_id", "records", ["network_id", "external_id", "id"])
