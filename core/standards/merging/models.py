"""What became of a tenant's adaptations in new versions: rows of that tenant."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow
from core.standards.merging.vocabulary import MergeOutcome, MergeStatus, ProposalKind, Resolution

OPEN = text("settled_at IS NULL")


class MergeOutcomeRow(TenantRow, table=True):
    """What became of one adaptation in one version.

    Attributes:
        code: The standard.
        adaptation_id: The adaptation as it was laid; its row stays, also where it is known no longer.
        origin_id: The adaptation as it was first made.
        based_on: The version it was laid over.
        version_id: The new version.
        version_number: Its number.
        outcome: What became of it.
        clause_key: The clause it was laid on.
        parameter_key: The parameter; empty where the clause's text is meant.
        variant: The contexts it is for.
        clause_key_after: The clause in the new version; empty where there is none.
        parameter_key_after: The parameter there.
        at: Since when the outcome holds.
        limit_kind: The bound it does not keep to, for ``out_of_bounds``.
        limit_value: That bound.
        set_by: The tenant whose bound or lock stands in the way.
        problem: What is wrong with the form of its value, for ``type_changed``.
        proposal: What is proposed.
        proposed_clause_key: Where it would stand.
        proposed_parameter_key: The parameter there.
        proposed_value: What it would say.
        ended: Whether the adaptation was ended where the outcome begins, because its place means something else now.
        waiver_id: The waiver its owner asked for instead, granted or not.
        status: Whether it waits for its owner.
        resolution: What the owner decided.
        reason: Why.
        resolved_by: Who decided.
        settled_at: Since when nothing waits.
        recorded_at: When the outcome was found.
    """

    __tablename__ = "merge_outcomes"
    __table_args__ = (
        CheckConstraint(f"outcome IN {tuple(map(str, MergeOutcome))}", name="merge_outcomes_outcome"),
        CheckConstraint(f"proposal IN {tuple(map(str, ProposalKind))}", name="merge_outcomes_proposal"),
        CheckConstraint(f"status IN {tuple(map(str, MergeStatus))}", name="merge_outcomes_status"),
        CheckConstraint(f"resolution IN {tuple(map(str, Resolution))}", name="merge_outcomes_resolution"),
        CheckConstraint("(status = 'resolved') = (resolution IS NOT NULL)", name="merge_outcomes_resolved"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="merge_outcomes_settled"),
        CheckConstraint("(status = 'followed') = (outcome IN ('clean', 'merged'))", name="merge_outcomes_followed"),
        Index("merge_outcomes_by_code", "tenant_id", "code", "id"),
        Index("merge_outcomes_by_version", "tenant_id", "version_id", "id"),
        Index("merge_outcomes_by_outcome", "tenant_id", "outcome", "id"),
        Index("merge_outcomes_by_waiver", "tenant_id", "waiver_id"),
        Index("merge_outcomes_open", "tenant_id", "id", postgresql_where=OPEN),
        Index("merge_outcomes_open_once", "tenant_id", "adaptation_id", unique=True, postgresql_where=OPEN),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    adaptation_id: UUID
    origin_id: UUID
    based_on: UUID
    version_id: UUID
    version_number: str
    outcome: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    clause_key_after: str | None = None
    parameter_key_after: str | None = None
    at: datetime
    limit_kind: str | None = None
    limit_value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    set_by: UUID | None = None
    problem: str = ""
    proposal: str
    proposed_clause_key: str | None = None
    proposed_parameter_key: str | None = None
    proposed_value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    ended: bool = False
    waiver_id: UUID | None = None
    status: str
    resolution: str | None = None
    reason: str = ""
    resolved_by: UUID | None = None
    settled_at: datetime | None = None
    recorded_at: datetime
