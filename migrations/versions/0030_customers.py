"""Customers: persons whose texts are sealed by keys of their own, found by keyed hashes of their contacts."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0030"
down_revision = "0032"

BYTES = sa.LargeBinary()
OF_CUSTOMER = "records_by_customer"


def upgrade() -> None:
    begin()
    create_tenant_table(
        "customers",
        optional("name", BYTES),
        optional("address", BYTES),
        required("version", sa.Integer()),
        required("recorded_at", INSTANT),
        required("updated_at", INSTANT),
        optional("erased_at", INSTANT),
        sa.CheckConstraint("erased_at IS NULL OR (name IS NULL AND address IS NULL)", name="customers_erased"),
    )
    create_tenant_table(
        "customer_keys",
        required("customer_id", UUID),
        required("kind", TEXT),
        required("key_hash", TEXT),
        required("contact", BYTES),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "key_hash", name="customer_keys_hash"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="customer_keys_customer"
        ),
    )
    op.create_index("customer_keys_of", "customer_keys", ["tenant_id", "customer_id", "recorded_at", "id"])
    op.add_column("records", optional("customer_id", UUID))
    known = sa.text("customer_id IS NOT NULL")
    op.create_index(OF_CUSTOMER, "records", ["tenant_id", "customer_id", "opened_at", "id"], postgresql_where=known)


def downgrade() -> None:
    begin()
    op.drop_index(OF_CUSTOMER, "records")
    op.drop_column("records", "customer_id")
    op.drop_table("customer_keys")
    op.drop_table("customers")
