"""Background work of reviews."""

from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.reviews.schedule import REMIND, remind


@handles(REMIND)
async def remind_of_review(work: Work) -> None:
    """Remind the owner of a review that is due soon."""
    async with work.unit() as unit:
        await remind(unit, UUID(work.payload["subject_id"]))
