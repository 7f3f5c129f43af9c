"""In a unit below: comment on a place of a draft, and keep the answer."""

from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.consultation.errors import OwnerDoesNotComment
from core.standards.consultation.policy import check_open, check_place, checked_comment
from core.standards.consultation.repository import add, consultation_above, draft_comment
from core.standards.consultation.topics import TAKE_IN
from core.standards.models import Consultation, ConsultationComment, DraftComment
from core.standards.permissions import COMMENT_STANDARDS
from core.standards.policy.content import address, read_content


@frozen(kw_only=True)
class CommentOnDraft:
    """Comment on a place of a draft.

    Attributes:
        consultation_id: The consultation.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause is meant.
        text: What is said.
    """

    consultation_id: UUID
    clause_key: str
    parameter_key: str = ""
    text: str


async def comment_on_draft(unit: Unit, command: CommentOnDraft) -> DraftComment:
    """Comment on a draft of a unit above; the comment is sent to it without who wrote it.

    Raises:
        NotPermitted: The actor may not comment.
        NotFound: No unit above has such a consultation.
        OwnerDoesNotComment: The draft is the tenant's own.
        ConsultationIsOver: It was closed, or its end is reached.
        PlaceIsUnknown: Its text has no such place.
        CommentIsTooLong: The comment is too long.
        InvalidInput: The comment says nothing, or holds what no text holds.
    """
    unit.scope.require(COMMENT_STANDARDS)
    consultation = await consultation_above(unit, command.consultation_id)
    if consultation is None:
        raise NotFound(kind="consultation", key=str(command.consultation_id))
    if consultation.owner_tenant_id == unit.tenant_id:
        raise OwnerDoesNotComment
    check_open(consultation.ends_at, consultation.closed_at, unit.now)
    check_place(read_content(consultation.document), command.clause_key, command.parameter_key)
    comment = said(unit, consultation, command, checked_comment("text", command.text))
    await add(unit, comment)
    place = address(comment.clause_key, comment.parameter_key)
    facts = {"code": comment.code, "consultation_id": consultation.id, "place": place}
    await record_act(
        unit, action="standards.comment_on_draft", subject_kind="draft_comment", subject_id=comment.id, details=facts
    )
    await send(unit, TAKE_IN, {"comment_id": comment.id}, target_tenant_id=consultation.owner_tenant_id)
    return comment


def said(unit: Unit, consultation: Consultation, command: CommentOnDraft, text: str) -> DraftComment:
    """Make the row of a comment."""
    return DraftComment(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        consultation_id=consultation.id,
        owner_tenant_id=consultation.owner_tenant_id,
        code=consultation.code,
        number=consultation.number,
        clause_key=command.clause_key,
        parameter_key=command.parameter_key,
        text=text,
        author_id=unit.scope.actor.id,
        commented_at=unit.now,
        recorded_at=recorded_now(),
    )


async def keep_answer(unit: Unit, answering: UUID, told: ConsultationComment) -> None:
    """Keep the answer to a comment of the tenant; done again it changes nothing.

    Args:
        unit: The tenant that commented.
        answering: The tenant that answers.
        told: The comment as that tenant keeps it.
    """
    comment = await draft_comment(unit, told.id, lock=True)
    if comment is None or comment.owner_tenant_id != answering or comment.answered_at is not None:
        return
    comment.status, comment.answer, comment.answered_at = told.status, told.answer, told.answered_at
    comment.recorded_at = recorded_now()
    await unit.session.flush()
    facts = {"code": comment.code, "comment_id": comment.id, "status": comment.status}
    await record_act(
        unit, action="standards.keep_comment_answer", subject_kind="draft_comment", subject_id=comment.id, details=facts
    )
    await send(unit, "standards.comment_answered", facts)
