"""Reviews of standards, and when each is due: rows of the tenant that publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint

from core.kernel.rows import Retention, TenantRow
from core.standards.vocabulary import ReviewOutcome


class StandardReview(TenantRow, table=True):
    """That somebody looked at a standard again, and what came of it; never changed.

    Attributes:
        standard_id: The standard.
        code: Its name in the network.
        number: The version that was published last; empty where none was.
        outcome: Keep it, change it or withdraw it.
        note: What was found.
        reviewer_id: Who looked.
        reviewed_at: When.
        recorded_at: When the row was written.
    """

    __tablename__ = "standard_reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "standard_id"], ["standards.tenant_id", "standards.id"], name="standard_reviews_standard"
        ),
        CheckConstraint(f"outcome IN {tuple(map(str, ReviewOutcome))}", name="standard_reviews_outcome"),
        Index("standard_reviews_by_code", "tenant_id", "code", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    standard_id: UUID
    code: str
    number: str
    outcome: str
    note: str
    reviewer_id: UUID
    reviewed_at: datetime
    recorded_at: datetime


class ReviewDate(TenantRow, table=True):
    """When a published standard must be looked at again.

    Attributes:
        standard_id: The standard.
        code: Its name in the network.
        last_at: When it was last published or reviewed.
        months: Months from then to the next review.
        due_at: When the next review is due.
        recorded_at: When the row was last written.
    """

    __tablename__ = "standard_review_dates"
    __table_args__ = (
        UniqueConstraint("tenant_id", "standard_id", name="standard_review_dates_once"),
        ForeignKeyConstraint(
            ["tenant_id", "standard_id"], ["standards.tenant_id", "standards.id"], name="standard_review_dates_of"
        ),
        CheckConstraint("months > 0", name="standard_review_dates_months"),
        Index("standard_review_dates_by_due", "tenant_id", "due_at", "id"),
    )

    standard_id: UUID
    code: str
    last_at: datetime
    months: int
    due_at: datetime
    recorded_at: datetime
