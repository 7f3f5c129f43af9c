"""Turn what happens to a record into rows of its stream, for use cases that write them with everything else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow
from core.kernel.ids import new_id
from core.kernel.outbox import sent_row
from core.kernel.unit import Acting
from core.records.events.models import RecordEvent
from core.records.events.policy import Event, Happening, Origin, chained

TABLE: Final[str] = RecordEvent.__tablename__
CHANGED = "records.changed"
COLUMNS = tuple(Event.__dataclass_fields__)


def origin_of(act: Acting, recorded_at: datetime | None = None) -> Origin:
    """Tell where the events of a unit come from: its actor, now, or when it is said that they are written."""
    scope = act.scope
    return Origin(
        tenant_id=scope.tenant_id,
        network_id=scope.network_id,
        actor_kind=scope.actor.kind.value,
        actor_id=scope.actor.id,
        on_behalf_of=scope.on_behalf_of,
        recorded_at=recorded_at or recorded_now(),
    )


def first_event(act: Acting, record_id: UUID, happening: Happening, recorded_at: datetime) -> Event:
    """Make the first event of a record."""
    return chained(origin_of(act, recorded_at), record_id, [(new_id(), happening)])[0]


def event_row(event: Event) -> NewRow:
    """Give the row of an event."""
    return NewRow(TABLE, event_values(event))


def event_values(event: Event) -> dict[str, Any]:
    """Give an event by column."""
    return {name: getattr(event, name) for name in COLUMNS}


def changed_row(act: Acting, record_id: UUID, number: int) -> NewRow:
    """Give the row that says that a record was changed, up to its event of that number."""
    return sent_row(act, CHANGED, {"record_id": str(record_id), "number": number})


def told(**facts: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON values are of any kind
    """Give the facts of an event that there are."""
    return {name: value for name, value in facts.items() if value is not None}
