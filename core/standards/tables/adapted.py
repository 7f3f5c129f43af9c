"""What a tenant made of standards, and what held for it in the end: rows of that tenant."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow
from core.standards.tables.spans import PLACE, RECORDED, VALID
from core.standards.vocabulary import (
    Operator,
)


class StandardHead(Row, table=True):
    """The revision by which all who change one owner's side of a standard are serialised.

    Attributes:
        tenant_id: The owner.
        network_id: Its network.
        code: The standard.
        revision: Goes up with every adaptation and publication of that owner.
        recorded_at: The instant the last change is recorded from; it never goes back.
    """

    __tablename__ = "standard_heads"
    __table_args__ = (Index("standard_heads_of_network", "network_id", "code", "recorded_at"),)

    row_class: ClassVar[RowClass] = RowClass.TENANT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    code: str = Field(primary_key=True)
    revision: int
    recorded_at: datetime


class Adaptation(TenantRow, table=True):
    """What a tenant made of one place of a standard, bitemporal.

    Attributes:
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause's text is meant.
        variant: The context it is for; empty for all contexts.
        aspect: Whether it changes the value or what levels below may do.
        operator: What it does.
        value: For all operators but ``narrow``.
        narrowing: For ``narrow``.
        reason: Why.
        ended_because: Why its owner ended it; empty where nobody did.
        legal_basis: The law or rule that asks for it.
        based_on: The published version it was laid over first.
        origin_id: The adaptation as it was first made; pieces left over by later ones keep it.
        revision: The owner's revision that wrote the row.
        suggestion_id: The suggestion that was adopted, where it comes from one.
        author_id: Who laid it.
        approver_id: Who approved it, where approval was asked.
        valid_from: Since when it holds.
        valid_to: Until when it holds.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "adaptations"
    __table_args__ = (
        CheckConstraint(f"operator IN {tuple(map(str, Operator))}", name="adaptations_operator"),
        CheckConstraint("(operator = 'narrow') = (aspect = 'bounds')", name="adaptations_aspect"),
        CheckConstraint("(operator = 'narrow') = (narrowing IS NOT NULL)", name="adaptations_narrowing"),
        CheckConstraint("(operator = 'narrow') = (value IS NULL)", name="adaptations_value"),
        CheckConstraint("valid_to > valid_from", name="adaptations_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="adaptations_recorded_span"),
        ExcludeConstraint(("tenant_id", "="), *PLACE, VALID, RECORDED, name="adaptations_one_at_a_time", using="gist"),
        Index("adaptations_by_code", "tenant_id", "code", "id"),
        Index("adaptations_by_clause", "tenant_id", "clause_key", "id"),
        Index("adaptations_known_now", "tenant_id", "id", postgresql_where=text("recorded_to IS NULL")),
        Index(
            "adaptations_of_network",
            "network_id",
            "tenant_id",
            "code",
            "id",
            postgresql_where=text("recorded_to IS NULL"),
        ),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    aspect: str
    operator: str
    value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    narrowing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str
    ended_because: str = ""
    legal_basis: str = ""
    based_on: UUID
    origin_id: UUID
    revision: int
    suggestion_id: UUID | None = None
    author_id: UUID
    approver_id: UUID | None = None
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None


class EffectiveDocument(Row, table=True):
    """What held for a tenant, as canonical text, stored once; records pin its hash.

    Attributes:
        tenant_id: The tenant.
        network_id: Its network.
        hash: SHA-256 of the document.
        code: The standard.
        version: Number of the published version that was folded.
        document: Canonical text; ``policy/effective.py`` says what is in it.
        recorded_at: When it was first written.
    """

    __tablename__ = "effective_documents"

    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.SERVICE

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    hash: str = Field(primary_key=True)
    code: str
    version: str
    document: str = Field(sa_column=Column(Text, nullable=False))
    recorded_at: datetime
