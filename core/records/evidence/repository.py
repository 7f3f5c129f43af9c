"""SQL of evidence: files that were received, and the pieces that were given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import NewRow, fetch, write
from core.kernel.frozen import frozen
from core.kernel.unit import Unit

RECORD: Final = "SELECT * FROM records WHERE tenant_id = $1 AND id = $2"
WAITING: Final = """
    SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes,
        count(*) FILTER (WHERE record_id = $2) AS of_record
    FROM evidence_uploads WHERE tenant_id = $1 AND given_at IS NULL"""
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
LOCK_UPLOAD: Final = "SELECT * FROM evidence_uploads WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
GIVEN: Final = "UPDATE evidence_uploads SET given_at = $3 WHERE tenant_id = $1 AND id = $2"
PIECE: Final = """
    SELECT e.record_id, e.position, e.kind, e.media_type, e.size, e.blob, u.sha256
    FROM record_evidence e JOIN evidence_uploads u ON u.tenant_id = e.tenant_id AND u.id = e.id
    WHERE e.tenant_id = $1 AND e.id = $2"""
SEALED_HASHES: Final = "SELECT id, sha256 FROM evidence_uploads WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
DROP_WAITING: Final = """
    DELETE FROM evidence_uploads WHERE tenant_id = $1 AND id IN (
        SELECT id FROM evidence_uploads WHERE tenant_id = $1 AND given_at IS NULL AND recorded_at < $2
        ORDER BY recorded_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING blob"""
KNOWN: Final = "SELECT blob FROM evidence_uploads WHERE tenant_id = $1 AND blob = ANY($2::text[])"
ANY_WAITING: Final = "SELECT 1 FROM evidence_uploads WHERE tenant_id = $1 AND given_at IS NULL LIMIT 1"


async def record_row(unit: Unit, record_id: UUID) -> Mapping[str, Any] | None:
    """Read what is kept of a record."""
    rows = await fetch(unit, RECORD, unit.tenant_id, record_id)
    return rows[0] if rows else None


@frozen
class Waiting:
    """What waits to be given as evidence.

    Attributes:
        files: Files of the tenant.
        bytes: How large they are together.
        of_record: Those of them that are of one record.
    """

    files: int
    bytes: int
    of_record: int


async def count_waiting(unit: Unit, record_id: UUID) -> Waiting:
    """Count the files that wait to be given as evidence, of the tenant and of a record."""
    (row,) = await fetch(unit, WAITING, unit.tenant_id, record_id)
    return Waiting(files=row["files"], bytes=row["bytes"], of_record=row["of_record"])


async def count_alone(unit: Unit, record_id: UUID) -> Waiting:
    """Count the same while nobody else of the tenant does, until the unit ends."""
    await fetch(unit, ONE_AT_A_TIME, f"records.evidence {unit.tenant_id}")
    return await count_waiting(unit, record_id)


async def add_upload(unit: Unit, values: Mapping[str, Any]) -> None:
    """Write that a file was received."""
    owner = {"tenant_id": unit.tenant_id, "network_id": unit.network_id}
    await write(unit, NewRow("evidence_uploads", {**owner, **values}))


async def lock_upload(unit: Unit, upload_id: UUID) -> Mapping[str, Any] | None:
    """Read a file that was received, and let nobody else give or delete it until the unit ends."""
    rows = await fetch(unit, LOCK_UPLOAD, unit.tenant_id, upload_id)
    return rows[0] if rows else None


async def mark_given(unit: Unit, upload_id: UUID, at: datetime) -> None:
    """Write that a file was given as evidence."""
    await fetch(unit, GIVEN, unit.tenant_id, upload_id, at)


async def find_piece(unit: Unit, evidence_id: UUID) -> Mapping[str, Any] | None:
    """Read a piece of evidence with the sealed hash of its file."""
    rows = await fetch(unit, PIECE, unit.tenant_id, evidence_id)
    return rows[0] if rows else None


async def sealed_hashes(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Read the sealed hashes of files, by their ids."""
    return {row["id"]: row["sha256"] for row in await fetch(unit, SEALED_HASHES, unit.tenant_id, list(ids))}


async def drop_waiting(unit: Unit, before: datetime, most: int) -> list[str]:
    """Delete the rows of files that were received before an instant and never given; tell where the files are."""
    return [row["blob"] for row in await fetch(unit, DROP_WAITING, unit.tenant_id, before, most)]


async def unknown_among(unit: Unit, blobs: Sequence[str]) -> list[str]:
    """Tell which files no row refers to."""
    known = {row["blob"] for row in await fetch(unit, KNOWN, unit.tenant_id, list(blobs))}
    return [one for one in blobs if one not in known]


async def is_any_waiting(unit: Unit) -> bool:
    """Tell whether any file of the tenant waits to be given."""
    return bool(await fetch(unit, ANY_WAITING, unit.tenant_id))
