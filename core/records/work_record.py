"""Work on an open record: add the steps its standard foresees, and resolve it once the required ones are done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.direct import write
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.errors import RecordIsNotOpen, RequiredStepsMissing, StepNotForeseen, StepOutOfTime
from core.records.events.policy import EventKind, Happening, Head
from core.records.events.writing import changed_row, event_row, events_of, told
from core.records.models import Record, RecordStep
from core.records.open_record import checked_text
from core.records.order_score import score_rows
from core.records.permissions import WORK_RECORDS
from core.records.policy import RecordStatus, elapsed_seconds
from core.records.repository.records import add_step, lock_record, save_record, step_keys
from core.standards.policy.process import ProcessStep
from core.standards.resolve import pinned_views


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStep:
    """A step that was done.

    Attributes:
        record_id: The record.
        expected_version: The record's version as it was read.
        key: Which step, as the process of the standard names it.
        status: What became of it.
        occurred_at: When it happened; now by default.
        answers_customer: Whether the customer got an answer with it; the first such step is the first response.
    """

    record_id: UUID
    expected_version: int
    key: str
    status: str | None = None
    occurred_at: datetime | None = None
    answers_customer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRecord:
    """A record whose request is met.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
    """

    record_id: UUID
    expected_version: int


async def add_record_step(unit: Unit, command: AddStep) -> UUID:
    """Add a step to an open record, and have it scored again.

    Returns:
        The record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        RecordIsNotOpen: It is resolved or closed.
        StepNotForeseen: The process of its standard has no such step.
        StepOutOfTime: The step lies before the latest one, or in the future.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(WORK_RECORDS)
    record = await open_for_work(unit, command.record_id, command.expected_version)
    await check_foreseen(unit, record, command.key)
    step = step_of(unit, record, command, happened_at(unit, record, command.occurred_at))
    record.step_count, record.last_step_at = step.position, step.occurred_at
    answers = command.answers_customer or None
    if answers and record.first_response_at is None:
        record.first_response_at = step.occurred_at
        record.first_response_seconds = elapsed_seconds(record.opened_at, step.occurred_at)
    facts = told(step=step.key, status=step.status, answersCustomer=answers)
    await append(unit, record, Happening(kind=EventKind.STEP_COMPLETED, occurred_at=step.occurred_at, facts=facts))
    await add_step(unit, record, step)
    return record.id


async def resolve_record(unit: Unit, command: ResolveRecord) -> UUID:
    """Resolve an open record now, and have it scored.

    Returns:
        The record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        RecordIsNotOpen: It is resolved or closed.
        RequiredStepsMissing: The process of its standard requires steps that were not done.
        StepOutOfTime: Its latest step lies in the future.
    """
    unit.scope.require(WORK_RECORDS)
    record = await open_for_work(unit, command.record_id, command.expected_version)
    done = await step_keys(unit, record.id)
    missing = [step.key for step in await process_of(unit, record) if step.required and step.key not in done]
    if missing:
        raise RequiredStepsMissing(steps=tuple(missing))
    record.resolved_at = happened_at(unit, record, None)
    record.resolution_seconds = elapsed_seconds(record.opened_at, record.resolved_at)
    record.status = RecordStatus.RESOLVED.value
    await append(unit, record, Happening(kind=EventKind.RESOLVED, occurred_at=record.resolved_at))
    await save_record(unit, record)
    return record.id


async def open_for_work(unit: Unit, record_id: UUID, expected_version: int) -> Record:
    """Lock a record that is open and as the caller read it."""
    record = await lock_record(unit, record_id)
    if record is None:
        raise NotFound(kind="record", key=str(record_id))
    if record.version != expected_version:
        raise StaleEdit(kind="record", expected=expected_version, actual=record.version)
    if record.status != RecordStatus.OPEN:
        raise RecordIsNotOpen(status=record.status)
    return record


async def check_foreseen(unit: Unit, record: Record, key: str) -> None:
    """Refuse a step that the record's process does not have; where it has no process, any step may be added."""
    foreseen = [step.key for step in await process_of(unit, record)]
    if foreseen and key not in foreseen:
        raise StepNotForeseen(step=key, foreseen=tuple(foreseen))
    if checked_text("key", key) != key:
        raise InvalidInput(field="key", problem="name the step, without blanks around it")


async def process_of(unit: Unit, record: Record) -> list[ProcessStep]:
    """List the steps that the record's pinned standard foresees, in order; none where it has no process."""
    views = await pinned_views(unit, [record.effective_hash])
    return [step for view in views.values() for step in view.process.steps.values()]


def happened_at(unit: Unit, record: Record, said: datetime | None) -> datetime:
    """Give when something happened, refusing what lies before the record's latest step or in the future."""
    if said is not None and said.tzinfo is None:
        raise InvalidInput(field="occurredAt", problem="an instant needs a zone")
    instant = said or unit.now
    if not record.last_step_at <= instant <= unit.now:
        raise StepOutOfTime(earliest=record.last_step_at, latest=unit.now)
    return instant


def step_of(unit: Unit, record: Record, command: AddStep, occurred_at: datetime) -> RecordStep:
    """Make the row of a step that comes after all others."""
    return RecordStep(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        record_id=record.id,
        position=record.step_count + 1,
        key=command.key,
        status=checked_text("status", command.status),
        occurred_at=occurred_at,
        performer_id=unit.scope.actor.id,
        recorded_at=recorded_now(),
    )


async def append(unit: Unit, record: Record, happening: Happening) -> None:
    """Write what happens to a locked record behind its last event, and have it scored and looked at."""
    (event,) = events_of(unit, record.id, [happening], Head(record.version, record.event_hash))
    record.version, record.event_hash, record.updated_at = event.number, event.hash, event.recorded_at
    await write(unit, event_row(event), changed_row(unit, record.id, event.number), *score_rows(unit, record.id))
