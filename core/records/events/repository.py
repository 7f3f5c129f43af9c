"""SQL of the streams of events: appended, read in order, and never changed."""

from collections.abc import Sequence
from typing import Final

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
GIVEN: Final = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(KINDS.values(), 3))
ADD: Final = (
    f"INSERT INTO {TABLE} (tenant_id, network_id, {', '.join(KINDS)})"  # noqa: S608 - names of this module alone
    f" SELECT $1::uuid, $2::uuid, given.* FROM unnest({GIVEN}) AS given"
    " ON CONFLICT (tenant_id, id) DO NOTHING RETURNING 1"
)
OF_RECORD: Final = f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE tenant_id = $1 AND record_id = $2 ORDER BY number"  # noqa: S608 - names of this module alone


async def add_events(unit: Unit, events: Sequence[Event]) -> None:
    """Write many events in one statement."""
    columns = [[getattr(event, name) for event in events] for name in KINDS]
    await fetch(unit, ADD, unit.tenant_id, unit.network_id, *columns)
