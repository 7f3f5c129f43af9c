"""Refusals of the records feature that stop an operation; what refuses a single trace is a ``RefusalCode``."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


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
        return "Check that it is a complete XES or CSV file, plain or gzip, as its mapping says."


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
