"""Open a record: one real encounter begins, under what holds for the tenant at that instant."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.errors import RecordKeyIsTaken
from core.records.models import Record
from core.records.order_score import order_score
from core.records.permissions import OPEN_RECORDS
from core.records.pinning import pin
from core.records.policy import RecordStatus
from core.records.repository.records import add_record, find_record, take_key
from core.standards.errors import NoStandardInForce

WORD: Final = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*", re.ASCII)
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecord:
    """What a record begins with.

    Attributes:
        channel: The way in, such as ``phone`` or ``site_desk``.
        standard_code: The standard it is executed under.
        external_id: What the channel calls it; the record's own id where the channel has no name for it.
        priority: How urgent it is, in the tenant's own words.
        site_key: The site that serves.
    """

    channel: str
    standard_code: str
    external_id: str | None = None
    priority: str | None = None
    site_key: str | None = None


async def open_record(unit: Unit, command: OpenRecord) -> UUID:
    """Open a record and have it counted, or give the one that has this external id in this channel already.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: A value does not have the form it must have.
        NoStandardInForce: No version of the standard holds now.
        NotFound: The tenant has no such site.
        RecordKeyIsTaken: The record of that name was opened under another standard.
    """
    unit.scope.require(OPEN_RECORDS)
    record_id = new_id()
    external_id = checked_text("externalId", command.external_id) or str(record_id)
    channel = checked_word("channel", command.channel)
    holder = await take_key(unit, channel, external_id, record_id)
    if holder != record_id:
        return await opened_before(unit, holder, command)
    record = await new_record(unit, record_id, channel, external_id, command)
    await add_record(unit, record)
    details = {"channel": channel, "standard": record.standard_code, "effective_hash": record.effective_hash}
    await record_act(unit, action="records.open", subject_kind="record", subject_id=record_id, details=details)
    await send(unit, "records.opened", {"record_id": str(record_id)})
    await order_score(unit, record_id)
    return record_id


async def opened_before(unit: Unit, record_id: UUID, command: OpenRecord) -> UUID:
    """Give the record that has the key, where it is the one that is meant."""
    record = await find_record(unit, record_id)
    if record is None or record.standard_code != command.standard_code:
        standard = "" if record is None else record.standard_code
        raise RecordKeyIsTaken(channel=command.channel, external_id=command.external_id or "", standard=standard)
    return record_id


async def new_record(unit: Unit, record_id: UUID, channel: str, external_id: str, command: OpenRecord) -> Record:
    """Make the row of a record that is opened now."""
    now, written = unit.now, recorded_now()
    pins = await pin(unit, [(command.standard_code, now)])
    if (command.standard_code, now) not in pins:
        raise NoStandardInForce(standard=command.standard_code, at=now)
    pinned = pins[command.standard_code, now]
    return Record(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=record_id,
        channel=channel,
        external_id=external_id,
        standard_code=command.standard_code,
        standard_version=pinned.version,
        effective_hash=pinned.hash,
        status=RecordStatus.OPEN.value,
        priority=checked_text("priority", command.priority),
        site_id=await site_of(unit, command.site_key),
        opened_at=now,
        step_count=0,
        last_step_at=now,
        recorded_at=written,
        updated_at=written,
    )


async def site_of(unit: Unit, key: str | None) -> UUID | None:
    """Find the site that serves.

    Raises:
        NotFound: The tenant has no such site.
    """
    if key is None:
        return None
    site = await unit.tree.site(unit.network_id, unit.tenant_id, key)
    if site is None:
        raise NotFound(kind="site", key=key)
    return site.id


def checked_word(field: str, text: str) -> str:
    """Refuse what is no word of a vocabulary."""
    if len(text) > LONGEST or not WORD.fullmatch(text):
        raise InvalidInput(field=field, problem="use lower-case letters, digits and single - or _ between them")
    return text


def checked_text(field: str, text: str | None) -> str | None:
    """Refuse text that cannot be stored and searched; blank text is none."""
    if text is not None and (len(text) > LONGEST or CONTROL.search(text)):
        raise InvalidInput(field=field, problem=f"use at most {LONGEST} characters, and no control characters")
    return (text or "").strip() or None
