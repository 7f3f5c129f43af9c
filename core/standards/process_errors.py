"""Refusals of processes: facts with a stable code and the step they are about."""

from difflib import get_close_matches
from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class ProcessIsCyclic(DomainError):  # noqa: N818 - errors are facts
    """Steps of a process come before themselves.

    Attributes:
        place: The clause.
        steps: The steps of the circle.
    """

    place: str
    steps: tuple[str, ...]
    code: ClassVar[str] = "standards.process_is_cyclic"

    @property
    def message(self) -> str:
        """Name the steps."""
        return f"In {self.place}, steps come before themselves: {', '.join(self.steps)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Let one of them come after fewer steps; what may be done again is repeatable."


@fact
class UnknownPredecessor(DomainError):  # noqa: N818 - errors are facts
    """A step comes after, or before, one that the process does not have.

    Attributes:
        place: The clause.
        step: The step.
        predecessor: The one that is not there.
    """

    place: str
    step: str
    predecessor: str
    code: ClassVar[str] = "standards.unknown_predecessor"

    @property
    def message(self) -> str:
        """Name both."""
        return f"In {self.place}, {self.step} is put beside {self.predecessor}, which is no step."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name a step of the same process."


@fact
class GuardDoesNotCompile(DomainError):  # noqa: N818 - errors are facts
    """A guard is malformed, names what no guard knows, or is no truth value.

    Attributes:
        place: The clause.
        step: The step, the stage, or empty for the process as a whole.
        line: Where in the guard, from 1.
        column: Where in the line, from 1.
        problem: Why.
    """

    place: str
    step: str
    line: int
    column: int
    problem: str
    code: ClassVar[str] = "standards.guard_does_not_compile"

    @property
    def message(self) -> str:
        """Say where and why."""
        whose = f" of {self.step}" if self.step else ""
        return f"In {self.place}, the guard{whose} is no rule: line {self.line}, column {self.column}: {self.problem}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return (
            "Write a truth value in CEL about record.channel, record.priority, record.tier, record.service_type, site, "
            "steps.done, steps.skipped and elapsed."
        )


@fact
class GuardNamesUnknownStep(DomainError):  # noqa: N818 - errors are facts
    """A guard asks whether a step was done, or skipped, that the process does not have: it would always be told no.

    Attributes:
        place: The clause.
        step: The step or stage whose guard it is, or empty for the process as a whole.
        unknown: The step it asks for.
        steps: The steps that there are.
    """

    place: str
    step: str
    unknown: str
    steps: tuple[str, ...]
    code: ClassVar[str] = "standards.guard_names_unknown_step"

    @property
    def message(self) -> str:
        """Say which guard asks for what."""
        whose = f" of {self.step}" if self.step else ""
        return f"In {self.place}, the guard{whose} asks for the step {self.unknown}, which the process does not have."

    @property
    def hint(self) -> str:
        """Say what there is."""
        near = get_close_matches(self.unknown, self.steps, n=3, cutoff=0) or self.steps[:3]
        return f"Name a step of the process, such as {', '.join(near)}."


@fact
class GuardsCostTooMuch(DomainError):  # noqa: N818 - errors are facts
    """Working out the guards of a process would keep everybody waiting.

    Attributes:
        place: The clause.
        step: The step whose guards cost most.
        cost: What all guards may cost together, each as often as steps stand under it.
        most: What they may cost.
    """

    place: str
    step: str
    cost: int
    most: int
    code: ClassVar[str] = "standards.guards_cost_too_much"

    @property
    def message(self) -> str:
        """Say what they cost, and where most."""
        return (
            f"In {self.place}, the guards may cost {self.cost:,} together, those of {self.step} most; "
            f"at most {self.most:,} are worked out."
        )

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Go through fewer lists within one another, and repeat less in regular expressions."


@fact
class EvidenceMakesNoSense(DomainError):  # noqa: N818 - errors are facts
    """A step asks for evidence that nobody could give.

    Attributes:
        place: The clause.
        step: The step.
        evidence: Key of what it asks for.
        problem: Why nobody could.
    """

    place: str
    step: str
    evidence: str
    problem: str
    code: ClassVar[str] = "standards.evidence_makes_no_sense"

    @property
    def message(self) -> str:
        """Say why."""
        return f"In {self.place}, {self.step} asks for the evidence {self.evidence}: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for what can be given, or leave the evidence out."


PROCESS_ERRORS = (
    ProcessIsCyclic,
    UnknownPredecessor,
    GuardDoesNotCompile,
    GuardNamesUnknownStep,
    GuardsCostTooMuch,
    EvidenceMakesNoSense,
)
"""What a draft may be refused with for the sake of its processes."""
