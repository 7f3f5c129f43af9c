"""Do something to a record: its stream is locked and folded, the command decided, what happens appended and kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Acting, Unit
from core.records.errors import ContentIsRemoved
from core.records.events.fold import all_applied, fold
from core.records.events.policy import Event, Happening, Head, chained
from core.records.events.state import RecordState
from core.records.events.writing import changed_row, event_row, origin_of
from core.records.execution.commands import Command
from core.records.execution.errors import TooManyEvents
from core.records.execution.kept import kept_of
from core.records.execution.policy import Moment, decide
from core.records.execution.private import Sealer, sealed
from core.records.execution.processes import process_under
from core.records.execution.repository import lock_stream, save
from core.records.order_score import score_rows
from core.records.permissions import WORK_RECORDS
from core.records.terms.keep import tell_terms, texts_of
from core.standards.policy.process_running import Process

MOST_EVENTS: Final = 10_000
"""Events of one record; its state is folded from all of them with each change."""


@dataclass(slots=True)
class Work:
    """A record that is worked on: locked, folded, and what has happened to it in this unit.

    Attributes:
        unit: The transaction.
        record_id: The record.
        before: Its state when it was locked.
        state: Its state now.
        process: The process it is executed under.
        events: What is to be written yet.
        texts: What of it the record shall be found by.
        ring: The keys that hide that.
    """

    unit: Unit
    record_id: UUID
    before: RecordState
    state: RecordState
    process: Process
    events: list[Event] = field(default_factory=list[Event])
    texts: list[str] = field(default_factory=list[str])
    ring: KeyRing | None = None

    def decide(self, command: Command, moment: Moment) -> tuple[Happening, ...]:
        """Decide a command on the state as it is now; see :func:`core.records.execution.policy.decide`."""
        return decide(self.state, command, self.process, moment)

    async def append(self, happenings: Sequence[Happening], sealer: Sealer | None) -> None:
        """Put happenings behind the last event."""
        if self.state.head + len(happenings) > MOST_EVENTS:
            raise TooManyEvents(most=MOST_EVENTS)
        origin = origin_of(self.unit)
        named = await sealed(happenings, None if sealer is None else sealer.of(self.state.customer_id))
        if sealer is not None:
            self.texts += [text for one in happenings for text in texts_of(one.kind, one.facts, one.private)]
            self.ring = sealer.ring
        events = chained(origin, self.record_id, named, Head(self.state.head, self.state.hash))
        self.state = all_applied(self.state, events)
        self.events += events

    async def save(self) -> None:
        """Write what has happened, have it scored and say that the record was changed."""
        if not self.events:
            return
        rows = [event_row(one) for one in self.events]
        rows += [changed_row(self.unit, self.record_id, self.state.head), *score_rows(self.unit, self.record_id)]
        await save(self.unit, self.record_id, kept_of(self.before), kept_of(self.state), rows)
        if self.texts and self.ring is not None:
            await tell_terms(self.unit, self.ring, self.record_id, self.state.opened_at, self.texts)


async def act(
    unit: Unit,
    record_id: UUID,
    expected_version: int,
    command: Command,
    *,
    at: datetime | None = None,
    sealer: Sealer | None = None,
) -> UUID:
    """Do something to a record.

    Args:
        unit: The transaction.
        record_id: The record.
        expected_version: Its version as it was read: the number of its last event.
        command: What is to be done.
        at: When it happened; now by default.
        sealer: Seals what is personal of it.

    Returns:
        The record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        DomainError: What the command's own rule refuses.
    """
    work = await take_up(unit, record_id, expected_version)
    happenings = work.decide(command, moment_of(unit, at))
    await work.append(happenings, sealer)
    await work.save()
    return record_id


async def take_up(unit: Unit, record_id: UUID, expected_version: int | None) -> Work:
    """Lock a record that is as the caller read it.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        ContentIsRemoved: Its time was over.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(WORK_RECORDS)
    stream = await lock_stream(unit, record_id)
    if not stream:
        raise NotFound(kind="record", key=str(record_id))
    if stream[0].is_removed:
        raise ContentIsRemoved
    state = fold(stream)
    if expected_version is not None and state.head != expected_version:
        raise StaleEdit(kind="record", expected=expected_version, actual=state.head)
    process = await process_under(unit, state.effective_hash)
    return Work(unit, record_id, state, state, process)


def moment_of(unit: Acting, at: datetime | None) -> Moment:
    """Say when something happens.

    Raises:
        InvalidInput: The instant has no zone.
    """
    if at is not None and at.tzinfo is None:
        raise InvalidInput(field="occurredAt", problem="an instant needs a zone")
    now = unit.now
    return Moment(now=now, at=now if at is None else at)
