"""SQL of the streams of events: appended, read in order, and never changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.columns import Columns, bulk_insert
from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.events.policy import Event
from core.records.events.writing import COLUMNS, TABLE

KINDS: Final = {
    "id": "uuid",
    "record_id": "uuid",
    "number": "integer",
    "kind": "text",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "actor_kind": "text",
    "actor_id": "uuid",
    "on_behalf_of": "uuid",
    "client_id": "uuid",
    "device_at": "timestamptz",
    "payload": "text",
    "sealed": "bytea",
    "previous": "bytea",
    "hash": "bytea",
}
"""The columns that differ from event to event, with their types."""
GIVEN: Final = Columns(kinds=KINDS, by_driver=frozenset({"payload", "sealed", "previous", "hash"}))
ADD: Final = bulk_insert(TABLE, GIVEN)
OF_RECORD: Final = f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE tenant_id = $1 AND record_id = $2 ORDER BY number"  # noqa: S608 - names of this module alone

OF_RECORDS: Final = f"""SELECT {", ".join(COLUMNS)} FROM {TABLE}
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) ORDER BY record_id, number"""  # noqa: S608 - names of this module alone


BURIED: Final = """
    SELECT id, payload_hash, sealed_hash FROM event_tombstones WHERE tenant_id = $1 AND id = ANY($2::uuid[])"""

Hashes = tuple[bytes, bytes | None]
"""What is left of an event whose content was removed: SHA-256 of its payload and of its personal part."""


async def buried_hashes(unit: Unit, event_ids: Sequence[UUID]) -> dict[UUID, Hashes]:
    """Give what is left of events whose content was removed."""
    found = await fetch(unit, BURIED, unit.tenant_id, list(event_ids))
    return {row["id"]: (row["payload_hash"], row["sealed_hash"]) for row in found}


async def add_events(unit: Unit, events: Sequence[Event]) -> None:
    """Write many events in one statement."""
    await fetch(unit, ADD, unit.tenant_id, unit.network_id, *sent(events))


def sent(events: Sequence[Event]) -> list[object]:
    """Give what ``ADD`` takes behind tenant and network."""
    return GIVEN.sent({name: [getattr(event, name) for event in events] for name in KINDS})


async def read_stream(unit: Unit, record_id: UUID) -> list[Event]:
    """Read a record's events, in order."""
    return [event_of(row) for row in await fetch(unit, OF_RECORD, unit.tenant_id, record_id)]


async def read_streams(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, list[Event]]:
    """Read the events of some records, each in order."""
    found: dict[UUID, list[Event]] = defaultdict(list)
    for row in await fetch(unit, OF_RECORDS, unit.tenant_id, list(record_ids)):
        found[row["record_id"]].append(event_of(row))
    return found


def event_of(row: Mapping[str, Any]) -> Event:
    """Make an event of a row."""
    return Event(**{name: row[name] for name in COLUMNS})
