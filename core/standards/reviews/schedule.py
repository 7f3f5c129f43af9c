"""Plan the next review of a standard, and remind its owner before it is due."""

from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.models import Standard
from core.standards.reviews.policy import REMINDED_BEFORE, due_after
from core.standards.reviews.repository import date_of, put_date

REMIND: Final = "standards.remind_of_review"
ITEM: Final = "standards.review_due"
FOR_ROLE: Final = "standards_editor"


async def schedule_review(unit: Unit, standard: Standard, last_at: datetime) -> None:
    """Plan the review that follows a publication or a review, in the same transaction.

    Args:
        unit: The publisher's transaction.
        standard: The standard.
        last_at: When it was published or reviewed.
    """
    months = months_of(standard)
    due_at = due_after(last_at, months)
    await put_date(unit, standard, last_at=last_at, months=months, due_at=due_at)
    await settle_item(unit, ITEM, standard.id)
    await set_timer(unit, REMIND, standard.id, due_at - REMINDED_BEFORE)


async def remind(unit: Unit, standard_id: UUID) -> None:
    """Put a review into the inbox that is due soon; one that was planned anew meanwhile has a timer of its own."""
    date = await date_of(unit, standard_id)
    if date is None or unit.now < date.due_at - REMINDED_BEFORE:
        return
    await open_item(
        unit,
        kind=ITEM,
        subject_kind="standard",
        subject_id=standard_id,
        facts={"code": date.code, "due_at": date.due_at, "last_at": date.last_at},
        for_role=FOR_ROLE,
        due_at=date.due_at,
    )


def months_of(standard: Standard) -> int:
    """Tell how many months lie between two reviews of a standard."""
    return standard.review_months
