"""Rollouts, adoptions and acknowledgements."""

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

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
FLAG = sa.Boolean()
JSON = JSONB()

TABLES = (
    "rollouts",
    "rollout_waves",
    "rollout_members",
    "rollout_assignments",
    "rollout_stages",
    "adoptions",
    "acknowledgements",
)

VALID = "tstzrange(valid_from, valid_to) WITH &&"
RECORDED = "tstzrange(recorded_from, recorded_to) WITH &&"
MODES = "mode IN ('audit', 'advisory', 'enforced')"


def upgrade() -> None:
    begin()
    create_rollouts()
    create_waves()
    create_members()
    create_assignments()
    create_stages()
    create_adoptions()
    create_acknowledgements()


def downgrade() -> None:
    begin()
    for name in reversed(TABLES):
        op.drop_table(name)


def bitemporal(name: str) -> tuple[Any, ...]:
    return (
        required("valid_from", INSTANT),
        optional("valid_to", INSTANT),
        required("recorded_from", INSTANT),
        optional("recorded_to", INSTANT),
        sa.CheckConstraint("valid_to > valid_from", name=f"{name}_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name=f"{name}_recorded_span"),
    )


def exclude(table: str, keys: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_one_at_a_time EXCLUDE USING gist ({keys})")


def of_published_version(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["network_id", "published_version_id"],
        ["published_versions.network_id", "published_versions.id"],
        name=name,
    )


def create_rollouts() -> None:
    create_tenant_table(
        "rollouts",
        required("version_id", UUID),
        required("code", TEXT),
        required("number", TEXT),
        required("status", TEXT),
        required("reminder_days", JSON),
        optional("published_version_id", UUID),
        optional("job_id", UUID),
        required("author_id", UUID),
        optional("started_at", INSTANT),
        optional("halted_at", INSTANT),
        required("halt_reason", TEXT),
        optional("ended_at", INSTANT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "version_id", name="rollouts_one_a_version"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="rollouts_version",
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'starting', 'running', 'halted', 'finished', 'superseded')", name="rollouts_status"
        ),
        sa.CheckConstraint("(status = 'planned') = (started_at IS NULL)", name="rollouts_started"),
        sa.CheckConstraint("(started_at IS NULL) = (published_version_id IS NULL)", name="rollouts_published"),
        sa.CheckConstraint("(status = 'halted') = (halted_at IS NOT NULL)", name="rollouts_halted"),
    )
    op.create_index("rollouts_by_code", "rollouts", ["tenant_id", "code", "id"])
    op.create_index("rollouts_by_status", "rollouts", ["tenant_id", "status", "id"])


def create_waves() -> None:
    create_tenant_table(
        "rollout_waves",
        required("rollout_id", UUID),
        required("position", NUMBER),
        required("name", TEXT),
        required("kind", TEXT),
        required("tenant_ids", JSON),
        optional("percentage", NUMBER),
        required("mode", TEXT),
        required("gate", TEXT),
        optional("starts_at", INSTANT),
        optional("starts_after", NUMBER),
        optional("deadline_at", INSTANT),
        optional("deadline_after", NUMBER),
        optional("gate_passed_at", INSTANT),
        optional("gate_passed_by", UUID),
        required("gate_reason", TEXT),
        optional("begins_at", INSTANT),
        optional("deadline", INSTANT),
        optional("enforced_from", INSTANT),
        optional("rolled_back_at", INSTANT),
        required("rollback_reason", TEXT),
        sa.UniqueConstraint("tenant_id", "rollout_id", "position", name="rollout_waves_position_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rollout_id"], ["rollouts.tenant_id", "rollouts.id"], name="rollout_waves_rollout"
        ),
        sa.CheckConstraint("kind IN ('tenants', 'regions', 'percentage', 'rest')", name="rollout_waves_kind"),
        sa.CheckConstraint(MODES, name="rollout_waves_mode"),
        sa.CheckConstraint("(kind = 'percentage') = (percentage IS NOT NULL)", name="rollout_waves_percentage"),
        sa.CheckConstraint("percentage BETWEEN 1 AND 100", name="rollout_waves_percent"),
        sa.CheckConstraint("starts_at IS NULL OR starts_after IS NULL", name="rollout_waves_one_start"),
        sa.CheckConstraint("deadline_at IS NULL OR deadline_after IS NULL", name="rollout_waves_one_deadline"),
    )


def create_members() -> None:
    create_tenant_table(
        "rollout_members",
        required("rollout_id", UUID),
        required("wave_id", UUID),
        required("adopter_id", UUID),
        optional("adopted_at", INSTANT),
        optional("acknowledged_at", INSTANT),
        required("told_revision", NUMBER),
        sa.UniqueConstraint("tenant_id", "rollout_id", "adopter_id", name="rollout_members_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "wave_id"], ["rollout_waves.tenant_id", "rollout_waves.id"], name="rollout_members_wave"
        ),
    )
    op.create_index("rollout_members_by_wave", "rollout_members", ["tenant_id", "wave_id", "adopter_id"])


def create_assignments() -> None:
    create_reference_table(
        "rollout_assignments",
        required("owner_tenant_id", UUID),
        required("code", TEXT),
        required("published_version_id", UUID),
        required("wave_id", UUID),
        required("adopter_id", UUID),
        required("recorded_from", INSTANT),
        sa.UniqueConstraint("network_id", "published_version_id", "adopter_id", name="rollout_assignments_once"),
        of_published_version("rollout_assignments_version"),
        lineage=True,
    )


def create_stages() -> None:
    create_reference_table(
        "rollout_stages",
        required("owner_tenant_id", UUID),
        required("code", TEXT),
        required("number", TEXT),
        required("published_version_id", UUID),
        required("rollout_id", UUID),
        required("wave_id", UUID),
        required("position", NUMBER),
        required("name", TEXT),
        required("is_rest", FLAG),
        required("mode", TEXT),
        required("phase", TEXT),
        required("halted", FLAG),
        optional("planned_at", INSTANT),
        optional("deadline", INSTANT),
        optional("enforced_from", INSTANT),
        required("reminder_days", JSON),
        *bitemporal("rollout_stages"),
        of_published_version("rollout_stages_version"),
        sa.CheckConstraint(MODES, name="rollout_stages_mode"),
        sa.CheckConstraint("phase IN ('waiting', 'begun', 'rolled_back')", name="rollout_stages_phase"),
        sa.CheckConstraint("phase = 'begun' OR enforced_from IS NULL", name="rollout_stages_in_force"),
        lineage=True,
    )
    exclude("rollout_stages", f"network_id WITH =, wave_id WITH =, {VALID}, {RECORDED}")
    op.create_index("rollout_stages_by_code", "rollout_stages", ["network_id", "code", "owner_tenant_id", "id"])


def create_adoptions() -> None:
    create_tenant_table(
        "adoptions",
        required("code", TEXT),
        required("number", TEXT),
        required("published_version_id", UUID),
        required("reason", TEXT),
        required("author_id", UUID),
        required("revision", NUMBER),
        *bitemporal("adoptions"),
    )
    exclude("adoptions", f"tenant_id WITH =, published_version_id WITH =, {VALID}, {RECORDED}")
    op.create_index("adoptions_by_code", "adoptions", ["tenant_id", "code", "id"])


def create_acknowledgements() -> None:
    create_tenant_table(
        "acknowledgements",
        required("code", TEXT),
        required("number", TEXT),
        required("published_version_id", UUID),
        required("rollout_id", UUID),
        required("publisher_id", UUID),
        required("status", TEXT),
        required("difference", TEXT),
        required("difference_hash", TEXT),
        required("asked_at", INSTANT),
        optional("acknowledged_hash", TEXT),
        optional("acknowledged_by", UUID),
        optional("acknowledged_at", INSTANT),
        required("revision", NUMBER),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "published_version_id", name="acknowledgements_once"),
        sa.CheckConstraint("status IN ('asked', 'acknowledged', 'settled')", name="acknowledgements_status"),
        sa.CheckConstraint(
            "status <> 'acknowledged' OR acknowledged_hash = difference_hash", name="acknowledgements_of_what_was_asked"
        ),
        sa.CheckConstraint(
            "(acknowledged_hash IS NULL) = (acknowledged_at IS NULL)", name="acknowledgements_by_whom_and_when"
        ),
    )
