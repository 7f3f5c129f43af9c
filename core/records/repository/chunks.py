"""SQL of a chunk: which of its records are there, and all of the new ones in a few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.kernel.columns import TENANT, Columns, bulk_insert
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.models import ImportChunk

KEYS = Columns(kinds={"channel": "text", "external_id": "text", "record_id": "uuid"})
RECORDS = Columns(
    kinds={
        "id": "uuid",
        "channel": "text",
        "external_id": "text",
        "standard_code": "text",
        "standard_version": "text",
        "effective_hash": "text",
        "status": "text",
        "priority": "text",
        "opened_at": "timestamptz",
        "first_response_at": "timestamptz",
        "resolved_at": "timestamptz",
        "closed_at": "timestamptz",
        "first_response_seconds": "bigint",
        "resolution_seconds": "bigint",
        "step_count": "integer",
        "last_step_at": "timestamptz",
        "told_due_at": "timestamptz",
        "import_position": "bigint",
        "event_hash": "bytea",
    },
    by_driver=frozenset({"event_hash"}),
)
STEPS = Columns(
    kinds={
        "id": "uuid",
        "record_id": "uuid",
        "position": "integer",
        "key": "text",
        "status": "text",
        "occurred_at": "timestamptz",
        "round": "integer",
        "performer_pseudonym": "text",
    }
)


WRITTEN = {**TENANT, "recorded_at": "timestamptz"}
ADD_KEYS = bulk_insert("record_keys", KEYS, end="ON CONFLICT DO NOTHING RETURNING record_id")
ADD_RECORDS = bulk_insert(
    "records", RECORDS, {**WRITTEN, "updated_at": "timestamptz", "version": "integer", "import_chunk_id": "uuid"}
)
ADD_STEPS = bulk_insert("record_steps", STEPS, WRITTEN)
FIND = """
    SELECT asked.channel, asked.external_id, held.import_position, held.run_id
    FROM unnest($2::text[], $3::text[]) AS asked (channel, external_id)
    CROSS JOIN LATERAL (
      SELECT k.record_id FROM record_keys k
      WHERE k.tenant_id = $1 AND k.channel = asked.channel AND k.external_id = asked.external_id LIMIT 1) taken
    LEFT JOIN LATERAL (
      SELECT r.import_position, c.run_id FROM records r
      LEFT JOIN import_chunks c ON c.tenant_id = $1 AND c.id = r.import_chunk_id
      WHERE r.tenant_id = $1 AND r.id = taken.record_id LIMIT 1) held ON true"""
"""Each name is looked up by itself: joined, it would be compared with every name of a tenant unknown to statistics."""


@frozen
class Origin:
    """Where a record that is there came from: a run and a position in its log, or neither."""

    run_id: UUID | None
    position: int | None


async def find_origins(unit: Unit, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Origin]:
    """Find which of these (channel, external id) are there, and where they came from."""
    channels, external_ids = [channel for channel, _ in keys], [external_id for _, external_id in keys]
    found = await fetch(unit, FIND, unit.tenant_id, channels, external_ids)
    return {(row["channel"], row["external_id"]): Origin(row["run_id"], row["import_position"]) for row in found}


async def take_keys(unit: Unit, keys: Sequence[tuple[str, str, UUID]]) -> set[UUID]:
    """Take (channel, external id) for record ids, in a fixed order so that two imports never wait in a circle.

    Returns:
        The record ids that got their key; the others' keys were taken before.
    """
    columns = dict(zip(KEYS.kinds, zip(*sorted(keys), strict=True), strict=True))
    taken = await fetch(unit, ADD_KEYS, unit.tenant_id, unit.network_id, *KEYS.sent(columns))
    return {row["record_id"] for row in taken}


async def add_chunk(unit: Unit, chunk: ImportChunk) -> None:
    """Write the proof of a chunk."""
    values = chunk.model_dump()
    await unit.session.execute(
        insert(ImportChunk).values(**values).on_conflict_do_nothing().returning(col(ImportChunk.id))
    )


async def add_records(unit: Unit, chunk_id: UUID, records: Mapping[str, Sequence[Any]], recorded_at: datetime) -> None:
    """Write records whose keys were taken, given as one sequence per column of ``RECORDS``."""
    await fetch(unit, ADD_RECORDS, *written(unit, recorded_at), recorded_at, 1, chunk_id, *RECORDS.sent(records))


async def add_steps(unit: Unit, steps: Mapping[str, Sequence[Any]], recorded_at: datetime) -> None:
    """Write steps of new records, given as one sequence per column of ``STEPS``."""
    await fetch(unit, ADD_STEPS, *written(unit, recorded_at), *STEPS.sent(steps))


def written(unit: Unit, recorded_at: datetime) -> tuple[UUID, UUID, datetime]:
    """Give what every row of a bulk insert has alike, in the order of ``WRITTEN``."""
    return unit.tenant_id, unit.network_id, recorded_at
