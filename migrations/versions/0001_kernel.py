"""The kernel: audit, outbox, idempotency, timers, inbox, jobs, approvals, reading grants and data keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required
from core.kernel.roles import SERVING, Role

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
IDS = sa.ARRAY(sa.Uuid())
ACTOR_KINDS = "actor_kind IN ('person', 'service', 'system')"
OPEN_OUTBOX = sa.text("status IN ('waiting', 'handed', 'running')")
OPEN_ITEM = "status IN ('open', 'taken')"

# The anchor of the tenants' group on Citus comes first.
TABLES = (
    "audit_entries",
    "outbox",
    "command_receipts",
    "idempotency_keys",
    "timers",
    "work_items",
    "jobs",
    "approvals",
    "reading_grants",
    "data_keys",
)

SET_LOCAL = """
CREATE FUNCTION touchstone_set_local(name text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF name !~ '^app\\.[a-z_]+$' THEN
    RAISE EXCEPTION 'only settings of this application may be set' USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SET LOCAL %s = %L', name, value);
END $$
"""


def upgrade() -> None:
    begin()
    op.execute(SET_LOCAL)
    readers = ", ".join(role.value for role in SERVING)
    op.execute(f"GRANT EXECUTE ON FUNCTION touchstone_set_local(text, text) TO {readers}")
    # A server says that it is not ready while its database is at another release's schema.
    op.execute(f"GRANT SELECT ON alembic_version TO {Role.APP.value}")
    create_audit()
    create_outbox()
    create_receipts_and_keys()
    create_timers()
    create_work_items()
    create_jobs()
    create_approvals()
    create_reading_grants()
    create_data_keys()


def downgrade() -> None:
    begin()
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION touchstone_set_local(text, text)")


def refuse(table: str, role: Role) -> None:
    """Take a role's right to read the whole table."""
    op.execute(f"REVOKE ALL ON {table} FROM {role.value}")


def worker_reads(table: str, columns: str) -> None:
    """Let the worker role see the columns by which it finds work, and no content."""
    refuse(table, Role.WORKER)
    op.execute(f"GRANT SELECT ({columns}) ON {table} TO {Role.WORKER.value}")


def create_audit() -> None:
    create_tenant_table(
        "audit_entries",
        required("action", TEXT),
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        optional("on_behalf_of", UUID),
        required("details", TEXT),
        required("occurred_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(ACTOR_KINDS, name="audit_entries_actor_kind"),
        append_only=True,
    )
    op.create_index("audit_entries_subject", "audit_entries", ["tenant_id", "subject_id", "id"])


def create_outbox() -> None:
    create_tenant_table(
        "outbox",
        required("topic", TEXT),
        required("payload", JSONB()),
        required("target_tenant_id", UUID),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        required("status", TEXT),
        required("due_at", INSTANT),
        required("handovers", NUMBER),
        required("attempts", NUMBER),
        optional("last_error", TEXT),
        optional("trace", TEXT),
        required("sent_at", INSTANT),
        optional("finished_at", INSTANT),
        sa.CheckConstraint(ACTOR_KINDS, name="outbox_actor_kind"),
        sa.CheckConstraint("status IN ('waiting', 'handed', 'running', 'done', 'dead')", name="outbox_status"),
        worker_reads=True,
    )
    worker_reads("outbox", "tenant_id, network_id, id, status, due_at, finished_at")
    op.create_index("outbox_open", "outbox", ["tenant_id", "due_at", "id"], postgresql_where=OPEN_OUTBOX)
    op.create_index("outbox_due", "outbox", ["due_at", "tenant_id"], postgresql_where=OPEN_OUTBOX)
    op.create_index(
        "outbox_finished", "outbox", ["finished_at", "tenant_id"], postgresql_where=sa.text("status = 'done'")
    )
    op.create_index("outbox_dead", "outbox", ["tenant_id", "id"], postgresql_where=sa.text("status = 'dead'"))


def create_receipts_and_keys() -> None:
    create_tenant_table(
        "command_receipts",
        required("command_id", UUID),
        required("topic", TEXT),
        required("sender_tenant_id", UUID),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(ACTOR_KINDS, name="command_receipts_actor_kind"),
        sa.UniqueConstraint("tenant_id", "command_id", name="command_receipts_command"),
        append_only=True,
    )
    create_tenant_table(
        "idempotency_keys",
        required("actor_id", UUID),
        required("operation", TEXT),
        required("key", TEXT),
        required("fingerprint", TEXT),
        required("ids", IDS),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "actor_id", "operation", "key", name="idempotency_keys_request"),
    )
    op.create_index("idempotency_keys_recorded", "idempotency_keys", ["tenant_id", "recorded_at"])


def create_timers() -> None:
    create_tenant_table(
        "timers",
        required("kind", TEXT),
        required("subject_id", UUID),
        required("due_at", INSTANT),
        required("set_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "kind", "subject_id", name="timers_subject"),
        worker_reads=True,
    )
    worker_reads("timers", "tenant_id, network_id, id, due_at")
    op.create_index("timers_due", "timers", ["due_at", "tenant_id"])


def create_work_items() -> None:
    create_tenant_table(
        "work_items",
        required("kind", TEXT),
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("status", TEXT),
        required("facts", TEXT),
        optional("for_role", TEXT),
        optional("assignee_id", UUID),
        optional("due_at", INSTANT),
        required("opened_at", INSTANT),
        optional("closed_at", INSTANT),
        optional("closed_by", UUID),
        required("version", NUMBER),
        sa.CheckConstraint("status IN ('open', 'taken', 'done', 'dismissed')", name="work_items_status"),
        sa.CheckConstraint("(status = 'taken') <= (assignee_id IS NOT NULL)", name="work_items_taken_by_somebody"),
        sa.CheckConstraint(f"({OPEN_ITEM}) = (closed_at IS NULL)", name="work_items_closed"),
    )
    op.create_index(
        "work_items_one_open",
        "work_items",
        ["tenant_id", "kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text(OPEN_ITEM),
    )
    op.create_index("work_items_inbox", "work_items", ["tenant_id", "status", "id"])


def create_jobs() -> None:
    create_tenant_table(
        "jobs",
        required("kind", TEXT),
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("status", TEXT),
        required("done", NUMBER),
        optional("total", NUMBER),
        optional("error", TEXT),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        optional("cancel_asked_at", INSTANT),
        optional("cancel_asked_by", UUID),
        optional("started_at", INSTANT),
        required("updated_at", INSTANT),
        optional("finished_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(ACTOR_KINDS, name="jobs_actor_kind"),
        sa.CheckConstraint("status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="jobs_status"),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="jobs_progress"),
        sa.CheckConstraint("(status IN ('waiting', 'running')) = (finished_at IS NULL)", name="jobs_finished"),
    )
    op.create_index("jobs_status", "jobs", ["tenant_id", "status", "id"])
    op.create_index("jobs_subject", "jobs", ["tenant_id", "subject_id", "id"])


def create_approvals() -> None:
    create_tenant_table(
        "approvals",
        required("kind", TEXT),
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("subject_version", NUMBER),
        required("author_id", UUID),
        required("status", TEXT),
        optional("decided_by", UUID),
        optional("reason", TEXT),
        required("asked_at", INSTANT),
        optional("decided_at", INSTANT),
        sa.CheckConstraint("status IN ('asked', 'approved', 'rejected', 'withdrawn')", name="approvals_status"),
        sa.CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="approvals_decided"),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'rejected') OR decided_by <> author_id", name="approvals_by_another"
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="approvals_decided_by"),
    )
    op.create_index(
        "approvals_one_asked",
        "approvals",
        ["tenant_id", "kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.create_index("approvals_subject", "approvals", ["tenant_id", "subject_id", "id"])


def create_reading_grants() -> None:
    create_tenant_table(
        "reading_grants",
        required("kind", TEXT),
        required("tenant_ids", IDS),
        required("purpose", TEXT),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        required("opened_at", INSTANT),
        required("expires_at", INSTANT),
        sa.CheckConstraint(ACTOR_KINDS, name="reading_grants_actor_kind"),
        sa.CheckConstraint("kind IN ('network', 'region')", name="reading_grants_kind"),
        sa.CheckConstraint("expires_at > opened_at", name="reading_grants_expires"),
        append_only=True,
    )
    op.create_index("reading_grants_actor", "reading_grants", ["tenant_id", "actor_id", "expires_at"])


def create_data_keys() -> None:
    create_tenant_table(
        "data_keys",
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("number", NUMBER),
        required("wrapped", sa.LargeBinary()),
        required("master_key_id", TEXT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("subject_kind IN ('tenant', 'person')", name="data_keys_subject_kind"),
        sa.UniqueConstraint("tenant_id", "subject_id", "number", name="data_keys_subject"),
    )
    # Whoever reads a region or the network reads figures, never persons: the keys stay with the tenant.
    for role in (Role.REGION, Role.NETWORK):
        op.execute(f"DROP POLICY data_keys_{role.value.removeprefix('touchstone_')}_select ON data_keys")
        refuse("data_keys", role)
