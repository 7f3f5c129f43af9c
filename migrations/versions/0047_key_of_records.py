"""The primary key of records comes last of their indexes, so that what looks for one record by its key takes it.

Of indexes that cost the same PostgreSQL takes the newest, and while a table is small those cost the same that begin
with the tenant. A session keeps its plan for checking foreign keys until the table is analysed: an import into a new
database looked for the record of every step in the index by version, which took four times as long.
"""

from alembic import op

from core.kernel.migration.tables import begin

revision = "0047"
down_revision = "0046"

FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE confrelid = 'records'::regclass AND contype = 'f' ORDER BY 1, 2
"""


def upgrade() -> None:
    begin()
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT pg_relation_size('records')").scalar_one():
        return  # It is analysed before long, and then the key is taken; until it were rebuilt, nobody could write.
    keys = connection.exec_driver_sql(FOREIGN_KEYS).all()
    for table, name, _ in keys:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute("ALTER TABLE records DROP CONSTRAINT records_pkey")
    op.execute("ALTER TABLE records ADD CONSTRAINT records_pkey PRIMARY KEY (tenant_id, id)")
    for table, name, definition in keys:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def downgrade() -> None:
    """Leave the indexes in their order, for there is nothing else to them."""
