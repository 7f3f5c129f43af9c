"""Tables of quality: what a rule said of a record, and what a tenant's days add up to."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow


class RecordScore(TenantRow, table=True):
    """What one rule said of one record in one dimension; scoring again replaces it.

    Attributes:
        record_id: The record.
        rule: ``<plugin key>/<rule key>``.
        rule_version: Version of the rule that scored.
        dimension: What was judged.
        basis_points: 0 to 10,000, or None where the record cannot be judged yet.
        reason: Stable code of the reason.
        message: The reason for people, in English, without personal data.
        measured: The figures behind it; durations in seconds.
        effective_hash: The effective standard it was judged against.
        recorded_at: When it was scored, in real time.
    """

    __tablename__ = "record_scores"
    __table_args__ = (
        UniqueConstraint("tenant_id", "record_id", "rule", "dimension", name="record_scores_once"),
        CheckConstraint("basis_points BETWEEN 0 AND 10000", name="record_scores_basis_points"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    rule: str
    rule_version: str
    dimension: str
    basis_points: int | None = None
    reason: str
    message: str
    measured: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    effective_hash: str
    recorded_at: datetime


class RecordFigures(TenantRow, table=True):
    """What is counted of one record; ``id`` is the record's.

    Attributes:
        standard_code: The standard it was served under.
        day: The day it was opened, in the tenant's time zone.
        resolved: Whether it has been resolved.
        resolution_seconds: From opening to first resolution, elapsed; None while open.
        published_limit_seconds: The limit headquarters published.
        effective_limit_seconds: The limit that held for the tenant.
        step_count: How many steps it has.
        recorded_at: When it was counted, in real time.
    """

    __tablename__ = "record_figures"
    __table_args__ = (
        CheckConstraint("resolution_seconds >= 0", name="record_figures_resolution"),
        Index("record_figures_by_day", "tenant_id", "standard_code", "day", "id"),
        Index("record_figures_by_network", "network_id", "standard_code", "day"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    standard_code: str
    day: date
    resolved: bool
    resolution_seconds: int | None = Field(default=None, sa_type=BigInteger)
    published_limit_seconds: int | None = Field(default=None, sa_type=BigInteger)
    effective_limit_seconds: int | None = Field(default=None, sa_type=BigInteger)
    step_count: int
    recorded_at: datetime


class KeptByTenant(Row):
    """A row of a tenant that is kept by something other than an id."""

    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.SERVICE

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID


class DayRow(KeptByTenant):
    """The key of a rollup: one tenant, one standard, one day."""

    standard_code: str = Field(primary_key=True)
    day: date = Field(primary_key=True)


class QualityDay(DayRow, table=True):
    """The figures of one day: sums, so that days add up to any period.

    Attributes:
        records: Records opened on the day.
        resolved: Of those, how many are resolved.
        within_published: Of those, how many within the limit headquarters published.
        within_effective: Of those, how many within the limit that held for the tenant.
        resolution_seconds: Sum over the resolved.
        steps: Sum of their steps.
    """

    __tablename__ = "quality_days"
    __table_args__ = (Index("quality_days_by_network", "network_id", "standard_code", "day"),)

    records: int = Field(sa_type=BigInteger)
    resolved: int = Field(sa_type=BigInteger)
    within_published: int = Field(sa_type=BigInteger)
    within_effective: int = Field(sa_type=BigInteger)
    resolution_seconds: int = Field(sa_type=BigInteger)
    steps: int = Field(sa_type=BigInteger)


class ScoreDay(DayRow, table=True):
    """The scores of one day in one dimension of one rule.

    Attributes:
        rule: ``<plugin key>/<rule key>``.
        dimension: What was judged.
        scored: How many records got a score.
        basis_points: Sum of their scores.
    """

    __tablename__ = "score_days"
    __table_args__ = (Index("score_days_by_network", "network_id", "standard_code", "day"),)

    rule: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    scored: int = Field(sa_type=BigInteger)
    basis_points: int = Field(sa_type=BigInteger)


class QualityHead(KeptByTenant, table=True):
    """One row a tenant, locked while its days are added up again, so that two jobs never overwrite each other."""

    __tablename__ = "quality_heads"
    retention: ClassVar[Retention] = Retention.OPERATIONAL

    revision: int
