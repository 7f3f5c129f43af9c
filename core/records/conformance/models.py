"""How records stand against their process, as it was worked out last: rows that lists find, and that decide nothing."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow


class RecordDeviation(TenantRow, table=True):
    """One deviation of a record; all of it follows from the record's events, its standard and its calendar.

    Who was qualified for a step is judged once, when the step is first looked at, and kept.

    Attributes:
        record_id: The record.
        kind: How it deviates.
        step_key: The step; empty where it is the whole record.
        step_position: Place of the step's occurrence; 0 where none is meant.
        detail: Which clock ran out, or which evidence is missing.
        clause_key: The clause that it stands under.
        grade: ``baseline``, ``expected`` or ``differentiated``: the level of that clause.
        since: When it became a deviation.
        since_event: Number of the event that it rests on.
        settled_at: When there was nothing left to be made good.
        is_open: Whether there is something left to be made good.
        lacking: JSON list of the steps that should have come before.
        recorded_at: When the row was last written.
    """

    __tablename__ = "record_deviations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_deviations_record"
        ),
        CheckConstraint(
            "kind IN ('missing', 'out_of_order', 'repeated', 'unforeseen', 'late', 'unqualified', 'evidence_missing')",
            name="record_deviations_kind",
        ),
        CheckConstraint("grade IN ('baseline', 'expected', 'differentiated')", name="record_deviations_grade"),
        CheckConstraint("is_open = (settled_at IS NULL)", name="record_deviations_open"),
        UniqueConstraint(
            "tenant_id",
            "record_id",
            "kind",
            "step_key",
            "step_position",
            "detail",
            name="record_deviations_once",
        ),
        Index("record_deviations_of_record", "tenant_id", "record_id", "since", "id"),
        Index("record_deviations_by_since", "tenant_id", "since", "id"),
        Index("record_deviations_by_kind", "tenant_id", "kind", "since", "id"),
        Index("record_deviations_by_grade", "tenant_id", "grade", "since", "id"),
        Index("record_deviations_by_step", "tenant_id", "step_key", "since", "id"),
        Index("record_deviations_by_open", "tenant_id", "is_open", "since", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    kind: str
    step_key: str = ""
    step_position: int = 0
    detail: str = ""
    clause_key: str
    grade: str
    since: datetime
    since_event: int
    settled_at: datetime | None = None
    is_open: bool
    lacking: str = "[]"
    recorded_at: datetime


class RecordConformance(TenantRow, table=True):
    """The figures of one record, as they were worked out last.

    Attributes:
        record_id: The record.
        fitness: Token-replay fitness in ten thousandths, rounded down; 10,000 also where there is no process.
        produced: Tokens put in the replay; 0 where there is no process.
        consumed: Tokens taken.
        missing: Tokens that were lacking.
        remaining: Tokens that were left over.
        deviations: How many deviations it has.
        open: How many of them can still be made good.
        baseline: How many stand under a baseline clause.
        expected: How many under an expected one.
        differentiated: How many under one that sets the network apart.
        is_broken: Whether a baseline is broken.
        planned_end: When it should be over by its plan; empty where it has none, and while nobody can tell.
        expected_end: When it was over, or will be.
        share: By how much of its plan it is behind, in ten thousandths; less than nothing where it is ahead.
        is_flagged: Whether that is more than is put up with.
        head: Number of the event up to which it is worked out.
        recorded_at: When the row was last written.
    """

    __tablename__ = "record_conformance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_conformance_record"
        ),
        CheckConstraint("fitness BETWEEN 0 AND 10000", name="record_conformance_fitness"),
        CheckConstraint("is_broken = (baseline > 0)", name="record_conformance_broken"),
        UniqueConstraint("tenant_id", "record_id", name="record_conformance_once"),
        Index("record_conformance_by_fitness", "tenant_id", "fitness", "id"),
        Index("record_conformance_by_broken", "tenant_id", "is_broken", "fitness", "id"),
        Index("record_conformance_by_flagged", "tenant_id", "is_flagged", "fitness", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    fitness: int
    produced: int
    consumed: int
    missing: int
    remaining: int
    deviations: int
    open: int
    baseline: int
    expected: int
    differentiated: int
    is_broken: bool
    planned_end: datetime | None = None
    expected_end: datetime | None = None
    share: int = Field(default=0, sa_type=BigInteger)
    is_flagged: bool
    head: int
    recorded_at: datetime
