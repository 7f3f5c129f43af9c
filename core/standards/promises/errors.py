"""Refusals of promises."""

from datetime import datetime
from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class PromiseExceedsStandard(DomainError):  # noqa: N818 - errors are facts
    """More would be promised than the standard delivers.

    Attributes:
        place: The clause and the parameter joined by a dot.
        promised: What would be promised, as JSON.
        delivered: What the standard delivers, as JSON.
        better: Which way customers are better served: lower_is_better or higher_is_better.
        at: The instant at which it would not be kept.
    """

    place: str
    promised: str
    delivered: str
    better: str
    at: datetime
    code: ClassVar[str] = "standards.promise_exceeds_standard"

    @property
    def message(self) -> str:
        """Say what is not delivered."""
        return f"{self.promised} for {self.place} is more than the standard delivers: {self.delivered}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Promise what is delivered or less, adapt the standard first, or end the promise before that instant."
