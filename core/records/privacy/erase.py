"""Erase a customer: the person's key is destroyed, nobody can read what it sealed, and every proof stays valid."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.audit import act_row, record_act
from core.kernel.clock import recorded_now
from core.kernel.direct import write
from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.customers.register import standing
from core.records.customers.repository import blank, lock_customer
from core.records.open_record import checked_text, checked_word
from core.records.privacy.errors import UnderLegalHold
from core.records.privacy.permissions import ERASE_CUSTOMERS
from core.records.privacy.registry import Forgotten, forget
from core.records.privacy.repository import (
    add_erasure,
    bury,
    drop_exports,
    hold_on_customer,
    readable_texts,
    records_of,
)
from core.records.privacy.topics import FORGET
from core.records.sealing.policy.removals import REMOVE_TEXTS

PAGE: Final = 200
"""Records of a customer that are gone through in one transaction."""
START: Final = UUID(int=0)
SOON: Final = timedelta(seconds=30)
"""When to look again for events that were not sealed yet."""


@frozen(kw_only=True)
class EraseCustomer:
    """Who is erased, and why.

    Attributes:
        customer_id: The customer.
        expected_version: The version as it was read.
        reason_code: Why, as a word.
        legal_basis: What it rests on, such as an article of a law; never a person.
    """

    customer_id: UUID
    expected_version: int
    reason_code: str
    legal_basis: str


async def erase_customer(unit: Unit, ring: KeyRing, command: EraseCustomer) -> UUID:
    """Erase a customer.

    Raises:
        NotPermitted: The actor may not erase.
        InvalidInput: A value does not have the form it must have.
        NotFound: The tenant has no such customer.
        StaleEdit: It was changed since it was read.
        CustomerIsErased: The customer was erased before.
        UnderLegalHold: Something of the customer must be kept.
    """
    unit.scope.require(ERASE_CUSTOMERS)
    reason, basis = checked_word("reasonCode", command.reason_code), checked_basis(command.legal_basis)
    await standing(unit, command.customer_id, command.expected_version)
    hold = await hold_on_customer(unit, command.customer_id)
    if hold is not None:
        raise UnderLegalHold(**{name: hold[name] for name in ("subject_kind", "reason_code", "until")})
    await destroy(unit, ring, command.customer_id, Why(reason, basis, unit.now), action="privacy.erase")
    return command.customer_id


@frozen
class Why:
    """Why somebody is erased, on what basis, and when that was done first."""

    reason_code: str
    legal_basis: str
    at: datetime


async def replay_erasure(unit: Unit, ring: KeyRing, customer_id: UUID, why: Why) -> bool:
    """Erase a customer once more, whom a restored database knows again.

    Whether something is held now is not asked: it was not when the erasure was done.

    Returns:
        Whether there was anything left to destroy.

    Raises:
        NotPermitted: The actor may not erase.
    """
    unit.scope.require(ERASE_CUSTOMERS)
    found = await lock_customer(unit, customer_id)
    if found is None or found["erased_at"] is not None:
        return False
    await destroy(unit, ring, customer_id, why, action="privacy.replay_erasure")
    return True


async def destroy(unit: Unit, ring: KeyRing, customer_id: UUID, why: Why, *, action: str) -> None:
    """Destroy the key of a customer whose row is locked, and everything that leads to that person."""
    written = recorded_now()
    keys = await ring.erase(customer_id)
    await blank(unit, customer_id, why.at, written)
    await drop_exports(unit, customer_id)
    await add_erasure(unit, (customer_id, why.reason_code, why.legal_basis, why.at, written))
    details = {"reasonCode": why.reason_code, "legalBasis": why.legal_basis, "keys": keys}
    await record_act(unit, action=action, subject_kind="customer", subject_id=customer_id, details=details)
    await forget_records(unit, customer_id, START)


async def forget_records(unit: Unit, customer_id: UUID, after: UUID) -> None:
    """Let go of what is left about some records of an erased customer, and have the next ones done after them.

    Texts under other keys than the person's, from before the record knew its customer, are removed; their hashes
    stay. What is not sealed yet waits until it is.
    """
    page = await records_of(unit, customer_id, after, PAGE)
    await forget(unit, Forgotten(customer_id=customer_id, record_ids=page))
    waits = await remove_texts(unit, page)
    if waits:
        told = {"customer_id": customer_id, "after": after}
        await send(unit, FORGET, told, due_at=unit.now + SOON)
    elif len(page) == PAGE:
        await send(unit, FORGET, {"customer_id": customer_id, "after": page[-1]})


async def remove_texts(unit: Unit, record_ids: list[UUID]) -> bool:
    """Remove the texts of some records that can still be opened; tell whether some are not sealed yet."""
    rows = await readable_texts(unit, record_ids)
    for record_id in dict.fromkeys(row["record_id"] for row in rows if row["sealed"]):
        events = [row["id"] for row in rows if row["sealed"] and row["record_id"] == record_id]
        row = act_row(unit, REMOVE_TEXTS, "record", record_id, {"events": len(events)})
        await write(unit, row)
        await bury(unit, record_id, row.values["id"], events)
    return not all(row["sealed"] for row in rows)


def checked_basis(text: str) -> str:
    """Give what something rests on.

    Raises:
        InvalidInput: Nothing is said, or it is too long.
    """
    said = checked_text("legalBasis", text)
    if said is None:
        raise InvalidInput(field="legalBasis", problem="name the law, order or contract it rests on")
    return said
