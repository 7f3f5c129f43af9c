"""Tables of suggestions: what is offered to those below, and what a tenant made of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, TenantRow
from core.standards.vocabulary import Operator


class SuggestionVerdict(StrEnum):
    """What a tenant made of a suggestion."""

    ADOPTED = "adopted"
    REJECTED = "rejected"


class Suggestion(ReferenceRow, table=True):
    """An adaptation that is offered to units below its owner.

    Attributes:
        owner_tenant_id: Who offers it; readable where that is the reading tenant or above it.
        source: Where it comes from, such as the name of a locale pack or a law firm.
        locale: Language it is for, such as ``de``, or language and territory; empty for all.
        territory: Country it is for (ISO 3166), such as ``AT``; empty for all.
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause's text is meant.
        variant: The context it is for; empty for all contexts.
        operator: What it does.
        value: For all operators but ``narrow``.
        narrowing: For ``narrow``.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        from_version: First version of the standard it is for; empty for all before.
        before_version: First version it is not for any more; empty where there is none.
        author_id: Who offered it.
        offered_at: When.
        withdrawn_at: When it was taken back; what was adopted stays.
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        CheckConstraint(f"operator IN {tuple(map(str, Operator))}", name="suggestions_operator"),
        CheckConstraint("(operator = 'narrow') = (narrowing IS NOT NULL)", name="suggestions_narrowing"),
        CheckConstraint("(operator = 'narrow') = (value IS NULL)", name="suggestions_value"),
        Index("suggestions_by_code", "network_id", "code", "id"),
        Index("suggestions_by_source", "network_id", "source", "id"),
    )

    owner_tenant_id: UUID
    source: str
    locale: str = ""
    territory: str = ""
    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    operator: str
    value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    narrowing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str
    legal_basis: str = ""
    from_version: str = ""
    before_version: str = ""
    author_id: UUID
    offered_at: datetime
    withdrawn_at: datetime | None = None


class SuggestionAnswer(TenantRow, table=True):
    """What a tenant made of a suggestion.

    Attributes:
        suggestion_id: The suggestion.
        code: The standard.
        status: Adopted or rejected.
        reason: Why.
        adaptation_id: The adaptation it became, where it was adopted.
        decided_by: Who decided.
        decided_at: When.
        revision: Goes up with every change.
    """

    __tablename__ = "suggestion_answers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "suggestion_id", name="suggestion_answers_once"),
        CheckConstraint(f"status IN {tuple(map(str, SuggestionVerdict))}", name="suggestion_answers_status"),
        CheckConstraint("(status = 'adopted') = (adaptation_id IS NOT NULL)", name="suggestion_answers_adaptation"),
        Index("suggestion_answers_by_code", "tenant_id", "code", "id"),
        Index("suggestion_answers_by_status", "tenant_id", "status", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    suggestion_id: UUID
    code: str
    status: str
    reason: str = ""
    adaptation_id: UUID | None = None
    decided_by: UUID
    decided_at: datetime
    revision: int = 1
