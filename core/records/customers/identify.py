"""Say whom a record is about: by the customer's id, or by what a channel calls that person."""

from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.crypto import OpenKey, Place, pseudonym, seal
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.policy import Contact, Known, known
from core.records.customers.repository import customer_shared, customers_called, take_contact

PURPOSE: Final = "customers"
TABLE: Final = "customer_keys"
COLUMN: Final = "contact"
TRIES: Final = 3
"""Whoever loses against somebody who registers or erases the same person at the same time looks again."""


@frozen(kw_only=True)
class WhichCustomer:
    """Whom a record is about: one of the two.

    Attributes:
        customer_id: The customer.
        contact: What a channel calls the person; whoever is not known yet is registered by it.
    """

    customer_id: UUID | None = None
    contact: Contact | None = None


async def identified(unit: Unit, ring: KeyRing | None, asked: WhichCustomer) -> UUID:
    """Give the customer that is meant, and keep that person from being erased until the unit ends.

    Raises:
        InvalidInput: Both ways of naming are used or none, or the contact is none.
        NotFound: The tenant has no such customer.
        CustomerIsErased: The customer was erased.
        RuntimeError: A contact came without keys; this is a mistake in the wiring.
    """
    if (asked.customer_id is None) == (asked.contact is None):
        raise InvalidInput(field="customer", problem="name the customer, or one of their contacts")
    if asked.customer_id is not None:
        return await must_be_there(unit, asked.customer_id)
    if ring is None:
        msg = "A contact came without keys to look it up."
        raise RuntimeError(msg)
    return await by_contact(unit, ring, asked.contact or Contact("", ""))


async def must_be_there(unit: Unit, customer_id: UUID) -> UUID:
    """Refuse who is no customer of the tenant, or none any more.

    Raises:
        NotFound: The tenant has no such customer.
        CustomerIsErased: The customer was erased.
    """
    found = await customer_shared(unit, customer_id)
    if found is None:
        raise NotFound(kind="customer", key=str(customer_id))
    if found["erased_at"] is not None:
        raise CustomerIsErased
    return customer_id


async def by_contact(unit: Unit, ring: KeyRing, contact: Contact) -> UUID:
    """Find the customer that a contact leads to, or register a new one by it."""
    said = known(contact)
    hash_ = hashed(await ring.pseudonym_key(), said)
    for _ in range(TRIES):
        for customer_id in await customers_called(unit, [hash_]):
            found = await customer_shared(unit, customer_id)
            if found is not None and found["erased_at"] is None:
                return customer_id
        customer_id = new_id()
        if await take_contact(unit, await key_row(ring, customer_id, contact, hash_)):
            await record_act(unit, action="customers.register", subject_kind="customer", subject_id=customer_id)
            return customer_id
        await ring.erase(customer_id)
    msg = "A contact is taken and leads to nobody."
    raise RuntimeError(msg)


async def key_row(
    ring: KeyRing, customer_id: UUID, contact: Contact, hash_: str
) -> tuple[UUID, UUID, str, str, bytes, object]:
    """Give the row of a contact, sealed by the person's key, which is made here for somebody new."""
    id_ = new_id()
    sealed = seal(await ring.person_key(customer_id), contact.address.strip(), Place(TABLE, COLUMN, id_))
    return id_, customer_id, known(contact).kind, hash_, sealed, recorded_now()


def hashed(key: OpenKey, said: Known) -> str:
    """Give the keyed hash that a contact is looked up by; of another kind, the same text has another one."""
    return pseudonym(key, said.text, f"{PURPOSE}.{said.kind}")
