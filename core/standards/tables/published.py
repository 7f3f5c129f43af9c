"""What is published to those below: reference rows, readable by lineage, written by their owner."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import ReferenceRow
from core.standards.tables.spans import PLACE, RECORDED, VALID, json_column
from core.standards.vocabulary import Aspect


class PublishedVersion(ReferenceRow, table=True):
    """A version as those below its publisher read it: its canonical text never changes.

    Attributes:
        owner_tenant_id: The publisher.
        standard_id: The standard in the publisher's tenant.
        code: The standard's name.
        number: The version's number.
        major: First part of the number.
        minor: Second part.
        patch: Third part.
        title: Title per locale.
        layer: Where the standard stands among the others.
        document: Canonical text of the version.
        hash: SHA-256 of that text.
        change_log: What changed.
        author_id: Who wrote it.
        approver_id: Who approved it.
        approved_at: When it was approved.
        published_at: When it was published.
        valid_from: Since when it holds.
        valid_to: Until when it holds, as known now; ``published_overlays`` keeps what was known before.
        withdrawn_at: When it was withdrawn; meanwhile another one held again or none.
    """

    __tablename__ = "published_versions"
    __table_args__ = (
        UniqueConstraint("network_id", "code", "number", name="published_versions_number_once"),
        CheckConstraint("valid_to > valid_from", name="published_versions_valid_span"),
        CheckConstraint("approver_id <> author_id", name="published_versions_by_another"),
        ExcludeConstraint(
            ("network_id", "="),
            ("code", "="),
            VALID,
            name="published_versions_one_at_a_time",
            using="gist",
            where=text("withdrawn_at IS NULL"),
        ),
        Index("published_versions_by_code", "network_id", "code", text("valid_from DESC"), text("id DESC")),
    )

    owner_tenant_id: UUID
    standard_id: UUID
    code: str
    number: str
    major: int
    minor: int
    patch: int
    title: dict[str, str] = Field(sa_column=json_column())
    layer: str
    document: str = Field(sa_column=Column(Text, nullable=False))
    hash: str
    change_log: str
    author_id: UUID
    approver_id: UUID
    approved_at: datetime
    published_at: datetime
    valid_from: datetime
    valid_to: datetime | None = None
    withdrawn_at: datetime | None = None


class PublishedOverlay(ReferenceRow, table=True):
    """An overlay that units below its owner inherit, bitemporal: a published version, or an adaptation of a unit above.

    Attributes:
        owner_tenant_id: Who laid it; readable where that is the reading tenant or above it.
        code: The standard.
        kind: ``version`` or ``adaptation``.
        published_version_id: For a version, which.
        adaptation_id: For an adaptation, the owner's row.
        clause_key: For an adaptation as there; empty for a version.
        parameter_key: Likewise.
        variant: Likewise.
        aspect: Likewise.
        operator: Likewise.
        value: Likewise.
        narrowing: Likewise.
        reason: Likewise.
        legal_basis: Likewise.
        based_on: Likewise.
        suggestion_id: Likewise.
        author_id: Who wrote or laid it.
        approver_id: Who approved it, where approval was asked.
        valid_from: Since when it holds.
        valid_to: Until when it holds.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "published_overlays"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "published_version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="published_overlays_version",
        ),
        CheckConstraint("kind IN ('version', 'adaptation')", name="published_overlays_kind"),
        CheckConstraint(
            "(kind = 'version') = (published_version_id IS NOT NULL)", name="published_overlays_names_version"
        ),
        CheckConstraint(
            "(kind = 'adaptation') = (adaptation_id IS NOT NULL AND operator IS NOT NULL)",
            name="published_overlays_names_adaptation",
        ),
        CheckConstraint("valid_to > valid_from", name="published_overlays_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="published_overlays_recorded_span"),
        ExcludeConstraint(
            ("network_id", "="),
            ("code", "="),
            VALID,
            RECORDED,
            name="published_overlays_one_version",
            using="gist",
            where=text("kind = 'version'"),
        ),
        ExcludeConstraint(
            ("network_id", "="),
            ("owner_tenant_id", "="),
            *PLACE,
            VALID,
            RECORDED,
            name="published_overlays_one_adaptation",
            using="gist",
            where=text("kind = 'adaptation'"),
        ),
        Index("published_overlays_by_code", "network_id", "code", "owner_tenant_id", "id"),
    )

    owner_tenant_id: UUID
    code: str
    kind: str
    published_version_id: UUID | None = None
    adaptation_id: UUID | None = None
    clause_key: str = ""
    parameter_key: str = ""
    variant: str = ""
    aspect: str = Aspect.VALUE.value
    operator: str | None = None
    value: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    narrowing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    reason: str = ""
    legal_basis: str = ""
    based_on: UUID | None = None
    suggestion_id: UUID | None = None
    author_id: UUID
    approver_id: UUID | None = None
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None
