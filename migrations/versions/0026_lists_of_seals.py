"""Lists of seals: heads and keys are listed page by page, in the order of an index that ends in the id."""

from alembic import op

from core.kernel.migration.tables import begin

revision = "0026"
down_revision = "0025"

INDEXES = {
    "log_heads_by_size": ("log_heads", ["tenant_id", "size", "id"]),
    "signing_keys_by_number": ("signing_keys", ["tenant_id", "number", "id"]),
}


def upgrade() -> None:
    begin()
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    begin()
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
