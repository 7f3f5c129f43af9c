"""What is proposed in a tenant, and whether two are needed there: rows of that tenant."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow
from core.standards.vocabulary import Operator


class ProposalStatus(StrEnum):
    """What became of a proposal."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AdaptationProposal(TenantRow, table=True):
    """An adaptation that somebody proposed, or proposed to end.

    Attributes:
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause's text is meant.
        variant: The context it is for; empty for all contexts.
        operator: What it would do.
        value: For all operators but ``narrow``.
        narrowing: For ``narrow``.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        valid_from: Since when it would hold; empty for the instant of its approval.
        valid_to: Until when it would hold.
        status: What became of it; ``refused`` where it was approved and did no longer keep to what is granted.
        refusal: Code of that refusal, as ``standards.bound_exceeded``.
        adaptation_id: The adaptation it became, or the one that it ended.
        withdraws: The adaptation that it asks to end; empty where it asks for one.
        author_id: Who proposed it.
        decided_by: Who approved or rejected it.
        proposed_at: When it was proposed.
        decided_at: When it was decided.
        revision: Goes up with every change.
    """

    __tablename__ = "adaptation_proposals"
    __table_args__ = (
        CheckConstraint(f"operator IN {tuple(map(str, Operator))}", name="adaptation_proposals_operator"),
        CheckConstraint(f"status IN {tuple(map(str, ProposalStatus))}", name="adaptation_proposals_status"),
        CheckConstraint("(status = 'approved') = (adaptation_id IS NOT NULL)", name="adaptation_proposals_became"),
        CheckConstraint("decided_by <> author_id", name="adaptation_proposals_by_another"),
        Index("adaptation_proposals_by_code", "tenant_id", "code", "id"),
        Index("adaptation_proposals_by_status", "tenant_id", "status", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    operator: str
    value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    narrowing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str
    legal_basis: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    status: str = ProposalStatus.ASKED.value
    refusal: str = ""
    adaptation_id: UUID | None = None
    withdraws: UUID | None = None
    author_id: UUID
    decided_by: UUID | None = None
    proposed_at: datetime
    decided_at: datetime | None = None
    revision: int = 1


class AdaptationRule(Row, table=True):
    """How a tenant adapts; one row for each tenant that has said so.

    Attributes:
        tenant_id: The tenant.
        network_id: Its network.
        by_two: Whether every adaptation takes one person who proposes and another who approves.
        recorded_at: When the row was last written.
    """

    __tablename__ = "adaptation_rules"

    row_class: ClassVar[RowClass] = RowClass.TENANT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    by_two: bool
    recorded_at: datetime
