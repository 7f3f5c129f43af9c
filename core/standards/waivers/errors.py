"""Refusals of waivers: facts with a stable code."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class NoWaiverNeeded(DomainError):  # noqa: N818 - errors are facts
    """Nothing stands in the way of the value: the tenant has it already, or may adapt it so.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
    """

    place: str
    code: ClassVar[str] = "standards.no_waiver_needed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"Nothing keeps your tenant from this value of {self.place}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Adapt it, or keep what you have."


@fact
class NoCompensatingMeasure(DomainError):  # noqa: N818 - errors are facts
    """It is not said what the tenant does instead of keeping to the standard.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
    """

    place: str
    code: ClassVar[str] = "standards.no_compensating_measure"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"A waiver of {self.place} needs a measure that makes up for it."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Say what your tenant does instead, so that customers are served no worse."


@fact
class WaiverTooLong(DomainError):  # noqa: N818 - errors are facts
    """The waiver is asked for longer than the network lets one last.

    Attributes:
        latest: The latest instant it may end.
        longest_days: How many days from now that is.
    """

    latest: datetime
    longest_days: int
    code: ClassVar[str] = "standards.waiver_too_long"

    @property
    def message(self) -> str:
        """Say how long it may be."""
        return f"A waiver lasts {self.longest_days} days at most, until {instant_text(self.latest)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for less, and renew it in time."


@fact
class WaiverIsThere(DomainError):  # noqa: N818 - errors are facts
    """A waiver of the same place is asked for, or holds still.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
        status: Where that waiver is.
    """

    place: str
    status: str
    code: ClassVar[str] = "standards.waiver_there"

    @property
    def message(self) -> str:
        """Say what there is."""
        return f"A waiver of {self.place} is {self.status} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Renew it, or end it before you ask for another."


@fact
class WaiverIsElsewhere(DomainError):  # noqa: N818 - errors are facts
    """The waiver is not where it must be for this.

    Attributes:
        status: Where it is.
        needed: Where it would have to be.
    """

    status: str
    needed: str
    code: ClassVar[str] = "standards.waiver_elsewhere"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"This waiver is {self.status}; for this it has to be {self.needed}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Read it again; ask for a new one where it is over."


@fact
class TooManyRenewals(DomainError):  # noqa: N818 - errors are facts
    """The waiver was renewed as often as the network allows.

    Attributes:
        renewals: How often it was renewed.
        most: How often one may be.
    """

    renewals: int
    most: int
    code: ClassVar[str] = "standards.too_many_renewals"

    @property
    def message(self) -> str:
        """Say how often."""
        return f"This waiver was renewed {self.renewals} times; {self.most} are allowed."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Keep to the standard from its end on, or ask for the standard to be changed."


@fact
class WaiverIsOver(DomainError):  # noqa: N818 - errors are facts
    """What was asked for has ended before it was granted.

    Attributes:
        until: Until when it was asked for.
    """

    until: datetime
    code: ClassVar[str] = "standards.waiver_over"

    @property
    def message(self) -> str:
        """Say when it ended."""
        return f"The waiver was asked for until {instant_text(self.until)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Reject it, or let the tenant ask again."


@fact
class AskerMayNotDecide(DomainError):  # noqa: N818 - errors are facts
    """Whoever asked for the waiver tried to decide it in the other tenant.

    Attributes:
        waiver: The waiver.
    """

    waiver: UUID
    code: ClassVar[str] = "standards.asker_may_not_decide"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "You asked for this waiver yourself, in the tenant it is for."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Let somebody else decide."
