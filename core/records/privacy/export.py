"""Make everything that is held of a customer into one file, sealed by that person's key and kept for a few days."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from core.kernel.audit import record_act
from core.kernel.crypto import Place, seal
from core.kernel.direct import fetch
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.jobs import open_job
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.outbox import send
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.identify import must_be_there
from core.records.customers.repository import contacts_of
from core.records.events.models import RecordEvent
from core.records.events.policy import Event
from core.records.events.repository import read_streams
from core.records.privacy.erase import START
from core.records.privacy.permissions import EXPORT_CUSTOMERS
from core.records.privacy.registry import told_of
from core.records.privacy.repository import records_of
from core.records.privacy.topics import EXPIRE, EXPORT

FORMAT: Final = "touchstone.subject/1"
KEPT: Final = timedelta(days=7)
PAGE: Final = 100
EVENTS: Final[str] = RecordEvent.__tablename__
ADD: Final = """
    INSERT INTO subject_exports (tenant_id, network_id, id, customer_id, job_id, asked_by, asked_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
FIND: Final = """
    SELECT id, customer_id, job_id, asked_at, made_at, expires_at
    FROM subject_exports WHERE tenant_id = $1 AND id = $2"""
PUT: Final = """
    UPDATE subject_exports SET content = $3, size = $4, made_at = $5
    WHERE tenant_id = $1 AND id = $2 AND made_at IS NULL AND expires_at > $5 RETURNING id"""
DROP: Final = "UPDATE subject_exports SET content = NULL WHERE tenant_id = $1 AND id = $2"
CUSTOMER: Final = "SELECT id, name, address, tier, recorded_at FROM customers WHERE tenant_id = $1 AND id = $2"
RECORDS: Final = """
    SELECT id, channel, external_id, standard_code, standard_version, effective_hash, status, priority, service_type,
      opened_at, first_response_at, resolved_at, closed_at
    FROM records WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id"""


@frozen
class Asked:
    """An export that was asked for, and the job that makes it."""

    export_id: UUID
    job_id: UUID


async def export_customer(unit: Unit, customer_id: UUID) -> Asked:
    """Have everything that is held of a customer made into one file.

    Raises:
        NotPermitted: The actor may not have it made.
        NotFound: The tenant has no such customer.
        CustomerIsErased: Nothing is held any more.
    """
    unit.scope.require(EXPORT_CUSTOMERS)
    await must_be_there(unit, customer_id)
    job = await open_job(unit, kind=EXPORT, subject_kind="customer", subject_id=customer_id)
    export_id, until = new_id(), unit.now + KEPT
    by = unit.scope.actor.id
    await fetch(unit, ADD, unit.tenant_id, unit.network_id, export_id, customer_id, job.id, by, unit.now, until)
    await send(unit, EXPORT, {"job_id": job.id, "export_id": export_id})
    await set_timer(unit, EXPIRE, export_id, until)
    details = {"export": export_id}
    await record_act(unit, action="privacy.export", subject_kind="customer", subject_id=customer_id, details=details)
    return Asked(export_id, job.id)


async def read_export(unit: Unit, export_id: UUID) -> Mapping[str, Any]:
    """Read an export, without its content.

    Raises:
        NotFound: There is none.
    """
    rows = await fetch(unit, FIND, unit.tenant_id, export_id)
    if not rows:
        raise NotFound(kind="export", key=str(export_id))
    return rows[0]


async def keep_export(unit: Unit, ring: KeyRing, export: Mapping[str, Any], text: str) -> None:
    """Keep the file, sealed by the person's key; one that was made before stays.

    Raises:
        CustomerIsErased: The customer was erased meanwhile.
    """
    await must_be_there(unit, export["customer_id"])
    key = await ring.known_person_key(export["customer_id"])
    sealed = seal(key, text, Place("subject_exports", "content", export["id"]))
    await fetch(unit, PUT, unit.tenant_id, export["id"], sealed, len(text.encode()), unit.now)


async def expire(unit: Unit, export_id: UUID) -> None:
    """Delete a file."""
    await fetch(unit, DROP, unit.tenant_id, export_id)


async def written(unit: Unit, ring: KeyRing, export: Mapping[str, Any]) -> str:
    """Write down everything that is held of a customer, as one JSON text.

    Raises:
        CustomerIsErased: Nothing is held any more.
    """
    customer_id: UUID = export["customer_id"]
    records: list[Mapping[str, object]] = []
    after = START
    while page := await records_of(unit, customer_id, after, PAGE):
        records += await records_told(unit, ring, page)
        after = page[-1]
    told = {
        "format": FORMAT,
        "made": export["asked_at"],
        "customer": await customer_told(unit, ring, customer_id),
        "records": records,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode() + "\n"


async def customer_told(unit: Unit, ring: KeyRing, customer_id: UUID) -> Mapping[str, object]:
    """Tell what is kept of the person."""
    (row,) = await fetch(unit, CUSTOMER, unit.tenant_id, customer_id)
    try:
        columns = {
            name: None if row[name] is None else await ring.open(row[name], Place("customers", name, customer_id))
            for name in ("name", "address")
        }
        contacts = [
            {
                "kind": one["kind"],
                "address": await ring.open(one["contact"], Place("customer_keys", "contact", one["id"])),
                "recordedAt": one["recorded_at"],
            }
            for one in await contacts_of(unit, customer_id)
        ]
    except KeyIsErased as erased:
        raise CustomerIsErased from erased
    return {
        "id": str(customer_id),
        **columns,
        "tier": row["tier"],
        "recordedAt": row["recorded_at"],
        "contacts": contacts,
    }


async def records_told(unit: Unit, ring: KeyRing, page: Sequence[UUID]) -> list[Mapping[str, object]]:
    """Tell some records: what they are, all that happened, and what other features keep of them."""
    streams, sections = await read_streams(unit, page), await told_of(unit, page)
    found: list[Mapping[str, object]] = []
    for row in await fetch(unit, RECORDS, unit.tenant_id, list(page)):
        facts = {camel(name): value for name, value in row.items() if name != "id"}
        events = [await event_told(ring, one) for one in streams.get(row["id"], ())]
        others = {name: section.get(row["id"], []) for name, section in sections.items()}
        found.append({"id": str(row["id"]), **facts, "events": events, **others})
    return found


async def event_told(ring: KeyRing, event: Event) -> Mapping[str, object]:
    """Tell an event, with its personal text in clear."""
    try:
        note = None if event.sealed is None else await ring.open(event.sealed, Place(EVENTS, "sealed", event.id))
    except KeyIsErased:
        note = None
    return {
        "number": event.number,
        "kind": event.kind,
        "occurredAt": event.occurred_at,
        "recordedAt": event.recorded_at,
        "facts": orjson.loads(event.payload),
        "note": note,
    }


def camel(name: str) -> str:
    """Write a column's name as the API does."""
    first, *rest = name.split("_")
    return first + "".join(one.capitalize() for one in rest)
