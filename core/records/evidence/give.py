"""Give a file as evidence, confirm what somebody else gave, and take evidence back."""

from datetime import datetime
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.scope import ActorKind
from core.kernel.unit import Unit
from core.records.evidence.errors import EvidenceIsKnown
from core.records.evidence.repository import lock_upload, mark_given
from core.records.execution.act import act
from core.records.execution.commands import AddEvidence, ConfirmEvidence, WithdrawEvidence
from core.records.execution.private import Sealer, checked_private
from core.records.open_record import checked_word
from core.records.permissions import WORK_RECORDS
from core.records.work_record import checked_key
from core.standards.policy.process import Proof, ProofPlace


@frozen(kw_only=True)
class GiveEvidence:
    """A file that is given as evidence.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        upload_id: The file, as it was received.
        step: The step it is to prove.
        asked: Which evidence of the step it is; the only one that takes its kind by default.
        round: Which occurrence of the step; the latest by default.
        taken_at: When it was taken; when it is given by default.
        place: Where it was taken.
        note: What is to be seen in it; personal.
        occurred_at: When it is given; now by default.
    """

    record_id: UUID
    expected_version: int
    upload_id: UUID
    step: str
    asked: str | None = None
    round: int | None = None
    taken_at: datetime | None = None
    place: ProofPlace | None = None
    note: str | None = None
    occurred_at: datetime | None = None


async def give_evidence(unit: Unit, command: GiveEvidence, sealer: Sealer) -> UUID:
    """Give a file as evidence for a step.

    Returns:
        The piece of evidence; it has the id of the file.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record, and no such file of it that the actor has sent.
        EvidenceIsKnown: The file was given already, or the same one for the same step.
        InvalidInput: A value does not have the form it must have.
        StaleEdit: The record was changed since it was read.
        DomainError: The step's contract cannot count it.
    """
    unit.scope.require(WORK_RECORDS)
    piece = await piece_of(unit, command)
    await act(unit, command.record_id, command.expected_version, piece, at=command.occurred_at, sealer=sealer)
    await mark_given(unit, command.upload_id, recorded_now())
    return command.upload_id


async def piece_of(unit: Unit, command: GiveEvidence) -> AddEvidence:
    """Give the command that gives a file which was sent for the record and not given yet; see :func:`give_evidence`."""
    if command.taken_at is not None and command.taken_at.tzinfo is None:
        raise InvalidInput(field="takenAt", problem="an instant needs a zone")
    upload = await lock_upload(unit, command.upload_id)
    mine = upload is not None and upload["actor_id"] == unit.scope.actor.id
    if upload is None or not mine or upload["record_id"] != command.record_id:
        raise NotFound(kind="upload", key=str(command.upload_id))
    if upload["given_at"] is not None:
        raise EvidenceIsKnown(step=command.step)
    return AddEvidence(
        evidence_id=command.upload_id,
        key=checked_key(command.step),
        kind=Proof(upload["kind"]),
        media_type=upload["media_type"],
        size=upload["size"],
        content=upload["content"],
        blob=upload["blob"],
        taken_at=command.taken_at,
        asked=None if command.asked is None else checked_key(command.asked),
        round=command.round,
        place=command.place,
        reason=checked_private(command.note, "note"),
    )


async def confirm_evidence(
    unit: Unit, record_id: UUID, expected_version: int, evidence_id: UUID, at: datetime | None = None
) -> UUID:
    """Confirm, as a second person, what somebody else gave; give the record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record, or no such evidence of it.
        EvidenceNeedsAnotherPerson: The actor gave it, did the step, or is no person.
        DomainError: It was confirmed or taken back, or the record was closed or changed since it was read.
    """
    actor = unit.scope.actor
    command = ConfirmEvidence(evidence_id=evidence_id, by=actor.id, by_person=actor.kind is ActorKind.PERSON)
    return await act(unit, record_id, expected_version, command, at=at)


@frozen(kw_only=True)
class TakeEvidenceBack:
    """Evidence that counts no more.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        evidence_id: The piece.
        reason_code: Why, as a word.
        reason: Why, in a sentence; personal.
        occurred_at: When; now by default.
    """

    record_id: UUID
    expected_version: int
    evidence_id: UUID
    reason_code: str
    reason: str | None = None
    occurred_at: datetime | None = None


async def withdraw_evidence(unit: Unit, command: TakeEvidenceBack, sealer: Sealer) -> UUID:
    """Take evidence back; the file is kept, and so is what was told of it. Give the record.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record, or no such evidence of it.
        EvidenceIsWithdrawn: It was taken back already.
        DomainError: The record was closed or changed since it was read, or a value does not have the form it must have.
    """
    unit.scope.require(WORK_RECORDS)
    done = WithdrawEvidence(
        evidence_id=command.evidence_id,
        reason_code=checked_word("reasonCode", command.reason_code),
        reason=checked_private(command.reason),
    )
    return await act(unit, command.record_id, command.expected_version, done, at=command.occurred_at, sealer=sealer)
