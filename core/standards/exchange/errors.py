"""Refusals of exchange: what is wrong with a file as a whole; what is wrong inside it is named by its place."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact
from core.standards.policy.content import FORMAT


@fact
class DocumentMalformed(DomainError):  # noqa: N818 - errors are facts
    """The text is no JSON object that could be a standard.

    Attributes:
        problem: What is wrong with it, with line and column where there is one place.
    """

    problem: str
    code: ClassVar[str] = "standards.document_malformed"

    @property
    def message(self) -> str:
        """Say what is wrong."""
        return f"The document cannot be read: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give the whole text of an exported standard, as JSON in UTF-8."


@fact
class FormatUnknown(DomainError):  # noqa: N818 - errors are facts
    """The document says it is of another form than is read here, or of none.

    Attributes:
        format: What it says; empty where it says nothing.
        understood: What is read here.
    """

    format: str
    understood: str = FORMAT
    code: ClassVar[str] = "standards.format_unknown"

    @property
    def message(self) -> str:
        """Say which form it has."""
        said = f"says that its format is {self.format}" if self.format else "does not say its format"
        return f"The document {said}; {self.understood} is read here."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return f'Export the standard again from a release that writes {self.understood}, or write "format" into it.'


@fact
class HashDiffers(DomainError):  # noqa: N818 - errors are facts
    """The document is not what was exported: its content has another hash than it says.

    Attributes:
        said: The hash the document says.
        actual: The hash of its content.
    """

    said: str
    actual: str
    code: ClassVar[str] = "standards.hash_differs"

    @property
    def message(self) -> str:
        """Say both."""
        return f"The document says the hash {self.said}, but its content has {self.actual}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return 'Get the file again; where the content was changed on purpose, leave "hash" out.'
