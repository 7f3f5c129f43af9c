"""Register a customer, and change what is kept of one."""

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.crypto import OpenKey, Place, seal
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.errors import ContactIsTaken, CustomerIsErased
from core.records.customers.identify import hashed, key_row
from core.records.customers.permissions import MANAGE_CUSTOMERS
from core.records.customers.policy import CONTROL, Contact, known
from core.records.customers.repository import (
    add_contact,
    add_customer,
    change_columns,
    contacts_of,
    drop_contact,
    lock_customer,
)

TABLE: Final = "customers"
LONGEST: Final = 1_000
MOST_CONTACTS: Final = 50
TIER: Final = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*", re.ASCII)
LONGEST_TIER: Final = 200


@frozen(kw_only=True)
class RegisterCustomer:
    """A customer as they are to be known.

    Attributes:
        name: What the person is called.
        address: Where the person lives.
        contacts: What the person is reached under.
        tier: The level that decides differentiated standards, as a word.
    """

    name: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    contacts: Sequence[Contact] = ()
    tier: str | None = None


@frozen(kw_only=True)
class ChangeCustomer:
    """What shall be kept of a customer; what is left out stays, an empty text is taken out.

    Attributes:
        customer_id: The customer.
        expected_version: The version as it was read.
        name: What the person is called.
        address: Where the person lives.
        add: Contacts that lead to the customer from now on.
        remove: Contacts that lead there no more.
        tier: The person's tier from now on; records that began keep what they know.
    """

    customer_id: UUID
    expected_version: int
    name: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    add: Sequence[Contact] = ()
    remove: Sequence[Contact] = ()
    tier: str | None = None


async def register_customer(unit: Unit, ring: KeyRing, command: RegisterCustomer) -> UUID:
    """Register a customer.

    Raises:
        NotPermitted: The actor may not register customers.
        InvalidInput: A value does not have the form it must have, or nothing is given.
        ContactIsTaken: A contact leads to another customer already.
    """
    unit.scope.require(MANAGE_CUSTOMERS)
    columns = {"name": checked("name", command.name), "address": checked("address", command.address)}
    if not command.contacts and not any(columns.values()):
        raise InvalidInput(field="contacts", problem="give a name or a contact at least")
    customer_id, at = new_id(), recorded_now()
    key = await ring.person_key(customer_id)
    sealed = {name: sealed_column(key, customer_id, name, text) for name, text in columns.items()}
    await add_customer(unit, customer_id, {**sealed, "tier": checked_tier(command.tier)}, at)
    await add_contacts(unit, ring, customer_id, command.contacts)
    await record_act(unit, action="customers.register", subject_kind="customer", subject_id=customer_id)
    return customer_id


async def change_customer(unit: Unit, ring: KeyRing, command: ChangeCustomer) -> UUID:
    """Change what is kept of a customer.

    Raises:
        NotPermitted: The actor may not change customers.
        NotFound: The tenant has no such customer, or one has no such contact.
        StaleEdit: It was changed since it was read.
        CustomerIsErased: The customer was erased.
        InvalidInput: A value does not have the form it must have.
        ContactIsTaken: A contact leads to another customer already.
    """
    unit.scope.require(MANAGE_CUSTOMERS)
    await standing(unit, command.customer_id, command.expected_version)
    given = {"name": command.name, "address": command.address}
    key = await ring.known_person_key(command.customer_id)
    columns: dict[str, bytes | str | None] = {
        name: sealed_column(key, command.customer_id, name, checked(name, text))
        for name, text in given.items()
        if text is not None
    }
    if command.tier is not None:
        columns["tier"] = checked_tier(command.tier)
    await drop_contacts(unit, ring, command.customer_id, command.remove)
    await add_contacts(unit, ring, command.customer_id, command.add)
    await change_columns(unit, command.customer_id, columns, recorded_now())
    details = {"changed": sorted(columns), "added": len(command.add), "removed": len(command.remove)}
    subject = command.customer_id
    await record_act(unit, action="customers.change", subject_kind="customer", subject_id=subject, details=details)
    return subject


async def standing(unit: Unit, customer_id: UUID, expected_version: int) -> None:
    """Lock a customer who is there, not erased, and as the caller read them.

    Raises:
        NotFound: The tenant has no such customer.
        CustomerIsErased: The customer was erased.
        StaleEdit: It was changed since it was read.
    """
    found = await lock_customer(unit, customer_id)
    if found is None:
        raise NotFound(kind="customer", key=str(customer_id))
    if found["erased_at"] is not None:
        raise CustomerIsErased
    if found["version"] != expected_version:
        raise StaleEdit(kind="customer", expected=expected_version, actual=found["version"])


async def add_contacts(unit: Unit, ring: KeyRing, customer_id: UUID, contacts: Sequence[Contact]) -> None:
    """Let contacts lead to a customer; one that does already stays.

    Raises:
        InvalidInput: One is none, or there are too many.
        ContactIsTaken: One leads to another customer.
    """
    if not contacts:
        return
    there = {row["key_hash"] for row in await contacts_of(unit, customer_id)}
    if len(there) + len(contacts) > MOST_CONTACTS:
        raise InvalidInput(field="contacts", problem=f"a customer has {MOST_CONTACTS} contacts at most")
    key = await ring.pseudonym_key()
    wanted = {hashed(key, known(one)): one for one in contacts}
    # In a fixed order, so that nobody waits in a circle.
    for hash_ in sorted(wanted.keys() - there):
        if not await add_contact(unit, await key_row(ring, customer_id, wanted[hash_], hash_)):
            raise ContactIsTaken


async def drop_contacts(unit: Unit, ring: KeyRing, customer_id: UUID, contacts: Sequence[Contact]) -> None:
    """Let contacts lead to a customer no more.

    Raises:
        NotFound: The customer has no such contact.
    """
    key = await ring.pseudonym_key() if contacts else None
    for one in contacts:
        if key is None or not await drop_contact(unit, customer_id, hashed(key, known(one))):
            raise NotFound(kind="contact", key=known(one).kind)


def checked(field_: str, text: str | None) -> str | None:
    """Give a personal text as it is sealed; blank text is none.

    Raises:
        InvalidInput: It is too long, or holds characters that no text has.
    """
    said = (text or "").strip()
    if len(said) > LONGEST or CONTROL.search(said.replace("\n", " ").replace("\t", " ")):
        raise InvalidInput(field=field_, problem=f"use at most {LONGEST} characters, and no control characters")
    return said or None


def checked_tier(said: str | None) -> str | None:
    """Give a tier as it is stored; blank text is none.

    Raises:
        InvalidInput: It is no word.
    """
    word = (said or "").strip()
    if not word:
        return None
    if len(word) > LONGEST_TIER or not TIER.fullmatch(word):
        raise InvalidInput(field="tier", problem="use lower-case letters, digits and single - or _ between them")
    return word


def sealed_column(key: OpenKey, customer_id: UUID, column: str, text: str | None) -> bytes | None:
    """Seal a column of a customer's row."""
    return None if text is None else seal(key, text, Place(TABLE, column, customer_id))
