"""Consultation in the schema: drafts laid before units below, their comments, and the answers."""

from datetime import datetime

import strawberry
from strawberry import ID

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import entity, reads
from core.kernel.reads import NOW, Column, Document, Expression, ToOne
from core.kernel.unit import Unit
from core.standards.consultation import answer as answering
from core.standards.consultation import comment as commenting
from core.standards.consultation import consult as consulting
from core.standards.consultation.errors import (
    CommentIsAnswered,
    CommentIsTooLong,
    ConsultationIsOpen,
    ConsultationIsOver,
    OwnerDoesNotComment,
    PlaceIsUnknown,
)
from core.standards.consultation.models import CommentStatus, CommentVerdict
from core.standards.errors import VersionIsElsewhere
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import LocalizedTextType, texts_of
from core.standards.graphql.types import StandardVersionType, as_text
from core.standards.graphql.waiver_types import tenant_named
from core.standards.models import Consultation, ConsultationComment, DraftComment, StandardVersion
from core.standards.permissions import COMMENT_STANDARDS, DRAFT_STANDARDS, READ_STANDARDS

enumeration(
    CommentStatus,
    description="What became of a comment on a draft.",
    values={"OPEN": "It waits for its answer.", "ACCEPTED": "The draft will follow it.", "DECLINED": "It will not."},
)
enumeration(
    CommentVerdict,
    description="How a comment on a draft is answered.",
    values={"ACCEPTED": "The draft will follow it.", "DECLINED": "It will not; the note says why."},
)


@entity(Consultation, permission=READ_STANDARDS, description="A draft that its owner lays before the units below.")
class ConsultationType:
    """One consultation."""

    owner: ID = reads(tenant_named("owner_tenant_id"), description="Global id of the tenant that writes the draft.")
    version: StandardVersionType | None = reads(
        ToOne(StandardVersion, by="version_id"), description="The draft itself; for its owner alone, empty for others."
    )
    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The draft's number, such as `2.0.0`.")
    title: list[LocalizedTextType] = reads(texts_of("title"), description="Its title, per language.")
    document: Json = reads(
        Document("document"),
        description="Its whole text when the consultation was opened: clauses, parameters, bounds.",
    )
    hash: str = reads(Column("hash"), description="SHA-256 of the canonical text, in hexadecimal.")
    note: str = reads(Column("note"), description="What the owner wants to know; may be empty.")
    opened_at: datetime = reads(Column("opened_at"), description="Since when comments are taken.")
    ends_at: datetime = reads(Column("ends_at"), description="Until when.")
    closed_at: datetime | None = reads(Column("closed_at"), description="When the owner closed it before that.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you close it.")


@entity(DraftComment, permission=READ_STANDARDS, description="What the tenant says of a draft of a level above.")
class DraftCommentType:
    """A comment in the tenant that made it."""

    consultation: ConsultationType | None = reads(
        ToOne(Consultation, by="consultation_id"),
        description="The consultation; empty where its owner is above no more.",
    )
    owner: ID = reads(tenant_named("owner_tenant_id"), description="Global id of the tenant that answers.")
    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The draft's number.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty where the clause is meant.")
    text: str = reads(Column("text"), description="What is said.")
    author_id: str = reads(
        Expression(as_text("author_id")), description="Id of whoever wrote it; the owner is not told."
    )
    commented_at: datetime = reads(Column("commented_at"), description="When.")
    status: CommentStatus = reads(Column("status"), description="What became of it.")
    answer: str = reads(Column("answer"), description="What the owner says to it; may be empty.")
    answered_at: datetime | None = reads(Column("answered_at"), description="When the owner answered.")


@entity(ConsultationComment, permission=DRAFT_STANDARDS, description="What a unit below says of a draft of the tenant.")
class ConsultationCommentType:
    """A comment at the owner of the draft."""

    consultation: ConsultationType | None = reads(
        ToOne(Consultation, by="consultation_id"), description="The consultation."
    )
    version: StandardVersionType | None = reads(ToOne(StandardVersion, by="version_id"), description="The draft.")
    from_tenant: ID = reads(
        tenant_named("from_tenant_id"), description="Global id of the unit that says it; who in it is not told."
    )
    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The draft's number.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty where the clause is meant.")
    text: str = reads(Column("text"), description="What is said.")
    commented_at: datetime = reads(Column("commented_at"), description="When.")
    status: CommentStatus = reads(Column("status"), description="What became of it.")
    answer: str = reads(Column("answer"), description="What was said to it; may be empty.")
    answered_by: str | None = reads(
        Expression(as_text("answered_by")), description="Id of whoever answered; the unit is not told."
    )
    answered_at: datetime | None = reads(Column("answered_at"), description="When.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you answer.")


@filters(Consultation, description="Narrows a list of consultations.")
class ConsultationFilter:
    """What consultations can be narrowed by."""

    code: str | None = matches("code", description="On a draft of this standard.")


@filters(DraftComment, description="Narrows a list of one's own comments.")
class DraftCommentFilter:
    """What one's own comments can be narrowed by."""

    consultation: ID | None = matches("consultation_id", description="Made in this one.", refers_to="Consultation")
    open: bool | None = matches("answered_at", "empty", description="True for those that wait for their answer.")


@filters(ConsultationComment, description="Narrows a list of comments of units below.")
class ConsultationCommentFilter:
    """What comments can be narrowed by."""

    version: ID | None = matches("version_id", description="On this draft.", refers_to="StandardVersion")
    clause: str | None = matches("clause_key", description="On the clause of this key.")
    open: bool | None = matches("answered_at", "empty", description="True for those that wait for their answer.")


@input_type(description="Which draft is laid before the units below, and until when.")
class OpenConsultationInput:
    """A consultation to open."""

    version: ID = strawberry.field(description="The draft.")
    until: datetime = strawberry.field(description="Until when comments are taken.")
    expected_revision: int = strawberry.field(description="The draft's revision as you read it.")
    note: str = strawberry.field(default="", description="What you want to know.")

    def to_command(self) -> consulting.OpenConsultation:
        """Give the command."""
        return consulting.OpenConsultation(
            version_id=local_id(StandardVersionType, self.version),
            until=self.until,
            note=self.note,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which consultation takes no more comments.")
class CloseConsultationInput:
    """A consultation to close."""

    consultation: ID = strawberry.field(description="The consultation.")
    expected_revision: int = strawberry.field(description="Its revision as you read it.")

    def to_command(self) -> consulting.CloseConsultation:
        """Give the command."""
        return consulting.CloseConsultation(
            consultation_id=local_id(ConsultationType, self.consultation), expected_revision=self.expected_revision
        )


@input_type(description="What is said of which place of a draft.")
class CommentOnDraftInput:
    """A comment."""

    consultation: ID = strawberry.field(description="The consultation.")
    clause_key: str = strawberry.field(description="A clause of its document.")
    text: str = strawberry.field(
        description="What you say of it, in at most 2,000 characters, without names of people."
    )
    parameter_key: str = strawberry.field(default="", description="A parameter of the clause; empty for the clause.")

    def to_command(self) -> commenting.CommentOnDraft:
        """Give the command."""
        return commenting.CommentOnDraft(
            consultation_id=local_id(ConsultationType, self.consultation),
            clause_key=self.clause_key,
            parameter_key=self.parameter_key,
            text=self.text,
        )


@input_type(description="How a comment is answered.")
class AnswerCommentInput:
    """An answer."""

    comment: ID = strawberry.field(description="The comment.")
    verdict: CommentVerdict = strawberry.field(description="Whether the draft will follow it.")
    expected_revision: int = strawberry.field(description="The comment's revision as you read it.")
    note: str = strawberry.field(default="", description="What you say to it; needed where it is declined.")

    def to_command(self) -> answering.AnswerComment:
        """Give the command."""
        return answering.AnswerComment(
            comment_id=local_id(ConsultationCommentType, self.comment),
            verdict=self.verdict,
            note=self.note,
            expected_revision=self.expected_revision,
        )


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("OpenConsultationSuccess", consultation=ConsultationType),
    errors=(ConsultationIsOpen, InvalidInput, NotFound, StaleEdit, VersionIsElsewhere),
    description="Lays a draft as it is now before the units below, for comments until an instant.",
)
async def open_consultation(unit: Unit, input: OpenConsultationInput) -> Refs:
    """Open a consultation."""
    return Refs(consultation=(await consulting.open_consultation(unit, input.to_command())).id)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("CloseConsultationSuccess", consultation=ConsultationType),
    errors=(ConsultationIsOver, NotFound, StaleEdit),
    description="Takes no more comments; those that were made are answered still.",
)
async def close_consultation(unit: Unit, input: CloseConsultationInput) -> Refs:
    """Close a consultation."""
    return Refs(consultation=(await consulting.close_consultation(unit, input.to_command())).id)


@mutation(
    permission=COMMENT_STANDARDS,
    success=payload("CommentOnDraftSuccess", comment=DraftCommentType),
    errors=(CommentIsTooLong, ConsultationIsOver, InvalidInput, NotFound, OwnerDoesNotComment, PlaceIsUnknown),
    description="Comments on a place of a draft of a level above, which learns the unit and not the person.",
)
async def comment_on_draft(unit: Unit, input: CommentOnDraftInput) -> Refs:
    """Comment on a draft."""
    return Refs(comment=(await commenting.comment_on_draft(unit, input.to_command())).id)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("AnswerCommentSuccess", comment=ConsultationCommentType),
    errors=(CommentIsAnswered, CommentIsTooLong, InvalidInput, NotFound, StaleEdit),
    description="Accepts or declines a comment of a unit below; the answer goes back to it.",
)
async def answer_comment(unit: Unit, input: AnswerCommentInput) -> Refs:
    """Answer a comment."""
    return Refs(comment=(await answering.answer_comment(unit, input.to_command())).id)


consultations = query_connection(
    "consultations",
    ConsultationType,
    order=("ends_at", "id"),
    filter=ConsultationFilter,
    where=lambda row: row.c.closed_at.is_(None) & (row.c.ends_at > NOW),
    description="Drafts of the tenant acted in and the units above it that are open for comments, by the end.",
)
draft_comments = query_connection(
    "draft_comments",
    DraftCommentType,
    order=("-id",),
    filter=DraftCommentFilter,
    description="What the tenant acted in said of drafts, with the answers, the latest first.",
)
consultation_comments = query_connection(
    "consultation_comments",
    ConsultationCommentType,
    order=("-id",),
    filter=ConsultationCommentFilter,
    description="What units below say of drafts of the tenant acted in, the latest first.",
)

QUERIES = [consultations, draft_comments, consultation_comments]
MUTATIONS = [open_consultation, close_consultation, comment_on_draft, answer_comment]
