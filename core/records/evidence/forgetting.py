"""What evidence tells of records in an export of what is held of a person: the list of it, without the files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.privacy.registry import tells

OF_RECORDS: Final = """
    SELECT record_id, id, step, kind, media_type, size, place, taken_at, given_at, withdrawn_at FROM record_evidence
    WHERE tenant_id = $1 AND record_id = ANY($2::uuid[]) ORDER BY record_id, position"""
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
