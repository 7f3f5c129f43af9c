"""Open a record: one real encounter begins, under what holds for the tenant at that instant."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow, write
from core.kernel.directory import SiteFacts
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Acting, Unit
from core.records.catalogue.offer import check_service_type
from core.records.customers.identify import WhichCustomer, identified
from core.records.customers.repository import tiers_of
from core.records.errors import RecordKeyIsTaken
from core.records.events.policy import Event, EventKind, Happening
from core.records.events.writing import changed_row, event_row, first_event, told
from core.records.execution.processes import process_under
from core.records.execution.routing import first_owner
from core.records.order_score import score_is_ordered, score_row
from core.records.permissions import OPEN_RECORDS
from core.records.policy import RecordStatus
from core.records.repository.records import find_record, take_key
from core.standards.policy.process_guards import Situation
from core.standards.standing import Holding, holding_at

WORD: Final = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*", re.ASCII)
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST: Final = 200
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
WORDS: Final = 1_000
"""Words that are remembered to have the right form: the channels there are, and what records begin with beside."""


class OpenRecord(Struct, frozen=True, kw_only=True, gc=False):
    """What a record begins with.

    Attributes:
        channel: The way in, such as ``phone`` or ``site_desk``.
        standard_code: The standard it is executed under.
        external_id: What the channel calls it; the record's own id where the channel has no name for it.
        priority: How urgent it is, in the tenant's own words.
        site_key: The site that serves.
        service_type: What kind of service it is, as a word.
        role: The role or support line that gets it; whose turn it is first by default, as the process says.
        customer: The customer it is about.
    """

    channel: str
    standard_code: str
    external_id: str | None = None
    priority: str | None = None
    site_key: str | None = None
    service_type: str | None = None
    role: str | None = None
    customer: WhichCustomer | None = None


async def open_record(unit: Unit, command: OpenRecord, ring: KeyRing | None = None) -> UUID:
    """Open a record and have it counted, or give the one that has this external id in this channel already.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: A value does not have the form it must have.
        NoStandardInForce: No version of the standard holds now.
        NotFound: The tenant has no such site or customer.
        CustomerIsErased: The customer was erased.
        RecordKeyIsTaken: The record of that name was opened under another standard.
    """
    record_id, rows = await prepare_record(unit, command, ring)
    if rows:
        await write(unit, *rows)
    return record_id


async def prepare_record(unit: Unit, command: OpenRecord, ring: KeyRing | None = None) -> tuple[UUID, Sequence[NewRow]]:
    """Do all of :func:`open_record` but writing: give the record, and the rows that are to be written yet.

    There are none where the record was opened before.

    Args:
        unit: The transaction.
        command: What it begins with.
        ring: The keys of the tenant; needed where a customer is named by a contact.
    """
    unit.scope.require(OPEN_RECORDS)
    asked, record_id = checked(command), new_id()
    external_id = asked.external_id or str(record_id)
    holder = await take_key(unit, asked.channel, external_id, record_id)
    if holder != record_id:
        return await opened_before(unit, holder, asked), ()
    now = unit.now
    holding = await holding_at(unit, asked.standard_code, now)
    if asked.service_type is not None:
        await check_service_type(unit, asked.service_type)
    site = await serving_site(unit, asked.site_key)
    customer = None if asked.customer is None else await identified(unit, ring, asked.customer)
    place = Opened(
        now=now,
        written=recorded_now(),
        holding=holding,
        site_id=None if site is None else site.id,
        site={} if site is None else site.attributes,
        customer_id=customer,
        tier=None if customer is None else (await tiers_of(unit, [customer])).get(customer),
    )
    place = dataclasses.replace(place, role=await role_of(unit, asked, place))
    score_is_ordered(unit, record_id)
    return record_id, opened_rows(unit, record_id, replace(asked, external_id=external_id), place)


def opening_event(act: Acting, record_id: UUID, asked: OpenRecord, opened: "Opened") -> Event:
    """Make the first event of a record: what it begins with."""
    facts = told(
        channel=asked.channel,
        externalId=asked.external_id,
        standard=asked.standard_code,
        standardVersion=opened.holding.version,
        effectiveHash=opened.holding.hash,
        priority=asked.priority,
        site=None if opened.site_id is None else str(opened.site_id),
        siteAttributes=opened.site or None,
        tier=opened.tier,
        serviceType=asked.service_type,
        role=opened.role,
        customer=None if opened.customer_id is None else str(opened.customer_id),
    )
    happening = Happening(kind=EventKind.OPENED, occurred_at=opened.now, facts=facts)
    return first_event(act, record_id, happening, opened.written)


@frozen(kw_only=True)
class Opened:
    """What a record finds when it is opened.

    Attributes:
        now: When it is opened.
        written: When that is written down.
        holding: What it pins.
        site_id: The site that serves.
        role: The role or line that gets it.
        customer_id: The customer it is about.
        site: Attributes of that site, by name.
        tier: The customer's tier.
    """

    now: datetime
    written: datetime
    holding: Holding
    site_id: UUID | None
    role: str | None = None
    customer_id: UUID | None = None
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    tier: str | None = None


def opened_rows(act: Acting, record_id: UUID, asked: OpenRecord, opened: Opened) -> Sequence[NewRow]:
    """Give the rows that the opening of a record leaves beside its key."""
    event = opening_event(act, record_id, asked, opened)
    values = record_values(act, record_id, asked, opened, event)
    if opened.customer_id is not None:
        values["customer_id"] = opened.customer_id
    return (
        NewRow("records", values),
        event_row(event),
        changed_row(act, record_id, event.number),
        score_row(act, record_id),
    )


async def opened_before(unit: Unit, record_id: UUID, asked: OpenRecord) -> UUID:
    """Give the record that has the key, where it is the one that is meant."""
    record = await find_record(unit, record_id)
    if record is None or record.standard_code != asked.standard_code:
        raise taken(asked, "" if record is None else record.standard_code)
    return record_id


def taken(asked: OpenRecord, standard: str) -> RecordKeyIsTaken:
    """Say that another record has the key, and its standard."""
    return RecordKeyIsTaken(channel=asked.channel, external_id=asked.external_id or "", standard=standard)


def record_values(act: Acting, record_id: UUID, asked: OpenRecord, opened: Opened, event: Event) -> dict[str, Any]:
    """Give the row of a record that is opened now by its first event, by column."""
    return {
        "tenant_id": act.tenant_id,
        "network_id": act.network_id,
        "id": record_id,
        "channel": asked.channel,
        "external_id": asked.external_id,
        "standard_code": asked.standard_code,
        "standard_version": opened.holding.version,
        "effective_hash": opened.holding.hash,
        "status": RecordStatus.OPEN.value,
        "priority": asked.priority,
        "site_id": opened.site_id,
        "service_type": asked.service_type,
        "holder_role": opened.role,
        "opened_at": opened.now,
        "step_count": 0,
        "last_step_at": opened.now,
        "recorded_at": event.recorded_at,
        "updated_at": event.recorded_at,
        "version": event.number,
        "event_hash": event.hash,
    }


async def role_of(unit: Unit, asked: OpenRecord, opened: Opened) -> str | None:
    """Say who gets a record: the role that is asked for, else the owner of the first step that may start."""
    if asked.role is not None:
        return asked.role
    known = situation_of(asked, opened.tier, opened.site)
    return first_owner(await process_under(unit, opened.holding.hash), known)


def situation_of(asked: OpenRecord, tier: str | None = None, site: Mapping[str, str] = NOTHING) -> Situation:
    """Say what guards may know of a record that begins.

    Args:
        asked: What it begins with.
        tier: The customer's tier.
        site: Attributes of the site that serves, by name.
    """
    return Situation(
        channel=asked.channel,
        priority=asked.priority or "",
        tier=tier or "",
        service_type=asked.service_type or "",
        site=site,
    )


async def serving_site(unit: Unit, key: str | None) -> SiteFacts | None:
    """Find the site that serves.

    Raises:
        NotFound: The tenant has no such site.
    """
    if key is None:
        return None
    site = await unit.tree.site(unit.network_id, unit.tenant_id, key)
    if site is None:
        raise NotFound(kind="site", key=key)
    return site


def checked(command: OpenRecord) -> OpenRecord:
    """Give a command with its texts as they are stored.

    Raises:
        InvalidInput: A value does not have the form it must have.
    """
    checked_word("channel", command.channel)
    storable("standardCode", command.standard_code)
    external_id = checked_text("externalId", command.external_id)
    priority = checked_rest(command.priority, command.site_key, command.service_type, command.role)
    if external_id is command.external_id and priority == command.priority:
        return command
    return replace(command, external_id=external_id, priority=priority)


@lru_cache(WORDS)
def checked_rest(priority: str | None, site_key: str | None, service_type: str | None, role: str | None) -> str | None:
    """Check what many records begin with alike, and give the priority as it is stored.

    Raises:
        InvalidInput: A value does not have the form it must have.
    """
    kept = checked_text("priority", priority)
    if site_key is not None:
        storable("siteKey", site_key)
    if service_type is not None:
        checked_word("serviceType", service_type)
    if role is not None:
        checked_word("role", role)
    return kept


@lru_cache(WORDS)
def checked_word(field: str, text: str) -> str:
    """Refuse what is no word of a vocabulary."""
    if len(text) > LONGEST or not WORD.fullmatch(text):
        raise InvalidInput(field=field, problem="use lower-case letters, digits and single - or _ between them")
    return text


def checked_text(field: str, text: str | None) -> str | None:
    """Refuse text that cannot be stored and searched; blank text is none."""
    return None if text is None else storable(field, text).strip() or None


def storable(field: str, text: str) -> str:
    """Refuse text that cannot be stored and searched."""
    if len(text) > LONGEST or (not text.isprintable() and CONTROL.search(text)):
        raise InvalidInput(field=field, problem=f"use at most {LONGEST} characters, and no control characters")
    return text
