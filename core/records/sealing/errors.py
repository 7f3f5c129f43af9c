"""What can be wrong with a log or what is asked of it, as facts."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class LogIsBroken(DomainError):  # noqa: N818 - errors are facts
    """The log's rows do not give the root of its last head, so nothing is sealed behind them.

    Attributes:
        size: The size of the last head.
        problem: What does not fit.
    """

    size: int
    problem: str
    code: ClassVar[str] = "sealing.log_broken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"The log of {self.size} leaves is not what was signed: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Run `touchstone verify` with the last exported checkpoint: it names what was changed."


@fact
class NotSealedYet(DomainError):  # noqa: N818 - errors are facts
    """Nothing was sealed yet, or not what is asked for.

    Attributes:
        size: How many leaves the log has.
    """

    size: int
    code: ClassVar[str] = "sealing.not_sealed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"The log has {self.size} leaves, and what is asked for is not among them."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Sealing follows what is done within seconds, where a worker runs; ask again."


@fact
class NoSuchSize(DomainError):  # noqa: N818 - errors are facts
    """There is no signed head of that size.

    Attributes:
        asked: The size asked for.
        size: How many leaves the log has.
    """

    asked: int
    size: int
    code: ClassVar[str] = "sealing.no_such_size"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"No head was signed at the size {self.asked}; the log has {self.size} leaves."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for the size of a head that `logHeads` lists."


@fact
class FileIsUnreadable(DomainError):  # noqa: N818 - errors are facts
    """A file that is to be verified has not the form it must have.

    Attributes:
        file: Its name.
        problem: What is wrong with it.
    """

    file: str
    problem: str
    code: ClassVar[str] = "sealing.file_unreadable"

    @property
    def message(self) -> str:
        """Say what is wrong."""
        return f"{self.file} cannot be read: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Take the file as it was exported; docs/sealing.md tells its form."
