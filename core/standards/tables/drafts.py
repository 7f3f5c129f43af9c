"""Drafts: rows of the tenant that publishes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import TenantRow
from core.standards.tables.spans import json_column
from core.standards.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Flexibility,
    Layer,
    Obligation,
    ParameterType,
    TimeUnit,
    VersionStatus,
)


class Standard(TenantRow, table=True):
    """A standard as its publisher keeps it.

    Attributes:
        code: Stable name in the network.
        title: Title per locale, as last drafted.
        layer: Where it stands among the others, as last drafted.
        review_months: How many months after a publication or a review it is looked at again.
        revision: Goes up with every change of the standard or one of its versions.
        recorded_at: When the row was last written.
    """

    __tablename__ = "standards"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", name="standards_code_once"),
        CheckConstraint(f"layer IN {tuple(map(str, Layer))}", name="standards_layer"),
    )

    code: str
    title: dict[str, str] = Field(sa_column=json_column())
    layer: str
    review_months: int = 6
    revision: int = 1
    recorded_at: datetime


class StandardVersion(TenantRow, table=True):
    """One version of a standard on its way from draft to publication.

    Attributes:
        standard_id: The standard.
        number: Semantic number, unique in the standard.
        major: First part of the number.
        minor: Second part.
        patch: Third part.
        status: Where it is in its life.
        title: Title per locale.
        layer: Where the standard stands among the others.
        profile: What it says of itself; ``policy/content.py`` says in which form.
        lineage: Where clauses of the version before stand now.
        change_log: What changed, in the author's words.
        hash: SHA-256 of the canonical text.
        author_id: Who wrote it last.
        editors: Everybody who wrote it; none of them may approve it.
        approver_id: Who approved it.
        submitted_at: When it was handed in.
        approved_at: When it was approved.
        published_at: When it was published.
        valid_from: Since when it holds.
        valid_to: Until when it holds; set once a successor is published, or it is withdrawn.
        withdrawn_at: When it was withdrawn.
        withdrawn_because: Why, in the words of whoever withdrew it.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "standard_versions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "standard_id", "number", name="standard_versions_number_once"),
        ForeignKeyConstraint(
            ["tenant_id", "standard_id"], ["standards.tenant_id", "standards.id"], name="standard_versions_standard"
        ),
        CheckConstraint(f"status IN {tuple(map(str, VersionStatus))}", name="standard_versions_status"),
        CheckConstraint("approver_id <> author_id", name="standard_versions_by_another"),
        CheckConstraint(
            "status IN ('draft', 'in_review', 'withdrawn') OR approver_id IS NOT NULL",
            name="standard_versions_approved",
        ),
        CheckConstraint(
            "(published_at IS NULL) = (valid_from IS NULL)", name="standard_versions_published_with_validity"
        ),
        CheckConstraint("valid_to > valid_from", name="standard_versions_valid_span"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="standard_versions_withdrawn"),
    )

    standard_id: UUID
    number: str
    major: int
    minor: int
    patch: int
    status: str = VersionStatus.DRAFT.value
    title: dict[str, str] = Field(sa_column=json_column())
    layer: str
    profile: dict[str, Any] = Field(sa_column=json_column())
    lineage: list[dict[str, Any]] = Field(sa_column=json_column())
    change_log: str = ""
    hash: str
    author_id: UUID
    editors: list[str] = Field(sa_column=json_column())
    approver_id: UUID | None = None
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    published_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    revision: int = 1
    recorded_at: datetime


class Clause(TenantRow, table=True):
    """One clause of a version, in the publisher's tenant; ``policy/content.py`` says what the columns mean."""

    __tablename__ = "clauses"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", "key", name="clauses_key_once"),
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="clauses_version",
        ),
        CheckConstraint(f"kind IN {tuple(map(str, ClauseKind))}", name="clauses_kind"),
        CheckConstraint(f"level IN {tuple(map(str, ClauseLevel))}", name="clauses_level"),
        CheckConstraint(f"obligation IN {tuple(map(str, Obligation))}", name="clauses_obligation"),
        CheckConstraint(f"flexibility IN {tuple(map(str, Flexibility))}", name="clauses_flexibility"),
        Index("clauses_by_position", "tenant_id", "version_id", "position", "id"),
    )

    version_id: UUID
    key: str
    kind: str
    level: str
    obligation: str
    flexibility: str
    position: int
    text: dict[str, str] = Field(sa_column=json_column())
    operators: list[str] = Field(sa_column=json_column())
    body: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class Parameter(TenantRow, table=True):
    """One parameter of a clause, in the publisher's tenant; ``policy/content.py`` says what the columns mean."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("tenant_id", "clause_id", "key", name="parameters_key_once"),
        ForeignKeyConstraint(["tenant_id", "clause_id"], ["clauses.tenant_id", "clauses.id"], name="parameters_clause"),
        CheckConstraint(f"type IN {tuple(map(str, ParameterType))}", name="parameters_type"),
        CheckConstraint(f"unit IN {tuple(map(str, TimeUnit))}", name="parameters_unit"),
        CheckConstraint("(type = 'duration') = (unit IS NOT NULL)", name="parameters_unit_of_durations"),
        Index("parameters_by_version", "tenant_id", "version_id", "clause_id", "position", "id"),
    )

    version_id: UUID
    clause_id: UUID
    clause_key: str
    key: str
    type: str
    unit: str | None = None
    default_value: Any = Field(sa_column=json_column())
    operators: list[str] = Field(sa_column=json_column())
    bounds: dict[str, Any] = Field(sa_column=json_column())
    variants: list[dict[str, Any]] = Field(sa_column=json_column())
    position: int
