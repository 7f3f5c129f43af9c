"""Record that a standard was looked at again, and what came of it."""

from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.kernel.work_items import open_item
from core.standards.models import StandardReview
from core.standards.permissions import REVIEW_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.reviews.errors import NothingToReview
from core.standards.reviews.repository import date_of, newest_number, standard_by_id
from core.standards.reviews.schedule import FOR_ROLE, schedule_review
from core.standards.vocabulary import ReviewOutcome

FOLLOW_UP: Final = "standards.review_follow_up"


@frozen(kw_only=True)
class RecordReview:
    """Record a review: of which standard, what came of it and why."""

    standard_id: UUID
    outcome: ReviewOutcome
    note: str


async def record_review(unit: Unit, command: RecordReview) -> StandardReview:
    """Record a review; the next one is planned from now, and what must be done about it waits in the inbox.

    Raises:
        NotPermitted: The actor may not review.
        NotFound: There is no such standard in this tenant.
        NothingToReview: It was never published.
        InvalidInput: The note is missing or too long.
    """
    unit.scope.require(REVIEW_STANDARDS)
    note = checked_note("note", command.note, required=True)
    standard = await standard_by_id(unit, command.standard_id)
    if standard is None:
        raise NotFound(kind="standard", key=str(command.standard_id))
    if await date_of(unit, standard.id) is None:
        raise NothingToReview(standard=standard.code)
    review = StandardReview(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        standard_id=standard.id,
        code=standard.code,
        number=await newest_number(unit, standard.code),
        outcome=command.outcome.value,
        note=note,
        reviewer_id=unit.scope.actor.id,
        reviewed_at=unit.now,
        recorded_at=recorded_now(),
    )
    unit.session.add(review)
    await unit.session.flush()
    await schedule_review(unit, standard, review.reviewed_at)
    if command.outcome is not ReviewOutcome.KEEP:
        await follow_up(unit, review)
    facts = {"code": standard.code, "outcome": review.outcome, "review_id": review.id}
    await record_act(unit, action="standards.review", subject_kind="standard", subject_id=standard.id, details=facts)
    await send(unit, "standards.reviewed", facts)
    return review


async def follow_up(unit: Unit, review: StandardReview) -> None:
    """Ask the editors to change the standard, or to withdraw it."""
    facts = {"code": review.code, "outcome": review.outcome, "review_id": review.id}
    await open_item(
        unit,
        kind=FOLLOW_UP,
        subject_kind="standard",
        subject_id=review.standard_id,
        facts=facts,
        for_role=FOR_ROLE,
    )
