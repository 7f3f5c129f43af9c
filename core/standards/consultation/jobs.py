"""Commands between the unit that comments and the owner of the draft.

What is written in one tenant is read there, in a unit that writes nothing, and kept in the other in a transaction of
its own that happens once; nothing but the comment's id travels in between.
"""

from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.consultation.answer import take_in
from core.standards.consultation.comment import keep_answer
from core.standards.consultation.inbox import show_consultation, tell_units
from core.standards.consultation.repository import draft_comment, received_comment
from core.standards.consultation.topics import ANSWER, ENDS, SHOW, TAKE_IN, TELL


@handles(TAKE_IN)
async def take_comment_in(work: Work) -> None:
    """Keep a comment of a unit below for the editors."""
    async with work.senders_unit() as theirs:
        comment = await draft_comment(theirs, UUID(work.payload["comment_id"]))
    if comment is not None:
        async with work.unit() as unit:
            await take_in(unit, work.started.tenant_id, comment)


@handles(ANSWER)
async def keep_comment_answer(work: Work) -> None:
    """Keep the answer of the draft's owner."""
    async with work.senders_unit() as theirs:
        comment = await received_comment(theirs, UUID(work.payload["comment_id"]))
    if comment is not None and comment.answered_at is not None:
        async with work.unit() as unit:
            await keep_answer(unit, work.started.tenant_id, comment)


@handles("standards.consultation_opened")
@handles("standards.consultation_closed")
@handles(TELL)
async def tell_of_consultation(work: Work) -> None:
    """Tell the units below that a draft is laid before them, or no longer is."""
    async with work.unit(once=True) as unit:
        await tell_units(unit, UUID(work.payload["consultation_id"]), work.payload.get("after", ""))


@handles(SHOW)
async def show_in_inbox(work: Work) -> None:
    """Put a consultation into the inbox, or take it out."""
    async with work.unit() as unit:
        await show_consultation(unit, UUID(work.payload["consultation_id"]))


@handles(ENDS)
async def consultation_ends(work: Work) -> None:
    """Take a consultation out of the inbox once its end is reached."""
    async with work.unit() as unit:
        await show_consultation(unit, UUID(work.payload["subject_id"]))
