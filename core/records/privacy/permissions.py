"""What an actor may do about privacy."""

from core.kernel.permissions import permission

ERASE_CUSTOMERS = permission("privacy.erase", "Erase customers of one's tenant: their key is destroyed, for ever.")
EXPORT_CUSTOMERS = permission("privacy.export", "Have everything that is held of a customer made into one file.")
HOLD = permission("privacy.hold", "Place and lift legal holds on customers and records of one's tenant.")
READ_PRIVACY = permission("privacy.read", "See legal holds, erasures and how long what is kept in one's tenant.")
CHOOSE_RETENTION = permission("privacy.choose_retention", "Say how long one's tenant keeps content, within bounds.")
SET_RETENTION = permission("privacy.set_retention", "Say how long the network keeps content, and within which bounds.")
