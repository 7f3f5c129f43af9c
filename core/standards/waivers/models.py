"""Tables of waivers: the asking tenant's own rows, which are the truth, and what the granting level keeps of them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow
from core.standards.tables.spans import RECORDED, VALID, json_column
from core.standards.waivers.statuses import WaiverEventKind, WaiverStatus

WAIVED_PLACE = (("code", "="), ("based_on", "="), ("clause_key", "="), ("parameter_key", "="), ("variant", "="))
"""A place of a version; the same key may mean something else in another."""
IS_ASKED = text("status = 'asked'")


class Waiver(TenantRow, table=True):
    """A waiver as the tenant that asked for it keeps it.

    Attributes:
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause's text is meant.
        variant: The context it is for; empty for all contexts.
        based_on: The published version that calls the place so: the one asked about, or a later one the tenant is on.
        value: The value asked for.
        measure: What the tenant does instead of keeping to the standard.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        status: Where it is in its life, as far as that is recorded.
        expires_at: Until when it holds; until when it is asked for as long as it is not granted.
        asked_until: Until when it was asked for last.
        round: 0 for the first request, and one more with every renewal asked for.
        renewals: Renewals granted.
        renewal_asked: Whether a renewal waits for its decision.
        bound: What it lifts: a kind of bound, or ``operators`` for a lock.
        bound_limit: What that bound says.
        granting_tenant_id: The level that set it, and decides.
        author_id: Who asked last.
        asked_at: When.
        approver_id: Who decided last.
        decided_at: When.
        decision_reason: Why, in their words.
        valid_from: Since when it holds without a gap; empty while it never held.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "waivers"
    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, WaiverStatus))}", name="waivers_status"),
        CheckConstraint("round >= renewals AND renewals >= 0", name="waivers_rounds"),
        CheckConstraint("granting_tenant_id <> tenant_id", name="waivers_of_another"),
        Index(
            "waivers_one_asked",
            *("tenant_id", "code", "based_on", "clause_key", "parameter_key", "variant"),
            unique=True,
            postgresql_where=IS_ASKED,
        ),
        Index("waivers_by_expiry", "tenant_id", "expires_at", "id"),
        Index("waivers_by_code", "tenant_id", "code", "expires_at", "id"),
        Index("waivers_by_status", "tenant_id", "status", "expires_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    based_on: UUID | None = None
    value: Any = Field(sa_column=json_column())
    measure: str
    reason: str
    legal_basis: str = ""
    status: str = WaiverStatus.ASKED.value
    expires_at: datetime
    asked_until: datetime
    round: int = 0
    renewals: int = 0
    renewal_asked: bool = False
    bound: str
    bound_limit: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    granting_tenant_id: UUID
    author_id: UUID
    asked_at: datetime
    approver_id: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    valid_from: datetime | None = None
    revision: int = 1
    recorded_at: datetime


class WaiverSpan(TenantRow, table=True):
    """A span a waiver was granted for, bitemporal: what the fold reads. The only update closes ``recorded_to``.

    Attributes:
        waiver_id: The waiver.
        code: As there, and so are all that are not named here.
        author_id: Who asked for this span.
        approver_id: Who granted it.
        valid_from: Since when it holds.
        valid_to: Until when it holds; a waiver always ends.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "waiver_spans"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "waiver_id"], ["waivers.tenant_id", "waivers.id"], name="spans_waiver"),
        CheckConstraint("approver_id <> author_id", name="waiver_spans_by_another"),
        CheckConstraint("valid_to > valid_from", name="waiver_spans_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="waiver_spans_recorded_span"),
        ExcludeConstraint(
            ("tenant_id", "="), *WAIVED_PLACE, VALID, RECORDED, name="waiver_spans_one_at_a_time", using="gist"
        ),
        Index("waiver_spans_by_code", "tenant_id", "code", "id"),
        Index("waiver_spans_by_waiver", "tenant_id", "waiver_id", "id"),
        Index("waiver_spans_of_network", "network_id", "code", "tenant_id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    waiver_id: UUID
    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    based_on: UUID | None = None
    value: Any = Field(sa_column=json_column())
    measure: str
    reason: str
    legal_basis: str = ""
    bound: str
    bound_limit: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    granting_tenant_id: UUID
    author_id: UUID
    approver_id: UUID
    valid_from: datetime
    valid_to: datetime
    recorded_from: datetime
    recorded_to: datetime | None = None


class WaiverEvent(TenantRow, table=True):
    """Something that happened to a waiver; never changed.

    Attributes:
        waiver_id: The waiver.
        round: 0 for the first request, and one more with every renewal.
        kind: What happened.
        at: When it happened, by the clock of whoever did it.
        until: Until when it was asked for or granted; when it ended.
        reason: Why, in their words.
        actor_kind: What kind of actor did it.
        actor_id: Who.
        by_tenant_id: The tenant they acted in.
        recorded_at: When that was written here.
    """

    __tablename__ = "waiver_events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "waiver_id"], ["waivers.tenant_id", "waivers.id"], name="events_waiver"),
        CheckConstraint(f"kind IN {tuple(map(str, WaiverEventKind))}", name="waiver_events_kind"),
        UniqueConstraint("tenant_id", "waiver_id", "round", "kind", name="waiver_events_once"),
        Index("waiver_events_by_waiver", "tenant_id", "waiver_id", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    waiver_id: UUID
    round: int
    kind: str
    at: datetime
    until: datetime | None = None
    reason: str = ""
    actor_kind: str
    actor_id: UUID
    by_tenant_id: UUID
    recorded_at: datetime


class WaiverRequest(TenantRow, table=True):
    """What a level was asked to grant, and what it decided; ``id`` is that of the waiver in the asking tenant.

    Attributes:
        asking_tenant_id: Who asks.
        code: As in the waiver, and so are all that are not named here.
        status: Where the waiver is, as this level knows.
        expires_at: Until when it is asked for; once granted, until when it holds.
        round: 0 for the first request, and one more with every renewal.
        author_id: Who asked last.
        first_author_id: Who asked first, as far as this level was asked.
        hands: Ids of all who can act as those who asked, as of when they asked.
        approval_id: The approval that waits in the inbox, or was decided last.
        decided_by: Who decided last.
        granted_at: When this level granted it last; empty where it never did.
        ended_reason: Why this level took it back.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "waiver_requests"
    __table_args__ = (
        CheckConstraint(f"status IN {tuple(map(str, WaiverStatus))}", name="waiver_requests_status"),
        CheckConstraint("asking_tenant_id <> tenant_id", name="waiver_requests_of_another"),
        Index("waiver_requests_by_expiry", "tenant_id", "expires_at", "id"),
        Index("waiver_requests_by_code", "tenant_id", "code", "expires_at", "id"),
        Index("waiver_requests_by_status", "tenant_id", "status", "expires_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    asking_tenant_id: UUID
    code: str
    clause_key: str
    parameter_key: str = ""
    variant: str = ""
    value: Any = Field(sa_column=json_column())
    measure: str
    reason: str
    legal_basis: str = ""
    status: str = WaiverStatus.ASKED.value
    expires_at: datetime
    asked_until: datetime
    round: int = 0
    renewals: int = 0
    bound: str
    bound_limit: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    author_id: UUID
    first_author_id: UUID
    hands: list[str] = Field(default_factory=list[str], sa_column=json_column())
    asked_at: datetime
    approval_id: UUID
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    granted_at: datetime | None = None
    ended_reason: str = ""
    revision: int = 1
    recorded_at: datetime


class WaiverRules(Row, table=True):
    """What a network demands of waivers; one row, written by headquarters and read by all.

    Attributes:
        network_id: The network.
        owner_tenant_id: The headquarters.
        longest_days: Most days from asking to expiry.
        most_renewals: Most renewals of one waiver.
        remind_days: How many days before expiry the tenant is reminded.
        revision: Goes up with every change.
        recorded_at: When the row was last written.
    """

    __tablename__ = "waiver_rules"
    __table_args__ = (
        CheckConstraint("longest_days BETWEEN 1 AND 3660", name="waiver_rules_longest"),
        CheckConstraint("most_renewals BETWEEN 0 AND 100", name="waiver_rules_renewals"),
    )
    row_class: ClassVar[RowClass] = RowClass.REFERENCE

    network_id: UUID = Field(primary_key=True)
    owner_tenant_id: UUID = Field(primary_key=True)
    longest_days: int
    most_renewals: int
    remind_days: list[int] = Field(sa_column=json_column())
    revision: int = 1
    recorded_at: datetime
