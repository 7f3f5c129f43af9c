"""Refusals of privacy; none of them tells anything personal."""

from datetime import datetime
from typing import ClassVar

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class UnderLegalHold(DomainError):  # noqa: N818 - errors are facts
    """What is to be erased must be kept: a legal hold is on it.

    Attributes:
        subject_kind: What the hold is on: ``customer`` or ``record``.
        reason_code: Why it must be kept.
        until: Until when at most; empty where there is no end.
    """

    subject_kind: str
    reason_code: str
    until: datetime | None
    code: ClassVar[str] = "privacy.under_legal_hold"

    @property
    def message(self) -> str:
        """Say what is held, why and until when."""
        end = "until it is lifted" if self.until is None else f"until {instant_text(self.until)}"
        whose = "the customer" if self.subject_kind == "customer" else "a record of the customer"
        return f"A legal hold is on {whose} ({self.reason_code}), {end}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Ask again when the hold has ended, or have it lifted by whoever may."


@fact
class AlreadyHeld(DomainError):  # noqa: N818 - errors are facts
    """A legal hold for the same reason is on it already."""

    code: ClassVar[str] = "privacy.already_held"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "A legal hold for this reason is on it already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Lift the hold that there is, where its end or basis is another one now."


@fact
class HoldIsLifted(DomainError):  # noqa: N818 - errors are facts
    """The legal hold was lifted before."""

    code: ClassVar[str] = "privacy.hold_lifted"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This legal hold was lifted before."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "There is nothing left to do."


@fact
class RetentionOutOfBounds(DomainError):  # noqa: N818 - errors are facts
    """The network keeps this class longer, or the law allows less.

    Attributes:
        least: The least that may be chosen, in days.
        most: The most that may be chosen, in days.
    """

    least: int
    most: int
    code: ClassVar[str] = "privacy.retention_out_of_bounds"

    @property
    def message(self) -> str:
        """Say the bounds."""
        return f"Content of this class is kept between {self.least} and {self.most} days."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Choose a number of days within these bounds, or ask headquarters to change them."
