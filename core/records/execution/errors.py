"""Why something cannot be done to a record."""

from datetime import datetime
from typing import ClassVar

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class StepIsDone(DomainError):  # noqa: N818 - errors are facts
    """A step was completed or skipped already.

    Attributes:
        step: Key of the step.
        state: How it ended.
    """

    step: str
    state: str
    code: ClassVar[str] = "records.step_done"

    @property
    def message(self) -> str:
        """Say which step."""
        return f"The step {self.step} is {self.state} already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Start it once more where it may be repeated, or reopen it with a reason."


@fact
class StepIsNotDone(DomainError):  # noqa: N818 - errors are facts
    """A step that has not ended cannot be taken up again.

    Attributes:
        step: Key of the step.
    """

    step: str
    code: ClassVar[str] = "records.step_not_done"

    @property
    def message(self) -> str:
        """Say which step."""
        return f"The step {self.step} was neither completed nor skipped."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Start it, or complete it."


@fact
class StepIsUnderWay(DomainError):  # noqa: N818 - errors are facts
    """Steps were started and have not ended.

    Attributes:
        steps: Their keys.
    """

    steps: tuple[str, ...]
    code: ClassVar[str] = "records.step_under_way"

    @property
    def message(self) -> str:
        """Name the steps."""
        return f"Steps are under way: {', '.join(self.steps)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Complete or skip them first."


@fact
class StepNotReady(DomainError):  # noqa: N818 - errors are facts
    """A step may not start yet, may not be repeated, or does not apply to this record.

    Attributes:
        step: Key of the step.
        ready: Keys of the steps that may start now.
    """

    step: str
    ready: tuple[str, ...]
    code: ClassVar[str] = "records.step_not_ready"

    @property
    def message(self) -> str:
        """Say which step, and which may start."""
        return f"The step {self.step} may not start now; ready are: {', '.join(self.ready) or 'none'}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Do what comes before it, or tell it with addStep where it has happened nevertheless."


@fact
class StepIsRequired(DomainError):  # noqa: N818 - errors are facts
    """A step that the standard requires is not skipped.

    Attributes:
        step: Key of the step.
    """

    step: str
    code: ClassVar[str] = "records.step_required"

    @property
    def message(self) -> str:
        """Say which step."""
        return f"The standard requires the step {self.step}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Do it; where it can never be done, ask for a waiver of the standard."


@fact
class NotReadyForService(DomainError):  # noqa: N818 - errors are facts
    """Something that must be made sure of before service was not confirmed.

    Attributes:
        checks: Keys of what is missing.
    """

    checks: tuple[str, ...]
    code: ClassVar[str] = "records.not_ready_for_service"

    @property
    def message(self) -> str:
        """Name what is missing."""
        return f"Before service begins, make sure of: {', '.join(self.checks)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Name in readiness what was looked at, with the first step that is started."


@fact
class RecordIsNotWaiting(DomainError):  # noqa: N818 - errors are facts
    """A record that does not wait is not resumed.

    Attributes:
        status: Where it stands.
    """

    status: str
    code: ClassVar[str] = "records.not_waiting"

    @property
    def message(self) -> str:
        """Say where it stands."""
        return f"The record does not wait; it is {self.status}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Read it again."


@fact
class RecordIsNotResolved(DomainError):  # noqa: N818 - errors are facts
    """What is confirmed, closed or taken up again was resolved before.

    Attributes:
        status: Where the record stands.
    """

    status: str
    code: ClassVar[str] = "records.not_resolved"

    @property
    def message(self) -> str:
        """Say where it stands."""
        return f"The record is {self.status}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Resolve it first, or read it again."


@fact
class RecordIsConfirmed(DomainError):  # noqa: N818 - errors are facts
    """The customer has confirmed it before."""

    code: ClassVar[str] = "records.already_confirmed"

    @property
    def message(self) -> str:
        """Say so."""
        return "The customer has confirmed this record already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Close it, or reopen it with a reason."


@fact
class DelayIsNoDelay(DomainError):  # noqa: N818 - errors are facts
    """What is promised instead is over already, or no later than what was promised.

    Attributes:
        until: What would be promised instead.
        after: What it must come after.
    """

    until: datetime
    after: datetime
    code: ClassVar[str] = "records.delay_not_later"

    @property
    def message(self) -> str:
        """Say after what it must come."""
        return f"{instant_text(self.until)} is no delay: it must come after {instant_text(self.after)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Give an instant that lies ahead and after the promised one; what is kept in time needs no announcement."


@fact
class StepsHaveNoPlace(DomainError):  # noqa: N818 - errors are facts
    """The other version's process lacks steps that were done or started.

    Attributes:
        steps: Their keys.
        foreseen: The steps of the other version.
    """

    steps: tuple[str, ...]
    foreseen: tuple[str, ...]
    code: ClassVar[str] = "records.steps_have_no_place"

    @property
    def message(self) -> str:
        """Name the steps."""
        return f"The other version has no place for: {', '.join(self.steps)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return f"Say what each is called there; it has: {', '.join(self.foreseen)}."


@fact
class TooManyEvents(DomainError):  # noqa: N818 - errors are facts
    """A record does not grow without end.

    Attributes:
        most: How many events it may have.
    """

    most: int
    code: ClassVar[str] = "records.too_many_events"

    @property
    def message(self) -> str:
        """Say how many."""
        return f"The record has {self.most} events, which is all it may have."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Close it and open a new one."


@fact
class ClockIsTooFarOff(DomainError):  # noqa: N818 - errors are facts
    """A device's clock differs from the server's by more than can be corrected.

    Attributes:
        seconds: By how much it is said to be off.
        most: What can be corrected.
    """

    seconds: int
    most: int
    code: ClassVar[str] = "records.clock_too_far_off"

    @property
    def message(self) -> str:
        """Say by how much."""
        return f"The device's clock is off by {self.seconds} seconds; up to {self.most} are corrected."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Set the device's clock, measure again, and tell what happened with the instants corrected by hand."


@fact
class RuleUndecidable(DomainError):  # noqa: N818 - errors are facts
    """A guard of the process could not be worked out for this record.

    Attributes:
        problem: Which, and why.
    """

    problem: str
    code: ClassVar[str] = "records.guard_failed"

    @property
    def message(self) -> str:
        """Say which and why."""
        return f"A guard of the process cannot be worked out: {self.problem}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Have the standard mended, then migrate the record to its new version."


@fact
class NotReplayable(DomainError):  # noqa: N818 - errors are facts
    """What a device tells is only done in the present: another version is chosen by what holds now."""

    code: ClassVar[str] = "records.not_replayable"

    @property
    def message(self) -> str:
        """Say so."""
        return "A record goes over to another version only now, not in the past that a device tells of."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Send migrateRecord while the device is online."


@fact
class NothingChanged(DomainError):  # noqa: N818 - errors are facts
    """What a device tells is so already, so there is nothing to be told of it."""

    code: ClassVar[str] = "records.nothing_changed"

    @property
    def message(self) -> str:
        """Say so."""
        return "The record is as this would make it already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Nothing needs to be done; read the record again."
