"""Announce to the customer ahead that a record takes longer, with the reason and what there is instead."""

from dataclasses import field
from datetime import datetime
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.execution.act import Work, moment_of, take_up
from core.records.execution.commands import AnnounceDelay as Announcing
from core.records.execution.private import Sealer
from core.records.links.promised import promised_by, standard_of
from core.records.links.texts import joined
from core.records.open_record import checked_word
from core.records.work_record import checked_key


@frozen(kw_only=True)
class AnnounceDelay:
    """What the customer is told.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        until: What is promised instead.
        reason_code: Why, as a word that can be counted.
        reason: Why, in words for the customer.
        alternative: What the customer may have or do instead, likewise.
        step: The step that it is about.
        occurred_at: When it was announced; now by default.
    """

    record_id: UUID
    expected_version: int
    until: datetime
    reason_code: str
    reason: str = field(repr=False)
    alternative: str = field(repr=False)
    step: str | None = None
    occurred_at: datetime | None = None


async def announce_delay(unit: Unit, asked: AnnounceDelay, sealer: Sealer) -> UUID:
    """Announce a delay.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        ContentIsRemoved: Its time was over.
        StaleEdit: It was changed since it was read.
        InvalidInput: A text is missing or too long, or an instant has no zone.
        RecordIsNotOpen: The record is resolved or closed.
        StepNotForeseen: The process has no such step.
        DelayIsNoDelay: What is promised instead is over, or no later than what was promised.
        CustomerIsErased: The customer was erased, and nobody is to be told anything.
    """
    work = await take_up(unit, asked.record_id, asked.expected_version)
    command = await announcing(work, asked)
    await work.append(work.decide(command, moment_of(unit, asked.occurred_at)), sealer)
    await work.save()
    return asked.record_id


async def announcing(work: Work, asked: AnnounceDelay) -> Announcing:
    """Give the command that announces a delay, held against what is promised; see :func:`announce_delay`."""
    if asked.until.tzinfo is None:
        raise InvalidInput(field="until", problem="an instant needs a zone")
    code, private = checked_word("reasonCode", asked.reason_code), joined(asked.reason, asked.alternative)
    step = None if asked.step is None else checked_key(asked.step)
    standard = await standard_of(work.unit, work.state)
    promised = await promised_by(work.unit, asked.record_id, work.state, standard)
    return Announcing(until=asked.until, reason_code=code, promised=promised, step=step, reason=private)
