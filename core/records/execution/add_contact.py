"""Add a contact to a record: the customer came again, perhaps another way or at another site."""

from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.identify import WhichCustomer, identified
from core.records.customers.repository import tiers_of
from core.records.errors import RecordKeyIsTaken
from core.records.execution.act import act
from core.records.execution.commands import AddContact
from core.records.execution.private import Sealer, checked_private
from core.records.open_record import checked_text, checked_word, serving_site, storable
from core.records.permissions import WORK_RECORDS
from core.records.repository.records import find_record, take_key


@frozen(kw_only=True)
class AddRecordContact:
    """A further contact.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        channel: The way in.
        external_id: What the channel calls it.
        site_key: The site that served.
        customer: Who came; needed only where the record does not know it yet.
        note: What it was about; personal.
        occurred_at: When; now by default.
    """

    record_id: UUID
    expected_version: int
    channel: str
    external_id: str | None = None
    site_key: str | None = None
    customer: WhichCustomer | None = None
    note: str | None = None
    occurred_at: datetime | None = None


async def add_record_contact(unit: Unit, command: AddRecordContact, sealer: Sealer | None = None) -> UUID:
    """Add a contact; what the channel calls it leads to this record from now on.

    Raises:
        NotPermitted: The actor may not work on records.
        InvalidInput: A value does not have the form it must have.
        NotFound: The tenant has no such site, customer or record.
        CustomerIsErased: The customer was erased.
        RecordHasAnotherCustomer: The record is about somebody else.
        StaleEdit: The record was changed since it was read.
        RecordIsNotOpen: It is closed.
        RecordKeyIsTaken: Another record of the tenant is called so by the channel.
        StepOutOfTime: It lies before what happened last, or in the future.
    """
    unit.scope.require(WORK_RECORDS)
    contact = await contact_of(unit, command, None if sealer is None else sealer.ring)
    done = await act(unit, command.record_id, command.expected_version, contact, at=command.occurred_at, sealer=sealer)
    if contact.external_id is not None:
        await name_record(unit, contact.channel, contact.external_id, command.record_id)
    return done


async def contact_of(unit: Unit, command: AddRecordContact, ring: KeyRing | None) -> AddContact:
    """Give the command that adds a contact; who is not known yet is registered; see :func:`add_record_contact`."""
    site_key = None if command.site_key is None else storable("siteKey", command.site_key)
    channel, external_id = checked_word("channel", command.channel), checked_text("externalId", command.external_id)
    site = await serving_site(unit, site_key)
    customer = None if command.customer is None else await identified(unit, ring, command.customer)
    return AddContact(
        channel=channel,
        external_id=external_id,
        site_id=None if site is None else site.id,
        customer_id=customer,
        tier=None if customer is None else (await tiers_of(unit, [customer])).get(customer),
        reason=checked_private(command.note, "note"),
    )


async def name_record(unit: Unit, channel: str, external_id: str, record_id: UUID) -> None:
    """Let what a channel calls a contact lead to its record.

    Raises:
        RecordKeyIsTaken: It leads to another one.
    """
    holder = await take_key(unit, channel, external_id, record_id)
    if holder != record_id:
        other = await find_record(unit, holder)
        standard = "" if other is None else other.standard_code
        raise RecordKeyIsTaken(channel=channel, external_id=external_id, standard=standard)
