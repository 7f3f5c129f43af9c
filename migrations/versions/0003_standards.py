"""Standards: drafts, published versions and overlays, adaptations, effective documents."""

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

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
JSON = JSONB()

TABLES = (
    "standards",
    "standard_versions",
    "clauses",
    "parameters",
    "standard_heads",
    "published_versions",
    "published_overlays",
    "adaptations",
    "effective_documents",
)

VALID = "tstzrange(valid_from, valid_to) WITH &&"
RECORDED = "tstzrange(recorded_from, recorded_to) WITH &&"
PLACE = "code WITH =, clause_key WITH =, parameter_key WITH =, variant WITH =, aspect WITH ="


def upgrade() -> None:
    begin()
    create_drafts()
    create_clauses()
    create_published_versions()
    create_published_overlays()
    create_adaptations()
    create_tenant_table(
        "effective_documents",
        required("hash", TEXT),
        required("code", TEXT),
        required("version", TEXT),
        required("document", TEXT),
        required("recorded_at", INSTANT),
        key=("hash",),
        append_only=True,
    )


def downgrade() -> None:
    begin()
    for name in reversed(TABLES):
        op.drop_table(name)


def semantic_number() -> tuple[sa.Column[Any], ...]:
    return tuple(required(name, TEXT if name == "number" else NUMBER) for name in ("number", "major", "minor", "patch"))


def valid() -> tuple[sa.Column[Any], ...]:
    return required("valid_from", INSTANT), optional("valid_to", INSTANT)


def bitemporal() -> tuple[sa.Column[Any], ...]:
    return *valid(), required("recorded_from", INSTANT), optional("recorded_to", INSTANT)


def exclude(table: str, name: str, keys: str, where: str = "") -> None:
    condition = f" WHERE ({where})" if where else ""
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({keys}){condition}")


def create_drafts() -> None:
    create_tenant_table(
        "standards",
        required("code", TEXT),
        required("title", JSON),
        required("layer", TEXT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "code", name="standards_code_once"),
        sa.CheckConstraint("layer IN ('foundation', 'business', 'management', 'technical')", name="standards_layer"),
    )
    create_tenant_table(
        "standard_versions",
        required("standard_id", UUID),
        *semantic_number(),
        required("status", TEXT),
        required("title", JSON),
        required("layer", TEXT),
        required("change_log", TEXT),
        required("hash", TEXT),
        required("author_id", UUID),
        required("editors", JSON),
        optional("approver_id", UUID),
        optional("submitted_at", INSTANT),
        optional("approved_at", INSTANT),
        optional("published_at", INSTANT),
        optional("valid_from", INSTANT),
        optional("valid_to", INSTANT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "standard_id", "number", name="standard_versions_number_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "standard_id"], ["standards.tenant_id", "standards.id"], name="standard_versions_standard"
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'in_review', 'approved', 'published', 'superseded', 'withdrawn')",
            name="standard_versions_status",
        ),
        sa.CheckConstraint("approver_id <> author_id", name="standard_versions_by_another"),
        sa.CheckConstraint(
            "status IN ('draft', 'in_review', 'withdrawn') OR approver_id IS NOT NULL",
            name="standard_versions_approved",
        ),
        sa.CheckConstraint(
            "(published_at IS NULL) = (valid_from IS NULL)", name="standard_versions_published_with_validity"
        ),
        sa.CheckConstraint("valid_to > valid_from", name="standard_versions_valid_span"),
    )


def create_clauses() -> None:
    create_tenant_table(
        "clauses",
        required("version_id", UUID),
        required("key", TEXT),
        required("kind", TEXT),
        required("level", TEXT),
        required("obligation", TEXT),
        required("flexibility", TEXT),
        required("position", NUMBER),
        required("text", JSON),
        required("operators", JSON),
        optional("body", JSON),
        sa.UniqueConstraint("tenant_id", "version_id", "key", name="clauses_key_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="clauses_version",
        ),
        sa.CheckConstraint(
            "kind IN ('requirement', 'step', 'limit', 'wording', 'evidence', 'indicator', 'surroundings', 'process')",
            name="clauses_kind",
        ),
        sa.CheckConstraint("level IN ('baseline', 'expected', 'differentiated')", name="clauses_level"),
        sa.CheckConstraint("obligation IN ('must', 'should', 'may')", name="clauses_obligation"),
        sa.CheckConstraint("flexibility IN ('core', 'flexible')", name="clauses_flexibility"),
    )
    op.create_index("clauses_by_position", "clauses", ["tenant_id", "version_id", "position", "id"])
    create_tenant_table(
        "parameters",
        required("version_id", UUID),
        required("clause_id", UUID),
        required("clause_key", TEXT),
        required("key", TEXT),
        required("type", TEXT),
        optional("unit", TEXT),
        required("default_value", JSON),
        required("operators", JSON),
        required("bounds", JSON),
        required("position", NUMBER),
        sa.UniqueConstraint("tenant_id", "clause_id", "key", name="parameters_key_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"], ["clauses.tenant_id", "clauses.id"], name="parameters_clause"
        ),
        sa.CheckConstraint(
            "type IN ('duration', 'integer', 'decimal', 'percent', 'money', 'boolean', 'choice', 'choices', 'text')",
            name="parameters_type",
        ),
        sa.CheckConstraint("unit IN ('elapsed', 'business')", name="parameters_unit"),
        sa.CheckConstraint("(type = 'duration') = (unit IS NOT NULL)", name="parameters_unit_of_durations"),
    )
    columns = ["tenant_id", "version_id", "clause_id", "position", "id"]
    op.create_index("parameters_by_version", "parameters", columns)


def create_published_versions() -> None:
    create_tenant_table(
        "standard_heads",
        required("code", TEXT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        key=("code",),
    )
    create_reference_table(
        "published_versions",
        required("owner_tenant_id", UUID),
        required("standard_id", UUID),
        required("code", TEXT),
        *semantic_number(),
        required("title", JSON),
        required("layer", TEXT),
        required("document", TEXT),
        required("hash", TEXT),
        required("change_log", TEXT),
        required("author_id", UUID),
        required("approver_id", UUID),
        required("approved_at", INSTANT),
        required("published_at", INSTANT),
        *valid(),
        sa.UniqueConstraint("network_id", "code", "number", name="published_versions_number_once"),
        sa.CheckConstraint("valid_to > valid_from", name="published_versions_valid_span"),
        sa.CheckConstraint("approver_id <> author_id", name="published_versions_by_another"),
        lineage=True,
    )
    keys = f"network_id WITH =, code WITH =, {VALID}"
    exclude("published_versions", "published_versions_one_at_a_time", keys)


def adapted() -> tuple[sa.Column[Any], ...]:
    return (
        required("clause_key", TEXT),
        required("parameter_key", TEXT),
        required("variant", TEXT),
        required("aspect", TEXT),
        optional("value", JSON),
        optional("narrowing", JSON),
        required("reason", TEXT),
        required("legal_basis", TEXT),
        required("author_id", UUID),
        optional("approver_id", UUID),
    )


def create_published_overlays() -> None:
    create_reference_table(
        "published_overlays",
        required("owner_tenant_id", UUID),
        required("code", TEXT),
        required("kind", TEXT),
        optional("published_version_id", UUID),
        optional("adaptation_id", UUID),
        optional("operator", TEXT),
        optional("based_on", UUID),
        *adapted(),
        *bitemporal(),
        sa.ForeignKeyConstraint(
            ["network_id", "published_version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="published_overlays_version",
        ),
        sa.CheckConstraint("kind IN ('version', 'adaptation')", name="published_overlays_kind"),
        sa.CheckConstraint(
            "(kind = 'version') = (published_version_id IS NOT NULL)", name="published_overlays_names_version"
        ),
        sa.CheckConstraint(
            "(kind = 'adaptation') = (adaptation_id IS NOT NULL AND operator IS NOT NULL)",
            name="published_overlays_names_adaptation",
        ),
        sa.CheckConstraint("valid_to > valid_from", name="published_overlays_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="published_overlays_recorded_span"),
        lineage=True,
    )
    version = f"network_id WITH =, code WITH =, {VALID}, {RECORDED}"
    exclude("published_overlays", "published_overlays_one_version", version, "kind = 'version'")
    adaptation = f"network_id WITH =, owner_tenant_id WITH =, {PLACE}, {VALID}, {RECORDED}"
    exclude("published_overlays", "published_overlays_one_adaptation", adaptation, "kind = 'adaptation'")
    columns = ["network_id", "code", "owner_tenant_id", "id"]
    op.create_index("published_overlays_by_code", "published_overlays", columns)


def create_adaptations() -> None:
    create_tenant_table(
        "adaptations",
        required("code", TEXT),
        *adapted(),
        required("operator", TEXT),
        required("based_on", UUID),
        required("origin_id", UUID),
        required("revision", NUMBER),
        *bitemporal(),
        sa.CheckConstraint("operator IN ('assign', 'narrow', 'append', 'remove')", name="adaptations_operator"),
        sa.CheckConstraint("(operator = 'narrow') = (aspect = 'bounds')", name="adaptations_aspect"),
        sa.CheckConstraint("(operator = 'narrow') = (narrowing IS NOT NULL)", name="adaptations_narrowing"),
        sa.CheckConstraint("(operator = 'narrow') = (value IS NULL)", name="adaptations_value"),
        sa.CheckConstraint("valid_to > valid_from", name="adaptations_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="adaptations_recorded_span"),
    )
    keys = f"tenant_id WITH =, {PLACE}, {VALID}, {RECORDED}"
    exclude("adaptations", "adaptations_one_at_a_time", keys)
    op.create_index("adaptations_by_code", "adaptations", ["tenant_id", "code", "id"])
