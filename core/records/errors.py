"""Refusals of the records feature that stop an operation; what refuses a single trace is a ``RefusalCode``."""

from datetime import datetime
from typing import ClassVar

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen


@fact
class LogUnreadable(DomainError):  # noqa: N818 - errors are facts
    """A log cannot be read, or not beyond a place."""

    file: str
    problem: str
    code: ClassVar[str] = "records.log_unreadable"

    @property
    def message(self) -> str:
        """Say what cannot be read and why."""
        return f"The log {self.file} cannot be read: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check that it is a complete XES, CSV or NDJSON file, plain or gzip, as its mapping says."


@fact
class LogUnsafe(DomainError):  # noqa: N818 - errors are facts
    """A log uses XML features that only attacks need."""

    file: str
    problem: str
    code: ClassVar[str] = "records.xml_unsafe"

    @property
    def message(self) -> str:
        """Say which feature was found."""
        return f"The log {self.file} was refused: {self.problem}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Export the log without document type, entities and excessive nesting; XES needs none of them."


@fact
class LogTooLarge(DomainError):  # noqa: N818 - errors are facts
    """A log exceeds a bound of the reader."""

    file: str
    problem: str
    code: ClassVar[str] = "records.log_too_large"

    @property
    def message(self) -> str:
        """Say which bound was exceeded."""
        return f"The log {self.file} was refused: {self.problem}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Split the log, or export it again without the oversize part."


@fact
class MappingInvalid(DomainError):  # noqa: N818 - errors are facts
    """A mapping does not follow its schema; each problem names the path of the value it is about."""

    file: str
    problems: tuple[str, ...]
    code: ClassVar[str] = "records.mapping_invalid"

    @property
    def message(self) -> str:
        """List the problems."""
        return f"The mapping {self.file} is not valid: {'; '.join(self.problems)}."

    @property
    def hint(self) -> str:
        """Say where the schema is."""
        return "Correct the named paths; core/records/mappings/README.md describes every key."


@fact
class MappingUnknown(DomainError):  # noqa: N818 - errors are facts
    """No mapping that comes with the product has a name, and no file does."""

    name: str
    shipped: tuple[str, ...]
    code: ClassVar[str] = "records.mapping_unknown"

    @property
    def message(self) -> str:
        """Name what was asked for."""
        return f"There is no mapping {self.name}."

    @property
    def hint(self) -> str:
        """Name those that there are."""
        return f"Name a mapping file, or one that is shipped: {', '.join(self.shipped)}."


@fact
class ColumnsMissing(DomainError):  # noqa: N818 - errors are facts
    """A table lacks columns that its mapping reads."""

    file: str
    columns: tuple[str, ...]
    code: ClassVar[str] = "records.columns_missing"

    @property
    def message(self) -> str:
        """Name the columns."""
        return f"The log {self.file} lacks columns that the mapping reads: {', '.join(self.columns)}."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Correct the mapping or the header of the log; names are compared exactly."


@fact
class RecordKeyIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Another record of the tenant has this external id in this channel, under another standard.

    Attributes:
        channel: The channel.
        external_id: What the channel calls the record.
        standard: Code of the standard the record is executed under.
    """

    channel: str
    external_id: str
    standard: str
    code: ClassVar[str] = "records.key_is_taken"

    @property
    def message(self) -> str:
        """Say what is there."""
        return f"{self.channel} {self.external_id} is a record under the standard {self.standard} already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Work on that record, or open this one under another external id."


@fact
class RecordIsNotOpen(DomainError):  # noqa: N818 - errors are facts
    """A record that waits, is resolved or is closed is not worked on.

    Attributes:
        status: Where the record stands.
    """

    status: str
    code: ClassVar[str] = "records.not_open"

    @property
    def message(self) -> str:
        """Say where it stands."""
        return f"The record is {self.status}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        if self.status == "waiting":
            return "Resume it, then go on."
        return "Reopen it with a reason, or open a new record for what happens next."


@fact
class ContentIsRemoved(DomainError):  # noqa: N818 - errors are facts
    """The time for which the record's content is kept is over: of what happened, hashes are left."""

    code: ClassVar[str] = "records.content_removed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The content of this record was removed, because the time for which it is kept is over."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Open a new record for what happens next."


@fact
class StepNotForeseen(DomainError):  # noqa: N818 - errors are facts
    """The process of the pinned standard has no such step.

    Attributes:
        step: Key of the step.
        foreseen: Keys of the steps it has.
    """

    step: str
    foreseen: tuple[str, ...]
    code: ClassVar[str] = "records.step_not_foreseen"

    @property
    def message(self) -> str:
        """Say which step is meant."""
        return f"The standard this record was opened under has no step {self.step}."

    @property
    def hint(self) -> str:
        """Say which steps there are."""
        return f"Use one of: {', '.join(self.foreseen)}."


@fact
class StepOutOfTime(DomainError):  # noqa: N818 - errors are facts
    """Nothing happens before what it follows, nor in the future.

    Attributes:
        earliest: When what it follows happened.
        latest: The present instant.
    """

    earliest: datetime
    latest: datetime
    code: ClassVar[str] = "records.step_out_of_time"

    @property
    def message(self) -> str:
        """Say between which instants it may lie."""
        return f"It must lie between {instant_text(self.earliest)} and {instant_text(self.latest)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Check the clock of the device, or leave the instant out where the step happens now."


@fact
class RequiredStepsMissing(DomainError):  # noqa: N818 - errors are facts
    """A record is not resolved while steps its standard requires are missing.

    Attributes:
        steps: Keys of the missing steps, in the order of the process.
    """

    steps: tuple[str, ...]
    code: ClassVar[str] = "records.required_steps_missing"

    @property
    def message(self) -> str:
        """Name the steps."""
        return f"The standard requires steps that were not done: {', '.join(self.steps)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Do these steps first, then resolve the record."


@frozen(kw_only=True)
class RecordRefusal:
    """One record of several that cannot be opened.

    Attributes:
        index: Its place among those that were sent, from 0.
        code: Stable identifier of the reason, as the single mutation would give it.
        message: One sentence that says what is wrong with it.
        hint: One sentence that says what to do.
    """

    index: int
    code: str
    message: str
    hint: str


@fact
class RecordsRefused(DomainError):  # noqa: N818 - errors are facts
    """Some of the records cannot be opened, so none was.

    Attributes:
        given: How many records were sent.
        refused: How many of them cannot be opened.
        refusals: Which ones and why, in the order in which they were sent; the first 100.
    """

    given: int
    refused: int
    refusals: tuple[RecordRefusal, ...]
    code: ClassVar[str] = "records.some_refused"

    @property
    def message(self) -> str:
        """Count them."""
        return f"{self.refused} of {self.given} records cannot be opened, so none was."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Correct or leave out the records that are named, and send all others with them again."
