"""Refusals of consultation: facts with a stable code."""

from datetime import datetime
from typing import ClassVar

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class ConsultationIsOpen(DomainError):  # noqa: N818 - errors are facts
    """The draft is laid before the units below already.

    Attributes:
        standard: Code of the standard.
        number: The draft's number.
        until: Until when comments are taken.
    """

    standard: str
    number: str
    until: datetime
    code: ClassVar[str] = "standards.consultation_open"

    @property
    def message(self) -> str:
        """Say what is open."""
        return f"{self.standard} {self.number} is open for comments until {instant_text(self.until)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Close that consultation before you open another with the draft as it is now."


@fact
class ConsultationIsOver(DomainError):  # noqa: N818 - errors are facts
    """The consultation was closed, or its time is over.

    Attributes:
        since: Since when no comments are taken.
    """

    since: datetime
    code: ClassVar[str] = "standards.consultation_over"

    @property
    def message(self) -> str:
        """Say since when."""
        return f"This consultation is over since {instant_text(self.since)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "List what is open; the owner of the draft can open another consultation."


@fact
class OwnerDoesNotComment(DomainError):  # noqa: N818 - errors are facts
    """The tenant that writes the draft tried to comment on it."""

    code: ClassVar[str] = "standards.owner_does_not_comment"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This draft is your own tenant's; comments come from the units below."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Change the draft."


@fact
class PlaceIsUnknown(DomainError):  # noqa: N818 - errors are facts
    """The text that is open for comments has no such clause or parameter.

    Attributes:
        standard: Code of the standard.
        number: The draft's number.
        place: The clause, or the clause and the parameter joined by a dot.
    """

    standard: str
    number: str
    place: str
    code: ClassVar[str] = "standards.unknown_place"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"The draft {self.standard} {self.number} that is open for comments has no {self.place}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name a clause, or a clause and one of its parameters, of the consultation's document."


@fact
class CommentIsTooLong(DomainError):  # noqa: N818 - errors are facts
    """A comment is longer than comments may be.

    Attributes:
        length: Its length in characters.
        most: How many a comment may have.
    """

    length: int
    most: int
    code: ClassVar[str] = "standards.comment_too_long"

    @property
    def message(self) -> str:
        """Say how long it is."""
        return f"The comment has {self.length} characters; {self.most} are allowed."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Say it shorter, or comment on each place by itself."


@fact
class CommentIsAnswered(DomainError):  # noqa: N818 - errors are facts
    """The comment has its answer.

    Attributes:
        status: What became of it.
    """

    status: str
    code: ClassVar[str] = "standards.comment_answered"

    @property
    def message(self) -> str:
        """Say what became of it."""
        return f"This comment is {self.status} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "List the comments that are open."
