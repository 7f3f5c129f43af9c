"""Erasures, legal holds, retention, exports of what is held of a person; and the one way in which content is removed.

No serving role may change an event. What retention and erasure need is a function that runs as the owner and does only
this: it takes content of one record's sealed events away and leaves their hashes, where the same transaction tells so
in the audit trail, which is sealed itself.
"""

import sqlalchemy as sa
from alembic import op

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
from core.kernel.roles import Role

revision = "0031"
down_revision = "0029"

NUMBER = sa.Integer()
BYTES = sa.LargeBinary()
TENANT_TABLES = ("subject_exports", "record_removals", "erasures", "legal_holds", "retention_choices")
HELD = "legal_holds_in_force"
BURY = """
CREATE FUNCTION bury_events(record uuid, act uuid, whole boolean, chosen uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  tenant uuid := NULLIF(current_setting('app.tenant_id', true), '')::uuid;
  buried integer;
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_entries a WHERE a.tenant_id = tenant AND a.id = act AND a.subject_id = record
      AND a.xmin = pg_current_xact_id()::xid
      AND a.action = CASE WHEN whole THEN 'privacy.remove_content' ELSE 'privacy.remove_texts' END
  ) THEN
    RAISE EXCEPTION 'content is removed by an act of the same transaction alone' USING ERRCODE = '42501';
  END IF;
  IF whole AND (
    NOT EXISTS (SELECT FROM records r WHERE r.tenant_id = tenant AND r.id = record AND r.status = 'closed')
    OR EXISTS (
      SELECT FROM legal_holds h LEFT JOIN records r ON r.tenant_id = tenant AND r.id = record
      WHERE h.tenant_id = tenant AND h.subject_id IN (record, r.customer_id) AND h.lifted_at IS NULL
        AND (h.until IS NULL OR h.until > now()))
    OR EXISTS (
      SELECT FROM record_events e LEFT JOIN log_leaves l ON l.tenant_id = tenant AND l.subject_id = e.id
      WHERE e.tenant_id = tenant AND e.record_id = record AND l.number IS NULL)
  ) THEN
    RAISE EXCEPTION 'this record is open, held, or not sealed yet' USING ERRCODE = '42501';
  END IF;
  INSERT INTO event_tombstones (tenant_id, network_id, id, payload_hash, sealed_hash, audit_id)
    SELECT e.tenant_id, e.network_id, e.id, sha256(convert_to(e.payload, 'UTF8')), sha256(e.sealed), act
    FROM record_events e JOIN log_leaves l ON l.tenant_id = tenant AND l.subject_id = e.id
    WHERE e.tenant_id = tenant AND e.record_id = record
      AND (whole OR (e.id = ANY (chosen) AND e.sealed IS NOT NULL))
    ON CONFLICT (tenant_id, id) DO UPDATE SET audit_id = excluded.audit_id;
  UPDATE record_events e SET payload = CASE WHEN whole THEN 'null' ELSE e.payload END, sealed = NULL
    FROM event_tombstones t
    WHERE t.tenant_id = tenant AND t.id = e.id AND t.audit_id = act AND e.tenant_id = tenant AND e.record_id = record;
  GET DIAGNOSTICS buried = ROW_COUNT;
  RETURN buried;
END $$
"""


def upgrade() -> None:
    begin()
    create_holds()
    create_retention()
    create_erasures()
    op.execute(BURY)
    op.execute(f"REVOKE INSERT ON event_tombstones FROM {Role.APP.value}")
    op.execute(f"GRANT EXECUTE ON FUNCTION bury_events(uuid, uuid, boolean, uuid[]) TO {Role.APP.value}")


def downgrade() -> None:
    begin()
    op.execute(f"GRANT INSERT ON event_tombstones TO {Role.APP.value}")
    op.execute("DROP FUNCTION bury_events(uuid, uuid, boolean, uuid[])")
    for name in (*TENANT_TABLES, "retention_classes"):
        op.drop_table(name)


def create_holds() -> None:
    create_tenant_table(
        "legal_holds",
        required("subject_kind", TEXT),
        required("subject_id", UUID),
        required("reason_code", TEXT),
        required("legal_basis", TEXT),
        optional("until", INSTANT),
        required("placed_at", INSTANT),
        required("placed_by", UUID),
        optional("lifted_at", INSTANT),
        optional("lifted_by", UUID),
        sa.CheckConstraint("subject_kind IN ('customer', 'record')", name="legal_holds_subject_kind"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="legal_holds_lifted"),
    )
    op.create_index("legal_holds_of", "legal_holds", ["tenant_id", "subject_id", "placed_at", "id"])
    op.create_index("legal_holds_by_placing", "legal_holds", ["tenant_id", "placed_at", "id"])
    op.create_index(
        HELD, "legal_holds", ["tenant_id", "subject_id", "id"], postgresql_where=sa.text("lifted_at IS NULL")
    )


def create_retention() -> None:
    days = (required("days", NUMBER), required("least_days", NUMBER), required("most_days", NUMBER))
    create_reference_table(
        "retention_classes",
        required("owner_tenant_id", UUID),
        required("key", TEXT),
        required("service_types", sa.ARRAY(TEXT)),
        *days,
        required("version", NUMBER),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(
            "least_days >= 1 AND days >= least_days AND most_days >= days", name="retention_classes_days"
        ),
        sa.UniqueConstraint("network_id", "key", name="retention_classes_key"),
    )
    create_tenant_table(
        "retention_choices",
        required("key", TEXT),
        optional("days", NUMBER),
        required("version", NUMBER),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("days >= 1", name="retention_choices_days"),
        sa.UniqueConstraint("tenant_id", "key", name="retention_choices_key"),
    )
    create_tenant_table(
        "record_removals",
        required("retention_key", TEXT),
        required("days", NUMBER),
        required("events", NUMBER),
        required("audit_id", UUID),
        required("removed_at", INSTANT),
        append_only=True,
    )


def create_erasures() -> None:
    create_tenant_table(
        "erasures",
        required("reason_code", TEXT),
        required("legal_basis", TEXT),
        required("erased_at", INSTANT),
        required("recorded_at", INSTANT),
        append_only=True,
    )
    op.create_index("erasures_by_time", "erasures", ["tenant_id", "erased_at", "id"])
    create_tenant_table(
        "subject_exports",
        required("customer_id", UUID),
        required("job_id", UUID),
        optional("content", BYTES),
        optional("size", sa.BigInteger()),
        required("asked_by", UUID),
        required("asked_at", INSTANT),
        optional("made_at", INSTANT),
        required("expires_at", INSTANT),
    )
    op.create_index("subject_exports_of", "subject_exports", ["tenant_id", "customer_id", "id"])
