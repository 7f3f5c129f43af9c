"""The events of imported records: a case of a log is one act of one import, so it is one event, with its steps."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.events.policy import Event, EventKind, Happening, chained
from core.records.events.writing import origin_of, told
from core.records.mappings.drafting import RecordDraft
from core.records.pinning import Pin, Wanted


def imported_events(
    unit: Unit,
    chunk_id: UUID,
    written: Mapping[UUID, RecordDraft],
    pins: Mapping[Wanted, Pin],
    steps: Mapping[str, Sequence[Any]],
    recorded_at: datetime,
) -> list[Event]:
    """Make the one event of each record of a chunk.

    Args:
        unit: The transaction.
        chunk_id: The chunk.
        written: The drafts by the ids of their records.
        pins: What records pin.
        steps: The rows of all steps, one sequence per column, record after record; performers have lost their names.
        recorded_at: When all of it is written.
    """
    origin = origin_of(unit, recorded_at)
    instants: Sequence[datetime] = steps["occurred_at"]
    lines = list(
        zip(steps["key"], steps["status"], map(short_instant, instants), steps["performer_pseudonym"], strict=True)
    )
    events: list[Event] = []
    begin = 0
    for record_id, draft in written.items():
        end = begin + len(draft.steps)
        pin = pins[draft.standard_code, draft.opened_at]
        facts = told(
            channel=draft.channel,
            externalId=draft.external_id,
            standard=draft.standard_code,
            standardVersion=pin.version,
            effectiveHash=pin.hash,
            priority=draft.priority,
            firstResponseAt=short_or_none(draft.first_response_at),
            resolvedAt=short_or_none(draft.resolved_at),
            closedAt=short_or_none(draft.closed_at),
            toldDueAt=short_or_none(draft.told_due_at),
            chunk=str(chunk_id),
            position=draft.position,
            steps=lines[begin:end],
        )
        happening = Happening(kind=EventKind.IMPORTED, occurred_at=draft.opened_at, facts=facts)
        events += chained(origin, record_id, [(new_id(), happening)])
        begin = end
    return events


def short_or_none(instant: datetime | None) -> str | None:
    """Write an instant where there is one."""
    return None if instant is None else short_instant(instant)


def short_instant(instant: datetime) -> str:
    """Write an instant as :func:`core.kernel.canonical.instant_text` does, at a fraction of its cost."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
