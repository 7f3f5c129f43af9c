"""SQL of a chunk: which of its records are there, and all of the new ones in a few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.models import ImportChunk

RECORD_COLUMNS = {
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
}
STEP_COLUMNS = {
    "id": "uuid",
    "record_id": "uuid",
    "position": "integer",
    "key": "text",
    "status": "text",
    "occurred_at": "timestamptz",
    "round": "integer",
    "performer_pseudonym": "text",
}


def bulk_insert(table: str, columns: Mapping[str, str], constants: Mapping[str, str]) -> str:
    """Write a statement that inserts rows given as one array per column; what is there already stays."""
    names = ", ".join([*constants, *columns])
    fixed = ", ".join(f"CAST(:{name} AS {kind})" for name, kind in constants.items())
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    return (
        f"INSERT INTO {table} ({names}) SELECT {fixed}, given.* "  # noqa: S608 - names of this module alone
        f"FROM unnest({arrays}) AS given ON CONFLICT DO NOTHING"
    )


TENANT = {"tenant_id": "uuid", "network_id": "uuid"}
WRITTEN = {**TENANT, "recorded_at": "timestamptz"}
ADD_KEYS = text(
    bulk_insert("record_keys", {"channel": "text", "external_id": "text", "record_id": "uuid"}, TENANT)
    + " RETURNING record_id"
)
ADD_RECORDS = text(
    bulk_insert(
        "records",
        RECORD_COLUMNS,
        {**WRITTEN, "updated_at": "timestamptz", "version": "integer", "import_chunk_id": "uuid"},
    )
)
ADD_STEPS = text(bulk_insert("record_steps", STEP_COLUMNS, WRITTEN))
FIND = text(
    """
    SELECT k.channel, k.external_id, r.import_position, c.run_id
    FROM unnest(CAST(:channels AS text[]), CAST(:external_ids AS text[])) AS asked (channel, external_id)
    JOIN record_keys k
      ON k.tenant_id = :tenant_id AND k.channel = asked.channel AND k.external_id = asked.external_id
    LEFT JOIN records r ON r.tenant_id = :tenant_id AND r.id = k.record_id
    LEFT JOIN import_chunks c ON c.tenant_id = :tenant_id AND c.id = r.import_chunk_id
    """
)


@frozen
class Origin:
    """Where a record that is there came from: a run and a position in its log, or neither."""

    run_id: UUID | None
    position: int | None


async def find_origins(unit: Unit, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Origin]:
    """Find which of these (channel, external id) are there, and where they came from."""
    found = await unit.session.execute(
        FIND,
        {
            "tenant_id": unit.tenant_id,
            "channels": [channel for channel, _ in keys],
            "external_ids": [external_id for _, external_id in keys],
        },
    )
    return {(row.channel, row.external_id): Origin(row.run_id, row.import_position) for row in found}


async def take_keys(unit: Unit, keys: Sequence[tuple[str, str, UUID]]) -> set[UUID]:
    """Take (channel, external id) for record ids, in a fixed order so that two imports never wait in a circle.

    Returns:
        The record ids that got their key; the others' keys were taken before.
    """
    ordered = sorted(keys)
    taken = await unit.session.execute(
        ADD_KEYS,
        {
            "tenant_id": unit.tenant_id,
            "network_id": unit.network_id,
            "channel": [key[0] for key in ordered],
            "external_id": [key[1] for key in ordered],
            "record_id": [key[2] for key in ordered],
        },
    )
    return set(taken.scalars())


async def add_chunk(unit: Unit, chunk: ImportChunk) -> None:
    """Write the proof of a chunk."""
    values = chunk.model_dump()
    await unit.session.execute(
        insert(ImportChunk).values(**values).on_conflict_do_nothing().returning(col(ImportChunk.id))
    )


async def add_records(unit: Unit, chunk_id: UUID, records: Mapping[str, Sequence[Any]], recorded_at: datetime) -> None:
    """Write records given as one sequence per column of ``RECORD_COLUMNS``."""
    await unit.session.execute(
        ADD_RECORDS,
        {
            **records,
            **written(unit, recorded_at),
            "updated_at": recorded_at,
            "version": 1,
            "import_chunk_id": chunk_id,
        },
    )


async def add_steps(unit: Unit, steps: Mapping[str, Sequence[Any]], recorded_at: datetime) -> None:
    """Write steps given as one sequence per column of ``STEP_COLUMNS``."""
    await unit.session.execute(ADD_STEPS, {**steps, **written(unit, recorded_at)})


def written(unit: Unit, recorded_at: datetime) -> dict[str, Any]:
    """Give what every row of a bulk insert has alike."""
    return {"tenant_id": unit.tenant_id, "network_id": unit.network_id, "recorded_at": recorded_at}
