"""Refusals of upgrades."""

from datetime import datetime
from typing import ClassVar

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class MergeIsSettled(DomainError):  # noqa: N818 - errors are facts
    """Nothing waits about the adaptation any more.

    Attributes:
        status: Where the outcome is.
    """

    status: str
    code: ClassVar[str] = "standards.merge_is_settled"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"This outcome does not wait for a decision: it is {self.status}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "List what waits again."


@fact
class WaiverIsProposed(DomainError):  # noqa: N818 - errors are facts
    """What is proposed is a waiver, which is asked for by itself.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
    """

    place: str
    code: ClassVar[str] = "standards.waiver_is_proposed"

    @property
    def message(self) -> str:
        """Say what is proposed."""
        return f"For {self.place} a waiver is proposed; it needs a compensating measure and an end."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Decide ASK_WAIVER, with a compensating measure and an end; until it is granted the value is suspended."


@fact
class WaiverComesTooEarly(DomainError):  # noqa: N818 - errors are facts
    """The place is called so by a version that has not begun, and nothing of today's version stands for it.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
        begins: When that version begins for the tenant.
    """

    place: str
    begins: datetime
    code: ClassVar[str] = "standards.waiver_comes_too_early"

    @property
    def message(self) -> str:
        """Say when it can be asked for."""
        return (
            f"A waiver of {self.place} can be asked for from {instant_text(self.begins)} on, when its version begins."
        )

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Decide ADJUST or ACCEPT_PROPOSAL now, or ASK_WAIVER again from that instant on."
