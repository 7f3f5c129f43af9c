"""Service records with their keys and steps, and the imports that bring them in."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
COUNT = sa.BigInteger()

TABLES = ("records", "record_keys", "record_steps", "import_runs", "import_refusals", "import_chunks")

RECORD_INDEXES = {
    "records_by_opening": ("tenant_id", "opened_at", "id"),
    "records_by_standard": ("tenant_id", "standard_code", "opened_at", "id"),
    "records_by_status": ("tenant_id", "status", "opened_at", "id"),
    "records_by_channel": ("tenant_id", "channel", "opened_at", "id"),
    "records_by_external_id": ("tenant_id", "external_id", "id"),
    "records_by_chunk": ("tenant_id", "import_chunk_id", "id"),
    "records_of_network": ("network_id", "opened_at", "id"),
}


def upgrade() -> None:
    begin()
    create_records()
    create_keys_and_steps()
    create_runs()
    create_refusals_and_chunks()


def downgrade() -> None:
    begin()
    for table in reversed(TABLES):
        op.drop_table(table)


def create_records() -> None:
    create_tenant_table(
        "records",
        required("channel", TEXT),
        required("external_id", TEXT),
        required("standard_code", TEXT),
        required("standard_version", TEXT),
        required("effective_hash", TEXT),
        required("status", TEXT),
        optional("priority", TEXT),
        optional("site_id", UUID),
        required("opened_at", INSTANT),
        optional("first_response_at", INSTANT),
        optional("resolved_at", INSTANT),
        optional("closed_at", INSTANT),
        optional("first_response_seconds", COUNT),
        optional("resolution_seconds", COUNT),
        required("step_count", NUMBER),
        required("last_step_at", INSTANT),
        optional("import_chunk_id", UUID),
        optional("import_position", COUNT),
        required("recorded_at", INSTANT),
        required("updated_at", INSTANT),
        required("version", NUMBER),
        sa.CheckConstraint("status IN ('open', 'resolved', 'closed')", name="records_status"),
        sa.CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="records_resolved"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="records_closed"),
        sa.CheckConstraint(
            "first_response_seconds >= 0 AND (first_response_seconds IS NULL) = (first_response_at IS NULL)",
            name="records_first_response",
        ),
        sa.CheckConstraint(
            "resolution_seconds >= 0 AND (resolution_seconds IS NULL) = (resolved_at IS NULL)",
            name="records_resolution",
        ),
    )
    for name, columns in RECORD_INDEXES.items():
        op.create_index(name, "records", list(columns))


def create_keys_and_steps() -> None:
    create_tenant_table(
        "record_keys",
        required("channel", TEXT),
        required("external_id", TEXT),
        required("record_id", UUID),
        key=("channel", "external_id"),
    )
    create_tenant_table(
        "record_steps",
        required("record_id", UUID),
        required("position", NUMBER),
        required("key", TEXT),
        optional("status", TEXT),
        required("occurred_at", INSTANT),
        optional("performer_id", UUID),
        optional("performer_pseudonym", TEXT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "record_id", "position", name="record_steps_position"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_steps_record"
        ),
        sa.CheckConstraint("position >= 1", name="record_steps_from_one"),
    )


def create_runs() -> None:
    counts = (
        "bytes_total",
        "bytes_read",
        "records_seen",
        "records_imported",
        "records_already_there",
        "records_refused",
        "steps_imported",
        "placeholders",
        "errors_omitted",
    )
    create_tenant_table(
        "import_runs",
        required("file_name", TEXT),
        required("file_hash", TEXT),
        required("mapping_name", TEXT),
        required("mapping_hash", TEXT),
        required("status", TEXT),
        required("attempts", NUMBER),
        *[required(name, COUNT) for name in counts],
        optional("error_code", TEXT),
        optional("error_message", TEXT),
        required("started_at", INSTANT),
        required("updated_at", INSTANT),
        optional("finished_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "file_hash", "mapping_hash", name="import_runs_same"),
        sa.CheckConstraint("status IN ('running', 'finished', 'failed')", name="import_runs_status"),
        sa.CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="import_runs_finished"),
        sa.CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="import_runs_failed"),
    )
    op.create_index("import_runs_by_start", "import_runs", ["tenant_id", "started_at", "id"])
    op.create_index("import_runs_by_status", "import_runs", ["tenant_id", "status", "started_at", "id"])


def create_refusals_and_chunks() -> None:
    create_tenant_table(
        "import_refusals",
        required("run_id", UUID),
        required("position", COUNT),
        optional("external_id", TEXT),
        required("code", TEXT),
        required("message", TEXT),
        required("attempt", NUMBER),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "run_id", "position", name="import_refusals_position"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["import_runs.tenant_id", "import_runs.id"], name="import_refusals_run"
        ),
    )
    create_tenant_table(
        "import_chunks",
        required("run_id", UUID),
        required("first_position", COUNT),
        required("last_position", COUNT),
        required("records", NUMBER),
        required("steps", NUMBER),
        required("recorded_at", INSTANT),
        append_only=True,
    )
    op.create_index("import_chunks_by_run", "import_chunks", ["tenant_id", "run_id", "id"])
