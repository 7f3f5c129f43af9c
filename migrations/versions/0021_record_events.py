"""The events of service records, what is kept beside them, and the events of the records that are there already.

Records opened here are told from their steps and from what the audit trail says of who did what; a record that a log
brought in is one event, with its steps, as the import writes it from now on. The hashes are computed here as the
application computes them, spelled out once more, so that this migration stays what it is whatever becomes of that.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

from core.kernel.canonical import canonical_text, instant_text
from core.kernel.ids import derived_id, new_id
from core.kernel.migration.backfill import for_each_tenant
from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
BYTES = sa.LargeBinary()
BATCH = 500
NOTHING_YET = "decode(repeat('00', 32), 'hex')"
RECORD_COLUMNS = (
    optional("confirmed_at", INSTANT),
    optional("waiting_for", TEXT),
    optional("waiting_since", INSTANT),
    optional("holder_id", UUID),
    optional("holder_role", TEXT),
    optional("service_type", TEXT),
    required("reopened_count", NUMBER, "0"),
    optional("event_hash", BYTES),
)
STEP_COLUMNS = (
    required("state", TEXT, "'completed'"),
    required("round", NUMBER, "1"),
    optional("started_at", INSTANT),
    optional("reason_code", TEXT),
    optional("counts_as", TEXT),
)
RULES = {
    "records_status": "status IN ('open', 'waiting', 'resolved', 'closed')",
    "records_resolved": "(status IN ('open', 'waiting')) = (resolved_at IS NULL)",
    "records_waiting": "(status = 'waiting') = (waiting_for IS NOT NULL)",
    "records_waiting_for": "waiting_for IN ('customer', 'staff', 'partner')",
    "records_waiting_since": "(waiting_for IS NULL) = (waiting_since IS NULL)",
}
RULES_BEFORE = {
    "records_status": "status IN ('open', 'resolved', 'closed')",
    "records_resolved": "(status = 'open') = (resolved_at IS NULL)",
}
INDEXES = {
    "records_by_waiting": "waiting_for",
    "records_by_holder": "holder_id",
    "records_by_role": "holder_role",
    "records_by_service": "service_type",
}
UNKNOWN = {"actor_kind": "system", "actor_id": derived_id("records.backfill_events"), "on_behalf_of": None}
"""Who acted, where nothing tells it."""


def upgrade() -> None:
    begin()
    create_events()
    create_contacts()
    extend_records()
    extend_steps()
    for_each_tenant("records", tell_of_tenant, left="event_hash IS NULL")
    op.alter_column("records", "event_hash", nullable=False, server_default=sa.text(NOTHING_YET))


def downgrade() -> None:
    begin()
    op.drop_index("record_steps_under_way", "record_steps")
    for name in INDEXES:
        op.drop_index(name, "records")
    for name in RULES:
        op.drop_constraint(name, "records")
    for name, rule in RULES_BEFORE.items():
        op.create_check_constraint(name, "records", rule)
    op.drop_constraint("record_steps_state", "record_steps")
    for column in STEP_COLUMNS:
        op.drop_column("record_steps", column.name)
    for column in RECORD_COLUMNS:
        op.drop_column("records", column.name)
    op.drop_table("record_contacts")
    op.drop_table("record_events")


def create_events() -> None:
    create_tenant_table(
        "record_events",
        required("record_id", UUID),
        required("number", NUMBER),
        required("kind", TEXT),
        required("occurred_at", INSTANT),
        required("recorded_at", INSTANT),
        required("actor_kind", TEXT),
        required("actor_id", UUID),
        optional("on_behalf_of", UUID),
        optional("client_id", UUID),
        optional("device_at", INSTANT),
        required("payload", TEXT),
        optional("sealed", BYTES),
        required("previous", BYTES),
        required("hash", BYTES),
        sa.CheckConstraint("actor_kind IN ('person', 'service', 'system')", name="record_events_actor_kind"),
        sa.CheckConstraint("number >= 1", name="record_events_from_one"),
        sa.UniqueConstraint("tenant_id", "record_id", "number", name="record_events_number"),
        sa.UniqueConstraint("tenant_id", "record_id", "client_id", name="record_events_client"),
        append_only=True,
    )


def create_contacts() -> None:
    create_tenant_table(
        "record_contacts",
        required("record_id", UUID),
        required("position", NUMBER),
        required("channel", TEXT),
        optional("external_id", TEXT),
        optional("site_id", UUID),
        required("occurred_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "record_id", "position", name="record_contacts_position"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_contacts_record"
        ),
        sa.CheckConstraint("position >= 1", name="record_contacts_from_one"),
    )


def extend_records() -> None:
    for column in RECORD_COLUMNS:
        op.add_column("records", column)
    for name in RULES_BEFORE:
        op.drop_constraint(name, "records")
    for name, rule in RULES.items():
        op.create_check_constraint(name, "records", rule)
    for name, column in INDEXES.items():
        found = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "records", ["tenant_id", column, "opened_at", "id"], postgresql_where=found)


def extend_steps() -> None:
    for column in STEP_COLUMNS:
        op.add_column("record_steps", column)
    op.create_check_constraint("record_steps_state", "record_steps", "state IN ('started', 'completed', 'skipped')")
    under_way = sa.text("state = 'started'")
    op.create_index(
        "record_steps_under_way", "record_steps", ["tenant_id", "key", "record_id"], postgresql_where=under_way
    )


RECORDS = sa.text("SELECT * FROM records WHERE tenant_id = :tenant_id AND event_hash IS NULL ORDER BY id LIMIT :most")
STEPS = sa.text(
    "SELECT * FROM record_steps WHERE tenant_id = :tenant_id AND record_id = ANY(:ids) ORDER BY record_id, position"
)
ACTS = sa.text(
    "SELECT subject_id, actor_kind, actor_id, on_behalf_of, recorded_at FROM audit_entries"
    " WHERE tenant_id = :tenant_id AND subject_id = ANY(:ids)"
    " AND action IN ('records.open', 'records.add_step', 'records.resolve') ORDER BY id"
)
COLUMNS = (
    "tenant_id, network_id, id, record_id, number, kind, occurred_at, recorded_at, actor_kind, actor_id, on_behalf_of,"
    " payload, previous, hash"
)
ADD = sa.text(
    f"INSERT INTO record_events ({COLUMNS}) VALUES ({', '.join(f':{one}' for one in COLUMNS.split(', '))})"  # noqa: S608 - names of this module alone
)
CLOSE = sa.text(
    "UPDATE records SET event_hash = :hash, version = :number WHERE tenant_id = :tenant_id AND id = :record_id"
)
ROUNDS = sa.text(
    "UPDATE record_steps s SET round = counted.round FROM"
    " (SELECT id, row_number() OVER (PARTITION BY record_id, key ORDER BY position) AS round FROM record_steps"
    "  WHERE tenant_id = :tenant_id) counted"
    " WHERE s.tenant_id = :tenant_id AND s.id = counted.id AND counted.round > 1"
)


def tell_of_tenant(tenant_id: uuid.UUID) -> int:
    """Write the events of a tenant's records, some hundred records at a time."""
    run = op.get_bind().execute
    told = 0
    while records := run(RECORDS, {"tenant_id": tenant_id, "most": BATCH}).mappings().all():
        asked = {"tenant_id": tenant_id, "ids": [one["id"] for one in records]}
        steps = by_record(run(STEPS, asked).mappings().all(), "record_id")
        acts = by_record(run(ACTS, asked).mappings().all(), "subject_id")
        events = [
            event
            for record in records
            for event in events_of(record, steps.get(record["id"], []), acts.get(record["id"], []))
        ]
        run(ADD, events)
        run(CLOSE, list({event["record_id"]: event for event in events}.values()))
        told += len(records)
    run(ROUNDS, {"tenant_id": tenant_id})
    return told


def by_record(rows: Iterable[RowMapping], name: str) -> dict[uuid.UUID, list[RowMapping]]:
    found: dict[uuid.UUID, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def events_of(record: RowMapping, steps: Sequence[RowMapping], acts: Sequence[RowMapping]) -> Iterator[dict[str, Any]]:
    """Tell a record as events: the acts that the audit trail knows are its last ones."""
    told = list(happenings(record, steps))
    actors = [None] * (len(told) - len(acts)) + list(acts[-len(told) :])
    previous = bytes(32)
    for number, ((kind, occurred_at, recorded_at, performer, facts), act) in enumerate(
        zip(told, actors, strict=True), start=1
    ):
        event: dict[str, Any] = {
            "tenant_id": record["tenant_id"],
            "network_id": record["network_id"],
            "id": new_id(),
            "record_id": record["id"],
            "number": number,
            "kind": kind,
            "occurred_at": occurred_at,
            "recorded_at": recorded_at,
            **actor_of(act, performer),
            "payload": canonical_text({name: value for name, value in facts.items() if value is not None}),
            "previous": previous,
        }
        previous = event["hash"] = hash_of(event)
        yield event


def actor_of(act: RowMapping | None, performer: uuid.UUID | None) -> dict[str, Any]:
    if act is not None:
        return {name: act[name] for name in UNKNOWN}
    return UNKNOWN if performer is None else {**UNKNOWN, "actor_kind": "person", "actor_id": performer}


def happenings(record: RowMapping, steps: Sequence[RowMapping]) -> Iterator[tuple[str, Any, Any, Any, dict[str, Any]]]:
    """Give kind, when it happened, when it was recorded, who did it where a step says so, and what is told."""
    begun = {
        "channel": record["channel"],
        "externalId": record["external_id"],
        "standard": record["standard_code"],
        "standardVersion": record["standard_version"],
        "effectiveHash": record["effective_hash"],
        "priority": record["priority"],
        "site": record["site_id"],
    }
    imported = record["import_chunk_id"] is not None
    added = [step for step in steps if step["performer_id"] is not None] if imported else list(steps)
    # A resolution is an act of its own where the record changed once more often than steps were added.
    resolved_here = record["resolved_at"] is not None and (not imported or record["version"] - 1 > len(added))
    recorded, opened = record["recorded_at"], record["opened_at"]
    response = record["first_response_at"]
    if imported:
        brought = [step for step in steps if step["performer_id"] is None]
        answered = response if response not in [step["occurred_at"] for step in added] else None
        milestones = {
            "firstResponseAt": answered,
            "resolvedAt": None if resolved_here else record["resolved_at"],
            "closedAt": None if resolved_here else record["closed_at"],
        }
        lines = [
            [one["key"], one["status"], instant_text(one["occurred_at"]), one["performer_pseudonym"]] for one in brought
        ]
        whence = {"chunk": record["import_chunk_id"], "position": record["import_position"], "steps": lines}
        yield "imported", opened, recorded, None, {**begun, **milestones, **whence}
    else:
        answered = None
        yield "opened", opened, recorded, None, begun
    for step in added:
        facts: dict[str, Any] = {"step": step["key"], "status": step["status"]}
        if answered is None and response is not None and step["occurred_at"] == response:
            facts["answersCustomer"], answered = True, response
        yield "step_completed", step["occurred_at"], step["recorded_at"], step["performer_id"], facts
    if resolved_here:
        yield "resolved", record["resolved_at"], record["updated_at"], None, {}


def hash_of(event: dict[str, Any]) -> bytes:
    """Hash an event, as RFC 6962 hashes a leaf."""
    facts = {
        "tenant": str(event["tenant_id"]),
        "record": str(event["record_id"]),
        "number": event["number"],
        "id": str(event["id"]),
        "kind": event["kind"],
        "occurredAt": instant_text(event["occurred_at"]),
        "recordedAt": instant_text(event["recorded_at"]),
        "actorKind": event["actor_kind"],
        "actorId": str(event["actor_id"]),
        "onBehalfOf": None if event["on_behalf_of"] is None else str(event["on_behalf_of"]),
        "clientId": None,
        "deviceAt": None,
        "payload": sha256(event["payload"].encode()).hexdigest(),
        "sealed": None,
        "previous": event["previous"].hex(),
    }
    return sha256(b"\x00" + canonical_text(facts).encode()).digest()
