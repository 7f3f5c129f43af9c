"""What a tenant promises its customers, bitemporal: a row of that tenant."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow
from core.standards.tables.spans import RECORDED, VALID, json_column


class Promise(TenantRow, table=True):
    """What a tenant promises of one standard; at an instant it has one promise of a standard at most.

    Attributes:
        code: The standard.
        scope: What is offered to whom, as a text per locale for customers.
        limits: What is promised, each as ``policy.PromisedLimit`` in JSON.
        expected_time: How long it usually takes, likewise; empty where nothing is said.
        reason: Why it was made or changed, for those inside.
        ended_because: Why it was ended; empty where it was not.
        origin_id: The promise as it was first made; pieces left over by later ones keep it.
        revision: The owner's revision that wrote the row.
        author_id: Who made it.
        valid_from: Since when it holds.
        valid_to: Until when it holds.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "promises"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="promises_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="promises_recorded_span"),
        ExcludeConstraint(
            ("tenant_id", "="), ("code", "="), VALID, RECORDED, name="promises_one_at_a_time", using="gist"
        ),
        Index("promises_by_code", "tenant_id", "code", "id"),
        Index("promises_known_now", "tenant_id", "id", postgresql_where=text("recorded_to IS NULL")),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    scope: dict[str, str] = Field(sa_column=json_column())
    limits: list[dict[str, Any]] = Field(sa_column=json_column())
    expected_time: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str
    ended_because: str = ""
    origin_id: UUID
    revision: int
    author_id: UUID
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None
