"""What evidence lets go of when the time of records is over, and what it tells of them in an export of a person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.outbox_rows import Tenancy
from core.kernel.timers import ring_after
from core.kernel.unit import Unit
from core.records.evidence.receive import SWEEP
from core.records.privacy.registry import Forgotten, forgets, tells

OF_RECORDS: Final = """
    SELECT record_id, id, step, kind, media_type, size, place, taken_at, given_at, withdrawn_at FROM record_evidence
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) ORDER BY record_id, position"""
DROP_FILES: Final = "DELETE FROM evidence_uploads WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) RETURNING id"
DROP_READABLE: Final = """
    DELETE FROM evidence_uploads e USING data_keys k
    WHERE e.tenant_id = $1 AND e.record_id = ANY($2::uuid[]) AND k.tenant_id = $1
      AND uuid_send(k.id) = substring(e.sha256 FROM 2 FOR 16) RETURNING e.id"""
"""Those that can still be opened; what stands under a key that was destroyed cannot."""
TOLD: Final = {
    "step": "step",
    "kind": "kind",
    "mediaType": "media_type",
    "size": "size",
    "place": "place",
    "takenAt": "taken_at",
    "givenAt": "given_at",
    "withdrawnAt": "withdrawn_at",
}


@tells("evidence")
async def evidence_of(unit: Unit, record_ids: Sequence[UUID]) -> Mapping[UUID, object]:
    """List the evidence of some records, those pieces that were taken back among it."""
    found: dict[UUID, list[Mapping[str, object]]] = defaultdict(list)
    for row in await fetch(unit, OF_RECORDS, unit.tenant_id, list(record_ids)):
        told = {name: row[column] for name, column in TOLD.items()}
        found[row["record_id"]].append({"id": str(row["id"]), **told})
    return found


@forgets("evidence")
async def drop_files(unit: Unit, forgotten: Forgotten) -> None:
    """Let go of the files of records whose time is over: no row refers to them any more, so the sweep deletes them.

    Files of a person who was erased cannot be opened without the key; they stay, as noise, until their time is over.
    Those from before a record knew its customer are under the tenant's key: they go at once. What was told of them
    stays, and with it every proof.
    """
    dropped = DROP_FILES if forgotten.customer_id is None else DROP_READABLE
    if await fetch(unit, dropped, unit.tenant_id, list(forgotten.record_ids)):
        await ring_after(unit.session, Tenancy(unit.tenant_id, unit.network_id), SWEEP, unit.now)
