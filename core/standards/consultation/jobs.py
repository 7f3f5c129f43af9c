"""Commands between the unit that comments and the owner of the draft.

What is written in one tenant is read there, in a unit that writes nothing, and kept in the other in a transaction of
its own that happens once; nothing but the comment's id travels in between.
"""

from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.consultation.answer import take_in
from core.standards.consultation.comment import keep_answer
from core.standards.consultation.repository import draft_comment, received_comment
from core.standards.consultation.topics import ANSWER, TAKE_IN


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
