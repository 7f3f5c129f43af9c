"""What few rows have is indexed where they have it: the chunk of a record, the device's name of an event.

A record that is opened here has no chunk, and an event that was not recorded offline has no name of a device's. Rows
without either stood in both indexes all the same.
"""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import begin

revision = "0041"
down_revision = "0040"

OF_CHUNK = ["tenant_id", "import_chunk_id", "id"]
OF_CLIENT = ["tenant_id", "record_id", "client_id"]


def upgrade() -> None:
    begin()
    brought, offline = sa.text("import_chunk_id IS NOT NULL"), sa.text("client_id IS NOT NULL")
    op.drop_index("records_by_chunk", "records")
    op.create_index("records_by_chunk", "records", OF_CHUNK, postgresql_where=brought)
    op.drop_constraint("record_events_client", "record_events")
    op.create_index("record_events_client", "record_events", OF_CLIENT, unique=True, postgresql_where=offline)


def downgrade() -> None:
    begin()
    op.drop_index("record_events_client", "record_events")
    op.create_unique_constraint("record_events_client", "record_events", OF_CLIENT)
    op.drop_index("records_by_chunk", "records")
    op.create_index("records_by_chunk", "records", OF_CHUNK)
