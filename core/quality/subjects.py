"""SQL that reads what is scored: records with their steps, and the versions their limits come from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from touchstone_sdk import RecordView, StepView

from core.kernel.unit import Unit
from core.records.models import Record, RecordStep
from core.standards.models import PublishedVersion


@dataclass(frozen=True, slots=True)
class Subject:
    """A record to be scored, and what of it scoring rules may see."""

    record: Record
    view: RecordView


async def subjects_of_chunk(unit: Unit, chunk_id: UUID) -> list[Subject]:
    """Read the records that one chunk of an import brought in."""
    where = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.import_chunk_id) == chunk_id)
    return await with_steps(unit, (await unit.session.execute(where)).scalars().all())


async def subject(unit: Unit, record_id: UUID) -> list[Subject]:
    """Read one record; empty where there is none."""
    where = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.id) == record_id)
    return await with_steps(unit, (await unit.session.execute(where)).scalars().all())


async def with_steps(unit: Unit, records: Sequence[Record]) -> list[Subject]:
    """Read the steps of records, in one statement."""
    chosen = (
        select(RecordStep.record_id, RecordStep.key, RecordStep.status, RecordStep.occurred_at)
        .where(
            col(RecordStep.tenant_id) == unit.tenant_id,
            col(RecordStep.record_id).in_([record.id for record in records]),
        )
        .order_by(col(RecordStep.record_id), col(RecordStep.position))
    )
    steps: dict[UUID, list[StepView]] = defaultdict(list)
    for record_id, key, status, occurred_at in await unit.session.execute(chosen):
        steps[record_id].append(StepView(key=key, status=status or "", occurred_at=occurred_at))
    return [Subject(record, view_of(record, steps[record.id])) for record in records]


def view_of(record: Record, steps: Sequence[StepView]) -> RecordView:
    """Show a record the way scoring rules see it: nothing in it names a person."""
    return RecordView(
        id=record.id,
        standard_code=record.standard_code,
        opened_at=record.opened_at,
        resolved_at=record.resolved_at,
        closed_at=record.closed_at,
        channel=record.channel,
        priority=record.priority,
        steps=tuple(steps),
    )


async def published_texts(unit: Unit, hashes: Sequence[str]) -> dict[str, str]:
    """Read published versions of the network, by hash."""
    chosen = select(PublishedVersion.hash, PublishedVersion.document).where(
        col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.hash).in_(hashes)
    )
    return {row.hash: row.document for row in await unit.session.execute(chosen)}
