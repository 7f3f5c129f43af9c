"""SQL of privacy."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit

IN_FORCE: Final = "h.tenant_id = $1 AND h.lifted_at IS NULL AND (h.until IS NULL OR h.until > $2)"
HOLDS_ON: Final = f"""
    SELECT h.id, h.subject_kind, h.subject_id, h.reason_code, h.until FROM legal_holds h
    WHERE {IN_FORCE} AND h.subject_id = ANY($3::uuid[]) ORDER BY h.id"""  # noqa: S608 - constants
HOLDS_ON_CUSTOMER: Final = f"""
    SELECT h.subject_kind, h.reason_code, h.until FROM legal_holds h
    WHERE {IN_FORCE} AND (h.subject_id = $3 OR EXISTS (
      SELECT FROM records r WHERE r.tenant_id = $1 AND r.id = h.subject_id AND r.customer_id = $3))
    ORDER BY h.until DESC NULLS FIRST LIMIT 1"""  # noqa: S608 - constants
ADD_HOLD: Final = """
    INSERT INTO legal_holds (tenant_id, network_id, id, subject_kind, subject_id, reason_code, legal_basis, until,
      placed_at, placed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
LIFT: Final = """
    UPDATE legal_holds SET lifted_at = $3, lifted_by = $4 WHERE tenant_id = $1 AND id = $2 AND lifted_at IS NULL
    RETURNING subject_kind, subject_id"""
FIND_HOLD: Final = "SELECT lifted_at FROM legal_holds WHERE tenant_id = $1 AND id = $2"
SHARE_RECORD: Final = "SELECT id, customer_id FROM records WHERE tenant_id = $1 AND id = $2 FOR SHARE"

ADD_ERASURE: Final = """
    INSERT INTO erasures (tenant_id, network_id, id, reason_code, legal_basis, erased_at, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id"""
ERASURES: Final = """
    SELECT id, reason_code, legal_basis, erased_at FROM erasures WHERE tenant_id = $1 AND (erased_at, id) > ($2, $3)
    ORDER BY erased_at, id LIMIT $4"""
RECORDS_OF: Final = """
    SELECT id FROM records WHERE tenant_id = $1 AND customer_id = $2 AND id > $3 ORDER BY id LIMIT $4"""
READABLE: Final = """
    SELECT e.id, e.record_id, l.number IS NOT NULL AS sealed FROM record_events e
    JOIN data_keys k ON k.tenant_id = $1 AND uuid_send(k.id) = substring(e.sealed FROM 2 FOR 16)
    LEFT JOIN log_leaves l ON l.tenant_id = $1 AND l.subject_id = e.id
    WHERE e.tenant_id = $1 AND e.record_id = ANY($2::uuid[]) AND e.sealed IS NOT NULL ORDER BY e.record_id, e.number"""
"""Personal texts that can still be opened: what stands under a key that was destroyed cannot."""
BURY: Final = "SELECT bury_events($1, $2, $3, $4::uuid[]) AS buried"
DROP_EXPORTS: Final = "UPDATE subject_exports SET content = NULL WHERE tenant_id = $1 AND customer_id = $2"

CLASSES: Final = """
    SELECT id, key, service_types, days, least_days, most_days, version FROM retention_classes
    WHERE network_id = $1 ORDER BY key"""
CHOICES: Final = "SELECT key, days, version FROM retention_choices WHERE tenant_id = $1"
DUE: Final = """
    SELECT r.id, r.version, r.customer_id FROM records r
    WHERE r.tenant_id = $1 AND r.id > $2 AND r.id < $3 AND r.status = 'closed'
      AND r.closed_at < $4 AND r.recorded_at < $4
      AND (CASE WHEN $5 THEN coalesce(r.service_type = ANY($6::text[]), false)
           ELSE NOT coalesce(r.service_type = ANY($6::text[]), false) END)
      AND NOT EXISTS (SELECT FROM record_removals m WHERE m.tenant_id = $1 AND m.id = r.id)
    ORDER BY r.id LIMIT $7 FOR UPDATE OF r SKIP LOCKED"""
UNSEALED: Final = """
    SELECT DISTINCT e.record_id FROM record_events e
    LEFT JOIN log_leaves l ON l.tenant_id = $1 AND l.subject_id = e.id
    WHERE e.tenant_id = $1 AND e.record_id = ANY($2::uuid[]) AND l.number IS NULL"""
ADD_REMOVAL: Final = """
    INSERT INTO record_removals (tenant_id, network_id, id, retention_key, days, events, audit_id, removed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
DROP_PSEUDONYMS: Final = """
    UPDATE record_steps SET performer_pseudonym = NULL
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) AND performer_pseudonym IS NOT NULL"""


async def holds_on(unit: Unit, subject_ids: Sequence[UUID]) -> list[Any]:
    """Find the legal holds in force on some customers and records."""
    return await fetch(unit, HOLDS_ON, unit.tenant_id, unit.now, list(subject_ids))


async def hold_on_customer(unit: Unit, customer_id: UUID) -> Mapping[str, Any] | None:
    """Find the legal hold in force on a customer or one of that person's records that lasts longest."""
    rows = await fetch(unit, HOLDS_ON_CUSTOMER, unit.tenant_id, unit.now, customer_id)
    return rows[0] if rows else None


async def add_hold(unit: Unit, values: Sequence[Any]) -> None:
    """Write a legal hold: id, kind and id of its subject, reason, basis, until, placed at, placed by."""
    await fetch(unit, ADD_HOLD, unit.tenant_id, unit.network_id, *values)


async def lift(unit: Unit, hold_id: UUID) -> Mapping[str, Any] | None:
    """Lift a legal hold; give its subject, nothing where there is none that was not lifted."""
    rows = await fetch(unit, LIFT, unit.tenant_id, hold_id, unit.now, unit.scope.actor.id)
    return rows[0] if rows else None


async def hold_is_there(unit: Unit, hold_id: UUID) -> bool:
    """Tell whether there is a legal hold, lifted or not."""
    return bool(await fetch(unit, FIND_HOLD, unit.tenant_id, hold_id))


async def record_shared(unit: Unit, record_id: UUID) -> Mapping[str, Any] | None:
    """Read a record and keep its content from being removed until the unit ends."""
    rows = await fetch(unit, SHARE_RECORD, unit.tenant_id, record_id)
    return rows[0] if rows else None


async def add_erasure(unit: Unit, values: Sequence[Any]) -> bool:
    """Write down that a customer was erased: customer, reason, basis, when, recorded when; tell whether it was new."""
    return bool(await fetch(unit, ADD_ERASURE, unit.tenant_id, unit.network_id, *values))


async def erasures_after(unit: Unit, at: datetime, id_: UUID, most: int) -> list[Any]:
    """Read erasures behind one, the oldest first."""
    return await fetch(unit, ERASURES, unit.tenant_id, at, id_, most)


async def records_of(unit: Unit, customer_id: UUID, after: UUID, most: int) -> list[UUID]:
    """Name records of a customer behind one, by their ids."""
    return [row["id"] for row in await fetch(unit, RECORDS_OF, unit.tenant_id, customer_id, after, most)]


async def readable_texts(unit: Unit, record_ids: Sequence[UUID]) -> list[Any]:
    """Find the events of some records whose personal texts can still be opened, and whether they are leaves."""
    return await fetch(unit, READABLE, unit.tenant_id, list(record_ids))


async def bury(unit: Unit, record_id: UUID, act_id: UUID, events: Sequence[UUID] | None) -> int:
    """Remove personal texts of some events of a record, or all content of all of them; tell of how many."""
    rows = await fetch(unit, BURY, record_id, act_id, events is None, None if events is None else list(events))
    return rows[0]["buried"]


async def drop_exports(unit: Unit, customer_id: UUID) -> None:
    """Delete the files that were made of what is held of a customer."""
    await fetch(unit, DROP_EXPORTS, unit.tenant_id, customer_id)


async def read_classes(unit: Unit) -> list[Any]:
    """Read the retention classes of the network."""
    return await fetch(unit, CLASSES, unit.network_id)


async def read_choices(unit: Unit) -> dict[str, Any]:
    """Read what the tenant has chosen, by class."""
    return {row["key"]: row for row in await fetch(unit, CHOICES, unit.tenant_id)}


async def due_records(unit: Unit, among: Sequence[Any]) -> list[Any]:
    """Lock closed records whose time is over.

    Args:
        unit: The transaction.
        among: After which id, before which id, before which instant, whether of the kinds of service or of all others,
            the kinds of service, how many.
    """
    return await fetch(unit, DUE, unit.tenant_id, *among)


async def unsealed_among(unit: Unit, record_ids: Sequence[UUID]) -> set[UUID]:
    """Tell which records have events that are no leaves yet."""
    return {row["record_id"] for row in await fetch(unit, UNSEALED, unit.tenant_id, list(record_ids))}


async def add_removal(unit: Unit, values: Sequence[Any]) -> None:
    """Write down that content was removed: record, class, days, events, act, when."""
    await fetch(unit, ADD_REMOVAL, unit.tenant_id, unit.network_id, *values)


async def drop_pseudonyms(unit: Unit, record_ids: Sequence[UUID]) -> None:
    """Forget who did steps of records, where a log named somebody."""
    await fetch(unit, DROP_PSEUDONYMS, unit.tenant_id, list(record_ids))
