"""What a record is after its events: the state that the fold makes and the rows beside the stream keep."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from core.records.policy import RecordStatus
from core.standards.policy.process import Proof, ProofPlace


class StepStatus(StrEnum):
    """Where one occurrence of a step stands."""

    STARTED = "started"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class WaitingFor(StrEnum):
    """Whose turn it is while a record waits."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PARTNER = "partner"


class StepState(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a step.

    Attributes:
        key: Which step, as the process named it when this happened.
        position: Its place among all occurrences, from 1.
        round: Which occurrence of this key it is, from 1.
        state: Where it stands.
        occurred_at: When it was completed or skipped; of one that is under way, when it was started.
        recorded_at: When its first event was written.
        started_at: When it was started, where that was told.
        status: What became of it, in the channel's own words.
        reason_code: Why it was skipped or taken up again.
        performer_id: Who did it.
        performer_pseudonym: Who did it, where a log names somebody.
        counts_as: Which step of the present standard it stands for, where it had another name.
        begun_by: Number of the event that told of it first.
        told_by: Number of the event that told of it last.
    """

    key: str
    position: int
    round: int
    state: StepStatus
    occurred_at: datetime
    recorded_at: datetime
    started_at: datetime | None = None
    status: str | None = None
    reason_code: str | None = None
    performer_id: UUID | None = None
    performer_pseudonym: str | None = None
    counts_as: str | None = None
    begun_by: int = 1
    told_by: int = 1

    @property
    def name(self) -> str:
        """What the present standard calls it."""
        return self.counts_as or self.key


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What a record waits for: for whom, since when, why as a word."""

    whom: WaitingFor
    since: datetime
    reason_code: str | None = None


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which a record waited, half-open, attributed to whoever it waited for."""

    whom: WaitingFor
    since: datetime
    until: datetime
    reason_code: str | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A further contact: the way in, what the channel calls it, the site and when."""

    position: int
    channel: str
    occurred_at: datetime
    recorded_at: datetime
    external_id: str | None = None
    site_id: UUID | None = None


class EvidenceState(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence.

    Attributes:
        id: The piece.
        position: Its place among all evidence of the record, from 1.
        step: The step it is to prove, as the process named it when it was given.
        round: Which occurrence of that step, from 1.
        asked: Which evidence of the step it is, by the key of its contract; empty where the process has no steps.
        kind: What it is.
        media_type: In what form.
        size: Its length in bytes.
        content: A keyed hash of it, in hexadecimal.
        blob: SHA-256 of what is stored of it, in hexadecimal.
        taken_at: When it was taken, as its giver says.
        given_at: When it was given.
        recorded_at: When that was written.
        given_by: Who gave it.
        given_by_person: Whether that is a person.
        place: Where it was taken, as its giver says.
        confirmed_by: The other person who confirmed it.
        confirmed_at: When.
        withdrawn_at: When it was taken back.
        withdrawn_code: Why, as a word.
        counts_as: Which step of the present standard it stands for, where that has another name.
    """

    id: UUID
    position: int
    step: str
    round: int
    asked: str
    kind: Proof
    media_type: str
    size: int
    content: str
    blob: str
    taken_at: datetime
    given_at: datetime
    recorded_at: datetime
    given_by: UUID
    given_by_person: bool
    place: ProofPlace | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_code: str | None = None
    counts_as: str | None = None

    @property
    def name(self) -> str:
        """What the present standard calls the step."""
        return self.counts_as or self.step

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.withdrawn_at is None


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """A delay that the customer was told of; why, and what there is instead, is sealed in its event.

    Attributes:
        number: Number of the event.
        announced_at: When it was told.
        until: What is promised instead.
        reason_code: Why, as a word.
        step: The step that it is about, as the process named it then.
    """

    number: int
    announced_at: datetime
    until: datetime
    reason_code: str
    step: str | None = None


class PriorityAt(msgspec.Struct, frozen=True, kw_only=True):
    """The priority from an instant on."""

    at: datetime
    priority: str | None


class ContextAt(msgspec.Struct, frozen=True, kw_only=True):
    """What guards and variants may know of a record from an instant on, as its events tell it.

    Attributes:
        at: The instant.
        tier: The customer's tier when the record came to know that person.
        site: Attributes of the serving site, by name, when the record came there.
    """

    at: datetime
    tier: str | None = None
    site: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which a record counted as resolved, told by an event: until it was taken up again, where it was."""

    at: datetime
    reopened_at: datetime | None = None
    number: int = 1


class RecordState(msgspec.Struct, frozen=True, kw_only=True):
    """A record after its events.

    Attributes:
        channel: The way in.
        external_id: What the channel calls it.
        standard_code: The standard it is executed under.
        standard_version: The published version of that.
        effective_hash: The effective document it pins.
        opened_at: When it began.
        opened_recorded_at: When its first event was written.
        recorded_at: When its last event was written.
        last_at: The latest instant at which anything happened to it.
        settled_at: When its course was last changed: opened, resolved, closed, reopened or migrated.
        head: Number of its last event.
        hash: Hash of its last event.
        status: Where it stands.
        priority: How urgent it is.
        site_id: The site that serves.
        service_type: What kind of service it is.
        first_response_at: When the customer first got an answer.
        resolved_at: When it was resolved, where that holds.
        confirmed_at: When the customer confirmed it.
        closed_at: When it was closed.
        reopened_count: How often it was taken up again.
        waiting: What it waits for.
        holder_id: The person who has it.
        holder_role: The role or line that has it.
        readiness: What was made sure of before service.
        steps: Every occurrence of a step.
        contacts: Further contacts.
        pauses: Times in which it waited, oldest first.
        priorities: Every priority it had, oldest first.
        contexts: What guards and variants may know of its customer and site, oldest first.
        resolutions: Every time it was resolved, oldest first.
        evidence: Every piece of evidence, those that were taken back among them, oldest first.
        delays: Every delay that was announced, oldest first.
        told_due_at: When the log that brought it says that it is due.
        customer_id: The customer it is about.
        chunk_id: The chunk of an import that brought it.
        import_position: Its position in that log.
    """

    channel: str
    external_id: str
    standard_code: str
    standard_version: str
    effective_hash: str
    opened_at: datetime
    opened_recorded_at: datetime
    recorded_at: datetime
    last_at: datetime
    settled_at: datetime
    head: int
    hash: bytes
    status: RecordStatus = RecordStatus.OPEN
    priority: str | None = None
    site_id: UUID | None = None
    service_type: str | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    confirmed_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_count: int = 0
    waiting: Waiting | None = None
    holder_id: UUID | None = None
    holder_role: str | None = None
    readiness: tuple[str, ...] = ()
    steps: tuple[StepState, ...] = ()
    contacts: tuple[Contact, ...] = ()
    pauses: tuple[Pause, ...] = ()
    priorities: tuple[PriorityAt, ...] = ()
    contexts: tuple[ContextAt, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    evidence: tuple[EvidenceState, ...] = ()
    delays: tuple[Delay, ...] = ()
    told_due_at: datetime | None = None
    customer_id: UUID | None = None
    chunk_id: UUID | None = None
    import_position: int | None = None

    @property
    def context(self) -> ContextAt:
        """What is known of its customer and site now."""
        return self.contexts[-1] if self.contexts else ContextAt(at=self.opened_at)

    def context_at(self, at: datetime) -> ContextAt:
        """Give what was known of its customer and site at an instant; what was known first, before that."""
        known = [one for one in self.contexts if one.at <= at] or self.contexts[:1]
        return known[-1] if known else ContextAt(at=self.opened_at)

    def under_way(self, key: str) -> StepState | None:
        """Give the occurrence of a step that was started and has not ended."""
        found = (one for one in self.steps if one.name == key and one.state is StepStatus.STARTED)
        return next(found, None)

    def occurrence(self, key: str, round_: int) -> StepState | None:
        """Give one occurrence of a step."""
        return next((one for one in self.steps if one.name == key and one.round == round_), None)

    def piece(self, id_: UUID) -> EvidenceState | None:
        """Give a piece of evidence."""
        return next((one for one in self.evidence if one.id == id_), None)

    def last_of(self, key: str) -> StepState | None:
        """Give the latest occurrence of a step."""
        return next((one for one in reversed(self.steps) if one.name == key), None)

    @property
    def done(self) -> frozenset[str]:
        """The steps whose latest occurrence is completed."""
        return self._latest(StepStatus.COMPLETED)

    @property
    def skipped(self) -> frozenset[str]:
        """The steps whose latest occurrence was skipped."""
        return self._latest(StepStatus.SKIPPED)

    def _latest(self, state: StepStatus) -> frozenset[str]:
        latest = {one.name: one.state for one in self.steps}
        return frozenset(key for key, one in latest.items() if one is state)
