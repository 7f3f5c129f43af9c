"""Reviews in the schema."""

from datetime import datetime

import sqlalchemy as sa
import strawberry

from core.kernel.errors import InvalidInput, NotFound
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import entity, reads
from core.kernel.reads import NOW, Column, Expression, ToOne
from core.kernel.unit import Unit
from core.standards.graphql.types import StandardType
from core.standards.graphql.vocabulary import ReviewOutcome
from core.standards.models import ReviewDate, Standard, StandardReview
from core.standards.permissions import READ_STANDARDS, REVIEW_STANDARDS
from core.standards.reviews import record
from core.standards.reviews.errors import NothingToReview


@entity(ReviewDate, permission=READ_STANDARDS, description="When a published standard must be looked at again.")
class ReviewDateType:
    """When a standard is due."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    standard: StandardType | None = reads(ToOne(Standard, by="standard_id"), description="The standard.")
    last_at: datetime = reads(Column("last_at"), description="When it was last published or reviewed.")
    months: int = reads(Column("months"), description="Months from then to the next review.")
    due_at: datetime = reads(Column("due_at"), description="When the next review is due.")
    overdue: bool = reads(Expression(lambda row: row.c.due_at <= NOW), description="Whether that is past.")


@filters(ReviewDate, description="Narrows what is due.")
class ReviewDateFilter:
    """What is due can be narrowed by."""

    before: datetime | None = matches("due_at", "before", description="Due before this instant.")


@entity(StandardReview, permission=READ_STANDARDS, description="That somebody looked at a standard again.")
class StandardReviewType:
    """One review."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="Number of the version that was published last by then.")
    outcome: ReviewOutcome = reads(Column("outcome"), description="What came of it.")
    note: str = reads(Column("note"), description="What was found.")
    reviewer_id: str = reads(
        Expression(lambda row: sa.cast(row.c.reviewer_id, sa.Text)), description="Id of whoever looked."
    )
    reviewed_at: datetime = reads(Column("reviewed_at"), description="When.")


@filters(StandardReview, description="Narrows a list of reviews.")
class StandardReviewFilter:
    """What reviews can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")


@input_type(description="What came of a review.")
class RecordReviewInput:
    """What came of a review."""

    standard: strawberry.ID = strawberry.field(description="The standard that was looked at.")
    outcome: ReviewOutcome = strawberry.field(description="What came of it.")
    note: str = strawberry.field(description="What was found.")

    def to_command(self) -> record.RecordReview:
        """Give the command."""
        standard_id = local_id(StandardType, self.standard)
        return record.RecordReview(standard_id=standard_id, outcome=self.outcome, note=self.note)


reviews_due = query_connection(
    "reviews_due",
    ReviewDateType,
    order=("due_at", "id"),
    filter=ReviewDateFilter,
    description="When the standards that the tenant acted in publishes must be looked at again, the most urgent first.",
)
standard_reviews = query_connection(
    "standard_reviews",
    StandardReviewType,
    order=("-id",),
    filter=StandardReviewFilter,
    description="Reviews of the standards that the tenant acted in publishes, the latest first.",
)


@mutation(
    permission=REVIEW_STANDARDS,
    success=payload("RecordReviewSuccess", review=StandardReviewType),
    errors=(InvalidInput, NotFound, NothingToReview),
    description="Records that a standard was looked at again; the next review is planned from now.",
)
async def record_review(unit: Unit, input: RecordReviewInput) -> Refs:
    """Record a review."""
    return Refs(review=(await record.record_review(unit, input.to_command())).id)
