"""Place a legal hold on a customer or a record, and lift it."""

from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.identify import must_be_there
from core.records.customers.repository import lock_customer
from core.records.open_record import checked_word
from core.records.privacy.erase import checked_basis
from core.records.privacy.errors import AlreadyHeld, HoldIsLifted
from core.records.privacy.permissions import HOLD
from core.records.privacy.repository import add_hold, hold_is_there, holds_on, lift, record_shared


@frozen(kw_only=True)
class PlaceLegalHold:
    """What must be kept, and why.

    Attributes:
        customer_id: A customer, with all of that person's records.
        record_id: Or one record.
        reason_code: Why, as a word.
        legal_basis: The law, order or contract that asks for it; never a person.
        until: Until when at most.
    """

    customer_id: UUID | None = None
    record_id: UUID | None = None
    reason_code: str
    legal_basis: str
    until: datetime | None = None


async def place_legal_hold(unit: Unit, command: PlaceLegalHold) -> UUID:
    """Place a legal hold.

    Raises:
        NotPermitted: The actor may not hold.
        InvalidInput: Both or none of the two are named, or a value does not have the form it must have.
        NotFound: The tenant has no such customer or record.
        CustomerIsErased: There is nothing left to be kept.
        AlreadyHeld: It is held for this reason already.
    """
    unit.scope.require(HOLD)
    reason, basis = checked_word("reasonCode", command.reason_code), checked_basis(command.legal_basis)
    if command.until is not None and (command.until.tzinfo is None or command.until <= unit.now):
        raise InvalidInput(field="until", problem="give an instant to come, with its zone")
    kind, subject_id = await subject_of(unit, command)
    if any(one["reason_code"] == reason for one in await holds_on(unit, [subject_id])):
        raise AlreadyHeld
    hold_id = new_id()
    by = unit.scope.actor.id
    await add_hold(unit, (hold_id, kind, subject_id, reason, basis, command.until, unit.now, by))
    details = {"hold": hold_id, "reasonCode": reason, "legalBasis": basis, "until": command.until}
    await record_act(unit, action="privacy.hold", subject_kind=kind, subject_id=subject_id, details=details)
    return hold_id


async def subject_of(unit: Unit, command: PlaceLegalHold) -> tuple[str, UUID]:
    """Give what is held, locked against erasure and removal until the unit ends."""
    if (command.customer_id is None) == (command.record_id is None):
        raise InvalidInput(field="customer", problem="name a customer or a record")
    if command.customer_id is not None:
        found = await lock_customer(unit, command.customer_id)
        if found is None:
            raise NotFound(kind="customer", key=str(command.customer_id))
        if found["erased_at"] is not None:
            raise CustomerIsErased
        return "customer", command.customer_id
    record_id = command.record_id or UUID(int=0)
    record = await record_shared(unit, record_id)
    if record is None:
        raise NotFound(kind="record", key=str(record_id))
    if record["customer_id"] is not None:
        await must_be_there(unit, record["customer_id"])
    return "record", record_id


async def lift_legal_hold(unit: Unit, hold_id: UUID, reason_code: str) -> UUID:
    """Lift a legal hold.

    Raises:
        NotPermitted: The actor may not lift holds.
        InvalidInput: The reason is no word.
        NotFound: The tenant has no such hold.
        HoldIsLifted: It was lifted before.
    """
    unit.scope.require(HOLD)
    reason = checked_word("reasonCode", reason_code)
    subject = await lift(unit, hold_id)
    if subject is None:
        if await hold_is_there(unit, hold_id):
            raise HoldIsLifted
        raise NotFound(kind="legal hold", key=str(hold_id))
    kind, subject_id = subject["subject_kind"], subject["subject_id"]
    details = {"hold": hold_id, "reasonCode": reason}
    await record_act(unit, action="privacy.lift_hold", subject_kind=kind, subject_id=subject_id, details=details)
    return hold_id
