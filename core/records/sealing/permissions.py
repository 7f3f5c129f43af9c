"""What one may do with a tenant's log."""

from core.kernel.permissions import permission

READ_LOG = permission("sealing.read", "Export checkpoints and proofs of the tenant's sealed log.")
ROTATE_KEYS = permission("sealing.rotate_keys", "Have the tenant's log signed by a new key from now on.")
