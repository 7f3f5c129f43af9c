"""What a rotation of the master key looks for: which tenants have data keys that an older master key wraps.

The worker role, which finds work across tenants by its keys, may see whose keys stand under which master key, and
nothing of the keys themselves. The index finds a tenant's keys under one master key, so that a rotation that was
broken off does not walk again over what it has done.
"""

from alembic import op

from core.kernel.migration.policies import policy
from core.kernel.migration.tables import begin
from core.kernel.roles import Role

revision = "0018"
down_revision = "0017"

SEEN = "SELECT (tenant_id, network_id, master_key_id) ON data_keys"


def upgrade() -> None:
    begin()
    op.create_index("data_keys_by_master_key", "data_keys", ["tenant_id", "master_key_id", "id"])
    op.execute(f"GRANT {SEEN} TO {Role.WORKER.value}")
    op.execute(policy("data_keys", Role.WORKER, "SELECT", "true"))


def downgrade() -> None:
    begin()
    op.execute("DROP POLICY data_keys_worker_select ON data_keys")
    op.execute(f"REVOKE {SEEN} FROM {Role.WORKER.value}")
    op.drop_index("data_keys_by_master_key", "data_keys")
