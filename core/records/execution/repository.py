"""SQL of the execution of records: a stream read and locked, and the rows that are kept beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import NewRow, fetch, write, write_with
from core.kernel.ids import new_id
from core.kernel.unit import Acting, Unit
from core.records.events.policy import Event
from core.records.events.repository import event_of, read_stream
from core.records.events.writing import COLUMNS, TABLE
from core.records.execution.kept import Kept

LOCK: Final = f"""
    SELECT r.version, {", ".join(f"e.{one}" for one in COLUMNS)}
    FROM records r LEFT JOIN {TABLE} e ON e.tenant_id = $1 AND e.record_id = r.id
    WHERE r.tenant_id = $1 AND r.id = $2 ORDER BY e.number FOR UPDATE OF r"""  # noqa: S608 - names of this module alone
FIXED: Final = frozenset({"channel", "external_id", "standard_code", "opened_at", "import_chunk_id", "import_position"})
"""Columns of a record that no event after the first changes."""
KEPT_STEPS: Final = "SELECT * FROM record_steps WHERE tenant_id = $1 AND record_id = $2 ORDER BY position"
KEPT_CONTACTS: Final = "SELECT * FROM record_contacts WHERE tenant_id = $1 AND record_id = $2 ORDER BY position"
KEPT_EVIDENCE: Final = "SELECT * FROM record_evidence WHERE tenant_id = $1 AND record_id = $2 ORDER BY position"
DROP_EVIDENCE: Final = "DELETE FROM record_evidence WHERE tenant_id = $1 AND record_id = $2"
KEPT_RECORD: Final = "SELECT * FROM records WHERE tenant_id = $1 AND id = $2"
DROP_STEPS: Final = "DELETE FROM record_steps WHERE tenant_id = $1 AND record_id = $2 AND position > $3"
DROP_CONTACTS: Final = "DELETE FROM record_contacts WHERE tenant_id = $1 AND record_id = $2 AND position > $3"
KNOWN_CLIENTS: Final = """
    SELECT client_id, number FROM record_events
    WHERE tenant_id = $1 AND record_id = $2 AND client_id = ANY($3::uuid[])"""
PAGE: Final = "SELECT id FROM records WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"


async def lock_stream(unit: Unit, record_id: UUID) -> list[Event]:
    """Read a record's events and let nobody else add to them until the unit ends; none where there is no record.

    Whoever waited for somebody else's lock sees the row as it is then, but the events as they were before: they are
    read once more.
    """
    found = await fetch(unit, LOCK, unit.tenant_id, record_id)
    if found and found[-1]["number"] != found[-1]["version"]:
        return await read_stream(unit, record_id)
    return [event_of(row) for row in found]


async def known_clients(unit: Unit, record_id: UUID, asked: Sequence[UUID]) -> dict[UUID, int]:
    """Find which of a device's events are there, with their numbers."""
    rows = await fetch(unit, KNOWN_CLIENTS, unit.tenant_id, record_id, list(asked))
    return {row["client_id"]: row["number"] for row in rows}


async def save(unit: Unit, record_id: UUID, before: Kept, after: Kept, rows: Sequence[NewRow]) -> None:
    """Write events and whatever they changed of what is kept.

    Args:
        unit: The transaction, which holds the record's lock.
        record_id: The record.
        before: What is kept.
        after: What shall be kept.
        rows: Events and messages that are written with it.
    """
    fresh = [*rows, *new_rows(unit, record_id, "record_steps", after.steps[len(before.steps) :])]
    fresh += new_rows(unit, record_id, "record_contacts", after.contacts[len(before.contacts) :])
    if before.evidence != after.evidence:
        fresh += new_rows(unit, record_id, "record_evidence", after.evidence[len(before.evidence) :])
        await update_evidence(unit, before.evidence, after.evidence)
    changes = {
        name: value for name, value in after.record.items() if name not in FIXED and before.record[name] != value
    }
    for old, new in zip(before.steps, after.steps, strict=False):
        if old != new:
            await update_step(unit, record_id, new)
    sql = updating("records", changes, ("tenant_id", "id"))
    await write_with(unit, sorted(fresh, key=lambda row: row.table), sql, *changes.values(), unit.tenant_id, record_id)


def new_rows(unit: Acting, record_id: UUID, table: str, columns: Sequence[Mapping[str, Any]]) -> list[NewRow]:
    """Give new rows of steps or contacts."""
    owner = {"tenant_id": unit.tenant_id, "network_id": unit.network_id, "record_id": record_id}
    return [NewRow(table, {**owner, "id": new_id(), **one}) for one in columns]


async def update_step(unit: Unit, record_id: UUID, step: Mapping[str, Any]) -> None:
    """Write an occurrence of a step that is there."""
    values = {name: value for name, value in step.items() if name != "position"}
    sql = updating("record_steps", values, ("tenant_id", "record_id", "position"))
    await fetch(unit, sql, *values.values(), unit.tenant_id, record_id, step["position"])


async def update_evidence(unit: Unit, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    """Write the pieces of evidence that are there and are told otherwise now."""
    for old, new in zip(before, after, strict=False):
        values = {name: value for name, value in new.items() if old[name] != value}
        if values:
            sql = updating("record_evidence", values, ("tenant_id", "id"))
            await fetch(unit, sql, *values.values(), unit.tenant_id, new["id"])


def updating(table: str, values: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Write the statement that changes one row: first the values, then the key."""
    said = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 1))
    where = " AND ".join(f"{name} = ${place}" for place, name in enumerate(keys, len(values) + 1))
    return f"UPDATE {table} SET {said} WHERE {where}"  # noqa: S608 - names of this module alone


async def read_kept(unit: Unit, record_id: UUID, like: Kept) -> tuple[Kept, Mapping[str, Any] | None]:
    """Read what is kept of a record, in the columns of another one.

    Returns:
        What is kept, and the record's row; no row where there is none.
    """
    rows = await fetch(unit, KEPT_RECORD, unit.tenant_id, record_id)
    steps = await fetch(unit, KEPT_STEPS, unit.tenant_id, record_id)
    contacts = await fetch(unit, KEPT_CONTACTS, unit.tenant_id, record_id)
    evidence = await fetch(unit, KEPT_EVIDENCE, unit.tenant_id, record_id)
    row = rows[0] if rows else None
    return Kept(
        {} if row is None else {name: row[name] for name in like.record},
        tuple(columns_of(one) for one in steps),
        tuple(columns_of(one) for one in contacts),
        tuple({**columns_of(one), "id": one["id"]} for one in evidence),
    ), row


def columns_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of a step or contact that follow from its record's events."""
    return {name: value for name, value in row.items() if name not in {"tenant_id", "network_id", "id", "record_id"}}


async def replace_kept(unit: Unit, record_id: UUID, kept: Kept) -> None:
    """Make what is kept of a record what it shall be; rows that are there keep their ids."""
    there = len(await fetch(unit, KEPT_STEPS, unit.tenant_id, record_id))
    contacts = await fetch(unit, KEPT_CONTACTS, unit.tenant_id, record_id)
    await fetch(unit, DROP_STEPS, unit.tenant_id, record_id, len(kept.steps))
    await fetch(unit, DROP_CONTACTS, unit.tenant_id, record_id, len(kept.contacts))
    for step in kept.steps[:there]:
        await update_step(unit, record_id, step)
    for contact in kept.contacts[: len(contacts)]:
        sql = updating("record_contacts", contact, ("tenant_id", "record_id", "position"))
        await fetch(unit, sql, *contact.values(), unit.tenant_id, record_id, contact["position"])
    rows = new_rows(unit, record_id, "record_steps", kept.steps[there:])
    rows += new_rows(unit, record_id, "record_contacts", kept.contacts[len(contacts) :])
    await fetch(unit, DROP_EVIDENCE, unit.tenant_id, record_id)
    rows += new_rows(unit, record_id, "record_evidence", kept.evidence)
    for begin in range(0, len(rows), 500):
        await write(unit, *rows[begin : begin + 500])
    sql = updating("records", kept.record, ("tenant_id", "id"))
    await fetch(unit, sql, *kept.record.values(), unit.tenant_id, record_id)


async def page_of_records(unit: Unit, after: UUID, most: int) -> list[UUID]:
    """List records of the tenant, by id."""
    return [row["id"] for row in await fetch(unit, PAGE, unit.tenant_id, after, most)]
