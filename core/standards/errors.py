"""Refusals of standards: facts with a stable code, the place they are about and who set what stands in the way."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from core.kernel.canonical import instant_text
from core.kernel.errors import DomainError, fact


@fact
class UnknownParameter(DomainError):  # noqa: N818 - errors are facts
    """The standard has no such clause or parameter at that instant.

    Attributes:
        standard: Code of the standard.
        place: The clause, or the clause and the parameter joined by a dot.
        at: The instant at which it is missing.
    """

    standard: str
    place: str
    at: datetime
    code: ClassVar[str] = "standards.unknown_parameter"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"The standard {self.standard} has no {self.place} at {instant_text(self.at)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Read the effective standard at that instant for what can be adapted, or end the adaptation before."


@fact
class ClauseIsLocked(DomainError):  # noqa: N818 - errors are facts
    """The clause or parameter is core, or a level above withheld the right to adapt it.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
        operator: What was tried.
        granted: What may be done with it instead.
        set_by: The tenant that locked it.
        at: The instant at which it is locked.
    """

    place: str
    operator: str
    granted: tuple[str, ...]
    set_by: UUID
    at: datetime
    code: ClassVar[str] = "standards.clause_is_locked"

    @property
    def message(self) -> str:
        """Say what is locked."""
        rest = f"only {', '.join(self.granted)} is granted" if self.granted else "the network keeps it identical"
        return f"{self.place} may not be changed by {self.operator}: {rest}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Keep the value you receive, or ask the level that locked it."


@fact
class BoundExceeded(DomainError):  # noqa: N818 - errors are facts
    """The value does not keep to a bound.

    Attributes:
        place: The clause and the parameter joined by a dot.
        bound: Which bound: minimum, maximum, step, choices, pattern or direction.
        limit: The bound's value as JSON; for a direction the value received from above.
        value: The value that was tried, as JSON.
        set_by: The tenant that set the bound.
        at: The instant at which the bound holds.
    """

    place: str
    bound: str
    limit: str
    value: str
    set_by: UUID
    at: datetime
    code: ClassVar[str] = "standards.bound_exceeded"

    @property
    def message(self) -> str:
        """Say which bound is exceeded."""
        if self.bound == "direction":
            return f"{self.place} cannot be {self.value}: it may only be made stricter than the {self.limit} received."
        return f"{self.place} cannot be {self.value}: its {self.bound} is {self.limit}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose a value within the bound, or ask the level that set it."


@fact
class BoundWidened(DomainError):  # noqa: N818 - errors are facts
    """A level may narrow what it passes down, never widen it.

    Attributes:
        place: The clause and the parameter joined by a dot.
        bound: The bound that would be looser, or ``operators``.
        limit: What is received, as JSON.
        set_by: The tenant that set it.
        at: The instant at which it holds.
    """

    place: str
    bound: str
    limit: str
    set_by: UUID
    at: datetime
    code: ClassVar[str] = "standards.bound_widened"

    @property
    def message(self) -> str:
        """Say which bound would be looser."""
        return f"The {self.bound} of {self.place} is {self.limit} and cannot be widened for the levels below."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Pass down what is received, or something narrower."


@fact
class VariantsAreAmbiguous(DomainError):  # noqa: N818 - errors are facts
    """Two variants of a parameter are equally specific, and in some context both would apply.

    Attributes:
        place: The clause and the parameter joined by a dot.
        first: One variant, such as ``site.country=PL``.
        second: The other.
    """

    place: str
    first: str
    second: str
    code: ClassVar[str] = "standards.variants_ambiguous"

    @property
    def message(self) -> str:
        """Name both."""
        return f"The variants {self.first} and {self.second} of {self.place} are equally specific and could both apply."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Add a key to one of them, or make a third that names the keys of both."


@fact
class WrongType(DomainError):  # noqa: N818 - errors are facts
    """The value has not the form of the parameter's type.

    Attributes:
        place: The clause, or the clause and the parameter joined by a dot.
        expected: The parameter's type; ``wording`` for the text of a clause.
        problem: What is wrong with the value.
    """

    place: str
    expected: str
    problem: str
    code: ClassVar[str] = "standards.wrong_type"

    @property
    def message(self) -> str:
        """Say what is expected."""
        return f"{self.place} is of the type {self.expected}: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Write the value in the form of its type."


@fact
class NoStandardInForce(DomainError):  # noqa: N818 - errors are facts
    """No published version of the standard holds for the tenant at that instant.

    Attributes:
        standard: Code of the standard.
        at: The instant asked about.
    """

    standard: str
    at: datetime
    code: ClassVar[str] = "standards.none_in_force"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"No version of the standard {self.standard} is in force at {instant_text(self.at)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Check the code and the instant, or publish a version that is valid from then on."


@fact
class PublisherCannotAdapt(DomainError):  # noqa: N818 - errors are facts
    """The publisher tried to adapt its own standard.

    Attributes:
        standard: Code of the standard.
    """

    standard: str
    code: ClassVar[str] = "standards.publisher_cannot_adapt"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"Your tenant publishes the standard {self.standard} itself."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Change it by publishing a new version."


@fact
class VersionIsElsewhere(DomainError):  # noqa: N818 - errors are facts
    """The version is not at the point of its life that the act needs.

    Attributes:
        standard: Code of the standard.
        number: The version's number.
        status: Where it is.
        needed: Where it would have to be.
    """

    standard: str
    number: str
    status: str
    needed: str
    code: ClassVar[str] = "standards.version_elsewhere"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"Version {self.number} of {self.standard} is {self.status}, not {self.needed}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "A version goes from draft to review, approval and publication; write a new one to change it after that."


@fact
class VersionIsNotNewer(DomainError):  # noqa: N818 - errors are facts
    """A version's number or validity does not come after that of the newest published one.

    Attributes:
        standard: Code of the standard.
        number: The number that was given.
        newest: Number of the newest published version.
        newest_from: Since when that one is valid.
    """

    standard: str
    number: str
    newest: str
    newest_from: datetime
    code: ClassVar[str] = "standards.version_not_newer"

    @property
    def message(self) -> str:
        """Say what it must come after."""
        since = instant_text(self.newest_from)
        return f"Version {self.number} of {self.standard} does not come after {self.newest}, valid from {since}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give it a higher number and a later start; two versions never hold at once."


@fact
class CodeIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Another tenant of the network publishes a standard of that code.

    Attributes:
        standard: The code.
    """

    standard: str
    code: ClassVar[str] = "standards.code_taken"

    @property
    def message(self) -> str:
        """Say what is taken."""
        return f"The code {self.standard} belongs to a standard of another tenant of the network."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose another code."


@fact
class TooRecentToKnow(DomainError):  # noqa: N818 - errors are facts
    """What was known is asked for an instant so recent that a write might still be on its way.

    Attributes:
        latest: The latest instant that can be asked for.
    """

    latest: datetime
    code: ClassVar[str] = "standards.too_recent_to_know"

    @property
    def message(self) -> str:
        """Say up to when."""
        return f"What was known can be told up to {instant_text(self.latest)}, ten seconds ago."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for an earlier instant, or leave it out to see what is known now."


@fact
class LineageDoesNotFit(DomainError):  # noqa: N818 - errors are facts
    """The moves that a version remembers do not fit the version before it.

    Attributes:
        standard: Code of the standard.
        before: Number of the version before.
        problem: What does not fit.
    """

    standard: str
    before: str
    problem: str
    code: ClassVar[str] = "standards.lineage_does_not_fit"

    @property
    def message(self) -> str:
        """Say what does not fit."""
        return f"The moves of clauses of {self.standard} do not fit {self.before}: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Draft the version again from the one that is published now."
