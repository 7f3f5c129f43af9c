"""What can be done to a record; each is decided by ``core/records/execution/policy.py``."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.records.events.state import WaitingFor
from core.standards.policy.process import Proof, ProofPlace
from core.standards.policy.process_running import Process


@frozen(kw_only=True)
class StartStep:
    """Begin a step; ``readiness`` names what was made sure of before."""

    key: str
    readiness: tuple[str, ...] = ()


@frozen(kw_only=True)
class CompleteStep:
    """End a step that was started, or one that may start now."""

    key: str
    status: str | None = None
    answers_customer: bool = False


@frozen(kw_only=True)
class TellStep:
    """Tell of a step that was done, whatever came before it; what is out of order is a deviation, not a refusal."""

    key: str
    status: str | None = None
    answers_customer: bool = False


@frozen(kw_only=True)
class SkipStep:
    """Leave a step out, with a reason; the sentence is personal."""

    key: str
    reason_code: str
    reason: str = ""


@frozen(kw_only=True)
class ReopenStep:
    """Take up a step again that was done or skipped, with a reason."""

    key: str
    reason_code: str
    reason: str = ""


@frozen(kw_only=True)
class HandOver:
    """Give the record to a person, a role or line, or both, perhaps at another site with its attributes."""

    person_id: UUID | None = None
    role: str | None = None
    site_id: UUID | None = None
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    reason: str = ""


@frozen(kw_only=True)
class Wait:
    """Let the record wait for somebody, with a reason; its clocks pause."""

    whom: WaitingFor
    reason_code: str
    reason: str = ""


@frozen(kw_only=True)
class Resume:
    """Go on after a wait."""


@frozen(kw_only=True)
class Resolve:
    """Say that the request is met."""


@frozen(kw_only=True)
class Confirm:
    """Say that the customer confirmed it; the customer's words are personal."""

    reason: str = ""


@frozen(kw_only=True)
class Close:
    """Close the record for good."""


@frozen(kw_only=True)
class Reopen:
    """Take the record up again, with a reason."""

    reason_code: str
    reason: str = ""


@frozen(kw_only=True)
class ChangePriority:
    """Make the record more or less urgent; the time that has passed stays."""

    priority: str | None
    reason: str = ""


@frozen(kw_only=True)
class AddContact:
    """The customer came again, perhaps another way or at another site; ``tier`` is that customer's."""

    channel: str
    external_id: str | None = None
    site_id: UUID | None = None
    customer_id: UUID | None = None
    tier: str | None = None
    reason: str = ""


@frozen(kw_only=True)
class Migrate:
    """Go over to another version of the standard.

    Attributes:
        version: Its number.
        hash: The effective document that is pinned from now on.
        process: Its process.
        steps: What steps are called there that had another name; all others keep theirs.
    """

    version: str
    hash: str
    process: Process
    steps: Mapping[str, str] = field(default_factory=dict[str, str])


@frozen(kw_only=True)
class AddEvidence:
    """Give a piece of evidence for a step.

    Attributes:
        evidence_id: The piece, of which everything that follows was measured when it was received.
        key: The step.
        kind: What it is.
        media_type: In what form.
        size: Its length in bytes.
        content: A keyed hash of it, in hexadecimal.
        blob: SHA-256 of what is stored of it, in hexadecimal.
        taken_at: When it was taken, as is said; when it is given by default.
        asked: Which evidence of the step it is; the only one that takes its kind by default.
        round: Which occurrence of the step; the latest by default.
        place: Where it was taken, as is said.
        reason: What is to be seen in it; personal.
    """

    evidence_id: UUID
    key: str
    kind: Proof
    media_type: str
    size: int
    content: str
    blob: str
    taken_at: datetime | None = None
    asked: str | None = None
    round: int | None = None
    place: ProofPlace | None = None
    reason: str = ""


@frozen(kw_only=True)
class ConfirmEvidence:
    """Confirm, as a second person, what somebody else gave; ``by`` is who confirms."""

    evidence_id: UUID
    by: UUID
    by_person: bool


@frozen(kw_only=True)
class WithdrawEvidence:
    """Take a piece of evidence back, with a reason; the sentence is personal."""

    evidence_id: UUID
    reason_code: str
    reason: str = ""


@frozen(kw_only=True)
class AnnounceDelay:
    """Tell the customer ahead that it takes longer.

    Attributes:
        until: What is promised instead.
        reason_code: Why, as a word.
        promised: What the standard promises as things stand; nothing where it has no limit, or a wait goes on.
        step: The step that it is about.
        reason: Why, and what there is instead, in words for the customer; personal.
    """

    until: datetime
    reason_code: str
    promised: datetime | None = None
    step: str | None = None
    reason: str = ""


Command = (
    StartStep
    | CompleteStep
    | TellStep
    | SkipStep
    | ReopenStep
    | HandOver
    | Wait
    | Resume
    | Resolve
    | Confirm
    | Close
    | Reopen
    | ChangePriority
    | AddContact
    | Migrate
    | AddEvidence
    | ConfirmEvidence
    | WithdrawEvidence
    | AnnounceDelay
)
