"""SQL of terms."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit

ADD: Final = """
    INSERT INTO record_terms (tenant_id, network_id, opened_at, record_id, term)
    SELECT $1::uuid, $2::uuid, $3::timestamptz, $4::uuid, term FROM unnest($5::text[]) AS given (term)
    ON CONFLICT (tenant_id, term, opened_at, record_id) DO NOTHING RETURNING 1"""
DROP: Final = "DELETE FROM record_terms WHERE tenant_id = $1 AND record_id = $2 AND term = ANY($3::text[])"
FORGET: Final = "DELETE FROM record_terms WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) RETURNING 1"
KEPT: Final = "SELECT record_id, term FROM record_terms WHERE tenant_id = $1 AND record_id = ANY($2::uuid[])"
LOCK: Final = """
    SELECT id, opened_at FROM records WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE"""
SPEAKING: Final = """
    SELECT record_id, id, kind, payload, sealed FROM record_events
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) AND (sealed IS NOT NULL OR kind = $3)
      AND NOT EXISTS (SELECT FROM records r JOIN customers c ON c.tenant_id = r.tenant_id AND c.id = r.customer_id
        WHERE r.tenant_id = $1 AND r.id = record_events.record_id AND c.tenant_id = $1 AND c.erased_at IS NOT NULL)"""
PAGE: Final = "SELECT id FROM records WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
LATEST: Final = """
    SELECT given.term, latest.found, latest.since FROM unnest($2::text[]) AS given (term) CROSS JOIN LATERAL (
      SELECT count(*) AS found, min(opened_at) AS since FROM (
        SELECT opened_at FROM record_terms t WHERE t.tenant_id = $1 AND t.term = given.term
        ORDER BY opened_at DESC, record_id DESC LIMIT $3) AS few) AS latest"""
CALLED: Final = "SELECT id FROM records WHERE tenant_id = $1 AND external_id = $2 ORDER BY id LIMIT $3"


async def add_terms(unit: Unit, record_id: UUID, opened_at: datetime, terms: Iterable[str]) -> None:
    """Add hidden terms to a record, in one statement."""
    # In one order for all, so that those who add the same wait for each other and never both ways.
    await fetch(unit, ADD, unit.tenant_id, unit.network_id, opened_at, record_id, sorted(terms))


async def drop_terms(unit: Unit, record_id: UUID, terms: Collection[str]) -> None:
    """Take terms from a record."""
    if terms:
        await fetch(unit, DROP, unit.tenant_id, record_id, sorted(terms))


async def drop_all_terms(unit: Unit, record_ids: Sequence[UUID]) -> int:
    """Take all terms from some records; tell how many there were."""
    return len(await fetch(unit, FORGET, unit.tenant_id, list(record_ids)))


async def terms_kept(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """Read the terms of some records."""
    found: dict[UUID, set[str]] = {one: set() for one in record_ids}
    for row in await fetch(unit, KEPT, unit.tenant_id, list(record_ids)):
        found[row["record_id"]].add(row["term"])
    return found


async def lock_records(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Let nobody work on some records until the unit ends; give when each was opened."""
    rows = await fetch(unit, LOCK, unit.tenant_id, list(record_ids))
    return {row["id"]: row["opened_at"] for row in rows}


async def speaking_events(unit: Unit, record_ids: Sequence[UUID], kind: str) -> list[tuple[UUID, UUID, str, bytes]]:
    """Read what of some records' events may have terms: record, event, payload of those of a kind, sealed part.

    Records of a customer who was erased have none.
    """
    rows = await fetch(unit, SPEAKING, unit.tenant_id, list(record_ids), kind)
    return [
        (row["record_id"], row["id"], row["payload"] if row["kind"] == kind else "", row["sealed"] or b"")
        for row in rows
    ]


async def count_records(unit: Unit) -> int:
    """Count the tenant's records."""
    return (await fetch(unit, "SELECT count(*) AS found FROM records WHERE tenant_id = $1", unit.tenant_id))[0]["found"]


async def page_of_records(unit: Unit, after: UUID, most: int) -> list[UUID]:
    """List records of the tenant, by id."""
    return [row["id"] for row in await fetch(unit, PAGE, unit.tenant_id, after, most)]


async def rarest_first(unit: Unit, terms: Sequence[str], enough: int) -> list[str]:
    """Put terms in the order of how rare they are among the latest records, where a page mostly is.

    Terms that few records have come first, fewest before; of all others as many records are looked at, and the one
    that these go back furthest for is the rarest.

    Args:
        unit: The transaction.
        terms: The terms.
        enough: How many records of each are looked at.
    """
    rows = await fetch(unit, LATEST, unit.tenant_id, list(terms), enough)
    rarity = {row["term"]: (row["found"], row["since"] if row["found"] == enough else None) for row in rows}
    return sorted(terms, key=rarity.__getitem__)


async def records_called(unit: Unit, external_id: str, most: int) -> list[UUID]:
    """Find the records that their channels call so."""
    return [row["id"] for row in await fetch(unit, CALLED, unit.tenant_id, external_id, most)]
