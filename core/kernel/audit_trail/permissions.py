"""What one may see of what was done."""

from core.kernel.permissions import permission

READ_AUDIT = permission("audit.read", "See who did what and when in one's tenant.")
