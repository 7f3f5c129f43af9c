"""What an actor may do with customers."""

from core.kernel.permissions import permission

READ_CUSTOMERS = permission("customers.read", "Find customers of one's tenant, and read their names and contacts.")
MANAGE_CUSTOMERS = permission("customers.manage", "Register customers of one's tenant and change what is kept of them.")
