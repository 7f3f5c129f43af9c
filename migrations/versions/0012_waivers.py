"""Waivers and suggestions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    begin,
    create_reference_table,
    create_tenant_table,
    optional,
    required,
)

revision = "0012"
down_revision = "0011"

NUMBER = sa.Integer()
JSON = JSONB()
TABLES = (
    "waivers",
    "waiver_spans",
    "waiver_events",
    "waiver_requests",
    "waiver_rules",
    "suggestions",
    "suggestion_answers",
)
ADAPTED = ("adaptations", "published_overlays")
STATUSES = "('asked', 'granted', 'rejected', 'withdrawn', 'ended', 'revoked', 'expired')"
PLACE = ("code", "clause_key", "parameter_key", "variant")


def upgrade() -> None:
    begin()
    create_waivers()
    create_spans()
    create_events()
    create_requests()
    create_rules()
    create_suggestions()
    for table in ADAPTED:
        op.add_column(table, optional("suggestion_id", UUID))


def downgrade() -> None:
    begin()
    for table in ADAPTED:
        op.drop_column(table, "suggestion_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def place() -> tuple[sa.Column[Any], ...]:
    return tuple(required(name, TEXT) for name in PLACE)


def asked() -> tuple[sa.Column[Any], ...]:
    return (
        *place(),
        required("value", JSON),
        required("measure", TEXT),
        required("reason", TEXT),
        required("legal_basis", TEXT),
        required("bound", TEXT),
        optional("bound_limit", JSON),
        required("author_id", UUID),
    )


def moving() -> tuple[sa.Column[Any], ...]:
    return (
        required("status", TEXT),
        required("expires_at", INSTANT),
        required("asked_until", INSTANT),
        required("round", NUMBER),
        required("renewals", NUMBER),
        required("asked_at", INSTANT),
        optional("decided_at", INSTANT),
        required("decision_reason", TEXT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
    )


def listed(table: str) -> None:
    op.create_index(f"{table}_by_expiry", table, ["tenant_id", "expires_at", "id"])
    op.create_index(f"{table}_by_code", table, ["tenant_id", "code", "expires_at", "id"])
    op.create_index(f"{table}_by_status", table, ["tenant_id", "status", "expires_at", "id"])


def create_waivers() -> None:
    create_tenant_table(
        "waivers",
        *asked(),
        *moving(),
        required("renewal_asked", sa.Boolean()),
        required("granting_tenant_id", UUID),
        optional("approver_id", UUID),
        optional("valid_from", INSTANT),
        sa.CheckConstraint(f"status IN {STATUSES}", name="waivers_status"),
        sa.CheckConstraint("round >= renewals AND renewals >= 0", name="waivers_rounds"),
        sa.CheckConstraint("granting_tenant_id <> tenant_id", name="waivers_of_another"),
    )
    asked_now = sa.text("status = 'asked'")
    op.create_index("waivers_one_asked", "waivers", ["tenant_id", *PLACE], unique=True, postgresql_where=asked_now)
    listed("waivers")


def create_spans() -> None:
    create_tenant_table(
        "waiver_spans",
        required("waiver_id", UUID),
        *asked(),
        required("granting_tenant_id", UUID),
        required("approver_id", UUID),
        required("valid_from", INSTANT),
        required("valid_to", INSTANT),
        required("recorded_from", INSTANT),
        optional("recorded_to", INSTANT),
        sa.ForeignKeyConstraint(["tenant_id", "waiver_id"], ["waivers.tenant_id", "waivers.id"], name="spans_waiver"),
        sa.CheckConstraint("approver_id <> author_id", name="waiver_spans_by_another"),
        sa.CheckConstraint("valid_to > valid_from", name="waiver_spans_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="waiver_spans_recorded_span"),
    )
    same = ", ".join(f"{name} WITH =" for name in ("tenant_id", *PLACE))
    spans = "tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&"
    op.execute(
        f"ALTER TABLE waiver_spans ADD CONSTRAINT waiver_spans_one_at_a_time EXCLUDE USING gist ({same}, {spans})"
    )
    op.create_index("waiver_spans_by_code", "waiver_spans", ["tenant_id", "code", "id"])
    op.create_index("waiver_spans_by_waiver", "waiver_spans", ["tenant_id", "waiver_id", "id"])
    op.create_index("waiver_spans_of_network", "waiver_spans", ["network_id", "code", "tenant_id"])


def create_events() -> None:
    create_tenant_table(
        "waiver_events",
        required("waiver_id", UUID),
        required("round", NUMBER),
        required("kind", TEXT),
        required("at", INSTANT),
        optional("until", INSTANT),
        required("reason", TEXT),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        required("by_tenant_id", UUID),
        required("recorded_at", INSTANT),
        sa.ForeignKeyConstraint(["tenant_id", "waiver_id"], ["waivers.tenant_id", "waivers.id"], name="events_waiver"),
        sa.CheckConstraint(f"kind IN {STATUSES}", name="waiver_events_kind"),
        sa.UniqueConstraint("tenant_id", "waiver_id", "round", "kind", name="waiver_events_once"),
        append_only=True,
    )
    op.create_index("waiver_events_by_waiver", "waiver_events", ["tenant_id", "waiver_id", "id"])


def create_requests() -> None:
    create_tenant_table(
        "waiver_requests",
        required("asking_tenant_id", UUID),
        *asked(),
        *moving(),
        required("first_author_id", UUID),
        required("approval_id", UUID),
        optional("decided_by", UUID),
        optional("granted_at", INSTANT),
        required("ended_reason", TEXT),
        sa.CheckConstraint(f"status IN {STATUSES}", name="waiver_requests_status"),
        sa.CheckConstraint("asking_tenant_id <> tenant_id", name="waiver_requests_of_another"),
    )
    listed("waiver_requests")


def create_rules() -> None:
    create_reference_table(
        "waiver_rules",
        required("owner_tenant_id", UUID),
        required("longest_days", NUMBER),
        required("most_renewals", NUMBER),
        required("remind_days", JSON),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("longest_days BETWEEN 1 AND 3660", name="waiver_rules_longest"),
        sa.CheckConstraint("most_renewals BETWEEN 0 AND 100", name="waiver_rules_renewals"),
        key=("owner_tenant_id",),
    )


def create_suggestions() -> None:
    create_reference_table(
        "suggestions",
        required("owner_tenant_id", UUID),
        required("source", TEXT),
        required("locale", TEXT),
        required("territory", TEXT),
        *place(),
        required("operator", TEXT),
        optional("value", JSON),
        optional("narrowing", JSON),
        required("reason", TEXT),
        required("legal_basis", TEXT),
        required("from_version", TEXT),
        required("before_version", TEXT),
        required("author_id", UUID),
        required("offered_at", INSTANT),
        optional("withdrawn_at", INSTANT),
        sa.CheckConstraint("operator IN ('assign', 'narrow', 'append', 'remove')", name="suggestions_operator"),
        sa.CheckConstraint("(operator = 'narrow') = (narrowing IS NOT NULL)", name="suggestions_narrowing"),
        sa.CheckConstraint("(operator = 'narrow') = (value IS NULL)", name="suggestions_value"),
        lineage=True,
    )
    op.create_index("suggestions_by_code", "suggestions", ["network_id", "code", "id"])
    op.create_index("suggestions_by_source", "suggestions", ["network_id", "source", "id"])
    create_tenant_table(
        "suggestion_answers",
        required("suggestion_id", UUID),
        required("code", TEXT),
        required("status", TEXT),
        required("reason", TEXT),
        optional("adaptation_id", UUID),
        required("decided_by", UUID),
        required("decided_at", INSTANT),
        required("revision", NUMBER),
        sa.UniqueConstraint("tenant_id", "suggestion_id", name="suggestion_answers_once"),
        sa.CheckConstraint("status IN ('adopted', 'rejected')", name="suggestion_answers_status"),
        sa.CheckConstraint("(status = 'adopted') = (adaptation_id IS NOT NULL)", name="suggestion_answers_adaptation"),
    )
    op.create_index("suggestion_answers_by_code", "suggestion_answers", ["tenant_id", "code", "id"])
    op.create_index("suggestion_answers_by_status", "suggestion_answers", ["tenant_id", "status", "id"])
