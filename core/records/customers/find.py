"""Find customers by what they are reached under."""

from uuid import UUID

from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.identify import hashed
from core.records.customers.permissions import READ_CUSTOMERS
from core.records.customers.policy import Contact, known, possible
from core.records.customers.repository import customers_called


async def find_customers(unit: Unit, ring: KeyRing, contact: str, channel: str | None) -> list[UUID]:
    """Find the customers of the tenant that a contact leads to.

    Args:
        unit: The transaction; nothing is written.
        ring: The keys of the tenant.
        contact: A telephone number or mailbox, or what the channel calls somebody.
        channel: The way in; needed where the contact is neither of the two.

    Raises:
        NotPermitted: The actor may not read customers.
        InvalidInput: It is no contact.
    """
    unit.scope.require(READ_CUSTOMERS)
    asked = possible(contact) if channel is None else (Contact(channel, contact),)
    said = [known(one) for one in asked]
    key = await ring.known_pseudonym_key()
    return [] if key is None else await customers_called(unit, [hashed(key, one) for one in said])
