"""Refusals of reviews."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class NothingToReview(DomainError):  # noqa: N818 - errors are facts
    """No version of the standard was ever published.

    Attributes:
        standard: Code of the standard.
    """

    standard: str
    code: ClassVar[str] = "standards.nothing_to_review"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"No version of the standard {self.standard} was published yet."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Publish a version first; a draft is judged by its approval."
