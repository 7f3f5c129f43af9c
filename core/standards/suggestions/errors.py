"""Refusals of suggestions: facts with a stable code."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class SuggestionDoesNotFit(DomainError):  # noqa: N818 - errors are facts
    """The suggestion is for another language, country or version, or was withdrawn.

    Attributes:
        why: What does not fit: locale, territory, version or withdrawn.
    """

    why: str
    code: ClassVar[str] = "standards.suggestion_does_not_fit"

    @property
    def message(self) -> str:
        """Say what does not fit."""
        return f"This suggestion is not for your tenant now: {self.why}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Adapt the standard yourself where you need the same."


@fact
class SuggestionIsAnswered(DomainError):  # noqa: N818 - errors are facts
    """The tenant has adopted the suggestion, and its adaptation is known still; or has rejected it before.

    Attributes:
        status: What the tenant made of it.
    """

    status: str
    code: ClassVar[str] = "standards.suggestion_answered"

    @property
    def message(self) -> str:
        """Say how it was answered."""
        return f"Your tenant has {self.status} this suggestion already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Withdraw the adaptation to be rid of an adopted suggestion; a rejected one can be adopted still."


@fact
class SuggestionIsWithdrawn(DomainError):  # noqa: N818 - errors are facts
    """The suggestion was taken back before."""

    code: ClassVar[str] = "standards.suggestion_withdrawn"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This suggestion is withdrawn already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Offer a new one."
