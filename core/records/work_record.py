"""Work on an open record: add the steps its standard foresees, and resolve it once the required ones are done."""

from datetime import datetime
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.execution.act import act
from core.records.execution.commands import Resolve, TellStep
from core.records.open_record import checked_text
from core.records.permissions import WORK_RECORDS


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class ResolveRecord:
    """A record whose request is met.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
    """

    record_id: UUID
    expected_version: int


async def add_record_step(unit: Unit, command: AddStep) -> UUID:
    """Add a step to an open record, whatever came before it, and have it scored again.

    Returns:
        The record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        RecordIsNotOpen: It waits, is resolved or closed.
        StepNotForeseen: The process of its standard has no such step.
        StepIsDone: It was done, and may be done once only.
        StepOutOfTime: The step lies before the latest one, or in the future.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(WORK_RECORDS)
    step = TellStep(
        key=checked_key(command.key),
        status=checked_text("status", command.status),
        answers_customer=command.answers_customer,
    )
    return await act(unit, command.record_id, command.expected_version, step, at=command.occurred_at)


async def resolve_record(unit: Unit, command: ResolveRecord) -> UUID:
    """Resolve a record now, and have it scored.

    Returns:
        The record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        RecordIsNotOpen: It is resolved or closed.
        RequiredStepsMissing: The process of its standard requires steps that were not done.
        StepIsUnderWay: A step was started and has not ended.
        StepOutOfTime: Its latest step lies in the future.
    """
    return await act(unit, command.record_id, command.expected_version, Resolve())


def checked_key(key: str) -> str:
    """Refuse a name of a step that cannot be one.

    Raises:
        InvalidInput: It is empty, too long or has blanks around it.
    """
    if checked_text("key", key) != key:
        raise InvalidInput(field="key", problem="name the step, without blanks around it")
    return key
