"""At the owner of the draft: take a comment in, and answer it."""

from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.consultation.errors import CommentIsAnswered
from core.standards.consultation.models import CommentVerdict
from core.standards.consultation.policy import checked_comment
from core.standards.consultation.repository import add_received, consultation_above, received_comment
from core.standards.consultation.topics import ANSWER
from core.standards.models import ConsultationComment, DraftComment
from core.standards.permissions import DRAFT_STANDARDS

SUBJECT: Final = "consultation_comment"


@frozen(kw_only=True)
class AnswerComment:
    """Answer a comment.

    Attributes:
        comment_id: The comment.
        verdict: Whether the draft will follow it.
        note: What is said to it; needed where it is declined.
        expected_revision: The revision that was read.
    """

    comment_id: UUID
    verdict: CommentVerdict
    note: str = ""
    expected_revision: int


async def take_in(unit: Unit, sender: UUID, comment: DraftComment) -> None:
    """Keep a comment for the editors; done again it changes nothing.

    One that was made in time is kept also where it arrives after the end.

    Args:
        unit: The owner of the draft.
        sender: The tenant that comments.
        comment: The comment as that tenant keeps it.
    """
    consultation = await consultation_above(unit, comment.consultation_id)
    if consultation is None or consultation.owner_tenant_id != unit.tenant_id:
        return
    received = ConsultationComment(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=comment.id,
        consultation_id=consultation.id,
        version_id=consultation.version_id,
        from_tenant_id=sender,
        code=consultation.code,
        number=consultation.number,
        clause_key=comment.clause_key,
        parameter_key=comment.parameter_key,
        text=comment.text,
        commented_at=comment.commented_at,
        recorded_at=recorded_now(),
    )
    if await add_received(unit, received):
        facts = {"code": received.code, "consultation_id": consultation.id, "comment_id": received.id}
        await record_act(
            unit, action="standards.take_comment_in", subject_kind=SUBJECT, subject_id=received.id, details=facts
        )
        await send(unit, "standards.comment_received", facts)


async def answer_comment(unit: Unit, command: AnswerComment) -> ConsultationComment:
    """Answer a comment of a unit below; the answer goes back to it without who wrote it.

    Raises:
        NotPermitted: The actor may not draft.
        NotFound: The tenant was told no such comment.
        StaleEdit: It was changed since it was read.
        CommentIsAnswered: It has its answer.
        CommentIsTooLong: The note is too long.
        InvalidInput: It is declined without a note, or the note is none.
    """
    unit.scope.require(DRAFT_STANDARDS)
    comment = await received_comment(unit, command.comment_id, lock=True)
    if comment is None:
        raise NotFound(kind="comment", key=str(command.comment_id))
    if comment.revision != command.expected_revision:
        raise StaleEdit(kind="comment", expected=command.expected_revision, actual=comment.revision)
    if comment.answered_at is not None:
        raise CommentIsAnswered(status=comment.status)
    declined = command.verdict is CommentVerdict.DECLINED
    comment.answer = checked_comment("note", command.note, required=declined)
    comment.status, comment.answered_by = command.verdict.value, unit.scope.actor.id
    comment.answered_at, comment.recorded_at = unit.now, recorded_now()
    comment.revision += 1
    await unit.session.flush()
    facts = {"code": comment.code, "consultation_id": comment.consultation_id, "status": comment.status}
    await record_act(
        unit, action="standards.answer_comment", subject_kind=SUBJECT, subject_id=comment.id, details=facts
    )
    await send(unit, ANSWER, {"comment_id": comment.id}, target_tenant_id=comment.from_tenant_id)
    return comment
