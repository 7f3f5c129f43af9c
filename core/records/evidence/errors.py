"""Why evidence cannot be given, confirmed, taken back or read."""

from datetime import datetime
from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class EvidenceNotAskedFor(DomainError):  # noqa: N818 - errors are facts
    """A step does not ask for evidence of this kind, or for several that it may be.

    Attributes:
        step: Key of the step.
        kind: What was given.
        asked: Keys of the evidence that the step asks for.
    """

    step: str
    kind: str
    asked: tuple[str, ...]
    code: ClassVar[str] = "records.evidence_not_asked_for"

    @property
    def message(self) -> str:
        """Say what is the case."""
        if not self.asked:
            return f"The step {self.step} asks for no evidence."
        asked = ", ".join(self.asked)
        return f"Of the evidence that {self.step} asks for ({asked}), not exactly one takes a {self.kind}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        if not self.asked:
            return "Give it for a step that asks for evidence; the standard's process says which do."
        return "Name the one it is for, or give what is asked for."


@fact
class EvidenceOutOfPlace(DomainError):  # noqa: N818 - errors are facts
    """Evidence must be taken elsewhere.

    Attributes:
        asked: Key of the evidence that is asked for.
        place: Where it must be taken.
    """

    asked: str
    place: str
    code: ClassVar[str] = "records.evidence_out_of_place"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"The evidence {self.asked} must be taken at this place: {self.place}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Say where it was taken; take it there if it was not."


@fact
class EvidenceOutOfTime(DomainError):  # noqa: N818 - errors are facts
    """Evidence was not taken when it must be.

    Attributes:
        earliest: From when on it may be taken, where that is said.
        latest: Until when, where that is said.
    """

    earliest: datetime | None
    latest: datetime | None
    code: ClassVar[str] = "records.evidence_out_of_time"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"Evidence is to be taken {spoken(self.earliest, self.latest)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Correct the instant, or take it anew while the step is worked on."


@fact
class EvidenceIsEnough(DomainError):  # noqa: N818 - errors are facts
    """A step takes no more evidence.

    Attributes:
        step: Key of the step.
        asked: Key of the evidence that is asked for; empty where the whole record has as much as it may have.
        most: How many pieces are taken.
    """

    step: str
    asked: str
    most: int
    code: ClassVar[str] = "records.evidence_is_enough"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"For {self.step} {self.most} pieces of evidence were given, and no more are taken."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Withdraw one that is not needed."


@fact
class EvidenceIsKnown(DomainError):  # noqa: N818 - errors are facts
    """The same file was given for the step already.

    Attributes:
        step: Key of the step.
    """

    step: str
    code: ClassVar[str] = "records.evidence_is_known"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"This very file was given as evidence for {self.step} already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Give another one; the same counts once."


@fact
class EvidenceIsWithdrawn(DomainError):  # noqa: N818 - errors are facts
    """A piece of evidence was taken back."""

    code: ClassVar[str] = "records.evidence_is_withdrawn"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This evidence was withdrawn."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Give it anew if it was withdrawn by mistake."


@fact
class EvidenceIsConfirmed(DomainError):  # noqa: N818 - errors are facts
    """A second person has confirmed it already."""

    code: ClassVar[str] = "records.evidence_is_confirmed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This evidence was confirmed already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Nothing needs to be done."


@fact
class EvidenceNeedsAnotherPerson(DomainError):  # noqa: N818 - errors are facts
    """Who gave evidence or did the step cannot confirm it, nor can a program."""

    code: ClassVar[str] = "records.evidence_needs_another_person"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This evidence is confirmed by another person than those who gave it and did the step."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Ask a colleague to confirm it."


@fact
class EvidenceIsEmpty(DomainError):  # noqa: N818 - errors are facts
    """A file without content proves nothing."""

    code: ClassVar[str] = "records.evidence_is_empty"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The file is empty."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Send the file's bytes as the body of the request."


@fact
class EvidenceTooLarge(DomainError):  # noqa: N818 - errors are facts
    """A file is larger than is taken of its kind.

    Attributes:
        kind: What it is.
        largest: Most bytes of that kind.
    """

    kind: str
    largest: int
    code: ClassVar[str] = "records.evidence_too_large"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"A {self.kind} may have at most {self.largest} bytes."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Make it smaller, or split it."


@fact
class EvidenceTypeNotAllowed(DomainError):  # noqa: N818 - errors are facts
    """A file of this form is not taken as evidence of this kind.

    Attributes:
        kind: What it is said to be.
        allowed: Media types that are taken.
    """

    kind: str
    allowed: tuple[str, ...]
    code: ClassVar[str] = "records.evidence_type_not_allowed"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"A {self.kind} is taken in one of these forms: {', '.join(self.allowed)}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Send it in one of them, and name it in Content-Type."


@fact
class EvidenceIsSomethingElse(DomainError):  # noqa: N818 - errors are facts
    """A file is not what it is said to be.

    Attributes:
        stated: The media type it was said to be of.
    """

    stated: str
    code: ClassVar[str] = "records.evidence_is_something_else"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"The file does not begin as {self.stated} does."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Check the file, and state its real media type."


@fact
class EvidenceHashDiffers(DomainError):  # noqa: N818 - errors are facts
    """A file did not arrive as it was sent."""

    code: ClassVar[str] = "records.evidence_hash_differs"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The file's SHA-256 is not the one that was stated."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Send it again."


@fact
class TooManyFilesWait(DomainError):  # noqa: N818 - errors are facts
    """Files were received for a record and not given as evidence.

    Attributes:
        most: How many may wait.
    """

    most: int
    code: ClassVar[str] = "records.too_many_files_wait"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"{self.most} files wait to be given as evidence of this record."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Give them as evidence first; those that are not are deleted after some time."


@fact
class TooMuchWaits(DomainError):  # noqa: N818 - errors are facts
    """A tenant has sent files that were not given as evidence, and there is no room for another.

    Attributes:
        files: How many may wait.
        bytes: How large they may be together.
    """

    files: int
    bytes: int
    code: ClassVar[str] = "records.too_much_evidence_waits"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"At most {self.files} files of {self.bytes} bytes together may wait to be given as evidence."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Give those that wait as evidence first; those that are not are deleted after some time."


@fact
class EvidenceIsDamaged(DomainError):  # noqa: N818 - errors are facts
    """What is stored of a piece of evidence is not what was stored."""

    code: ClassVar[str] = "records.evidence_is_damaged"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This evidence was altered, cut off or lost where it is stored."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Tell whoever runs the server; what it was can be restored from a backup and is known by its hash."


@fact
class EvidenceLinkIsOver(DomainError):  # noqa: N818 - errors are facts
    """A link to a piece of evidence does not hold, or no longer."""

    code: ClassVar[str] = "records.evidence_link_is_over"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This link does not hold, or no longer."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Ask for a fresh one."


def spoken(earliest: datetime | None, latest: datetime | None) -> str:
    """Say between which instants."""
    parts: list[str] = []
    if earliest is not None:
        parts.append(f"from {earliest:%Y-%m-%dT%H:%M:%SZ} on")
    if latest is not None:
        parts.append(f"until {latest:%Y-%m-%dT%H:%M:%SZ}")
    return " ".join(parts) or "while the step is worked on"
