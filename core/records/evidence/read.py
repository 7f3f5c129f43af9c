"""Read a piece of evidence: with permission, put on record, opened piece by piece, and found out where it changed."""

from collections.abc import AsyncGenerator
from dataclasses import field
from typing import Final
from uuid import UUID

import structlog

from core.kernel.audit import record_act
from core.kernel.blob_sealing import HEAD_BYTES, file_key, opened_file
from core.kernel.blobs import BlobIsMissing, Blobs
from core.kernel.crypto import OpenKey, SealIsBroken, sealed_by, unseal
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.logs import allow_keys
from core.kernel.outbox_rows import Tenancy
from core.kernel.unit import Unit
from core.records.evidence.errors import EvidenceIsDamaged
from core.records.evidence.limits import file_name
from core.records.evidence.receive import hash_place, place_of
from core.records.evidence.repository import find_piece
from core.records.permissions import READ_EVIDENCE

AHEAD: Final = 4 * 1024 * 1024
"""Bytes that are opened before anything is answered: what is not larger is answered right or refused, never cut off."""

allow_keys("evidence_id")
log = structlog.get_logger(__name__)


@frozen(kw_only=True)
class EvidenceFile:
    """A piece of evidence that somebody may read now.

    Attributes:
        evidence_id: The piece.
        tenancy: Whose it is.
        blob: Where its file is.
        name: What the file may be called.
        media_type: In what form it is.
        size: Its length in bytes.
        sha256: Its SHA-256 in hexadecimal.
    """

    evidence_id: UUID
    tenancy: Tenancy
    blob: str
    name: str
    media_type: str
    size: int
    sha256: str
    key: OpenKey = field(repr=False)


async def open_evidence(unit: Unit, ring: KeyRing, evidence_id: UUID) -> EvidenceFile:
    """Let somebody read a piece of evidence, and put that on record.

    Raises:
        NotPermitted: The actor may not read evidence.
        NotFound: There is no such evidence in this tenant.
        KeyIsErased: The person it speaks of was erased.
        EvidenceIsDamaged: What is kept of its hash was changed.
    """
    unit.scope.require(READ_EVIDENCE)
    row = await find_piece(unit, evidence_id)
    if row is None:
        raise NotFound(kind="evidence", key=str(evidence_id))
    try:
        key = await ring.key_by_id(sealed_by(row["sha256"]))
        digest = unseal(key, row["sha256"], hash_place(evidence_id))
    except SealIsBroken as broken:
        raise damaged(evidence_id) from broken
    await record_act(
        unit,
        action="records.read_evidence",
        subject_kind="evidence",
        subject_id=evidence_id,
        details={"record": str(row["record_id"])},
    )
    return EvidenceFile(
        evidence_id=evidence_id,
        tenancy=Tenancy(unit.tenant_id, unit.network_id),
        blob=row["blob"],
        name=file_name(row["kind"], row["media_type"], row["position"]),
        media_type=row["media_type"],
        size=row["size"],
        sha256=digest,
        key=key,
    )


async def content_of(blobs: Blobs, file: EvidenceFile) -> AsyncGenerator[bytes]:
    """Give the content of a piece of evidence as it is wanted.

    Raises:
        EvidenceIsDamaged: It was altered, cut off, put in another's place or lost; before anything is given where it is
            not larger than :data:`AHEAD`, else where it was changed.
        BlobStoreIsDown: It could not be read.
    """
    held: list[bytes] = []
    size = 0
    try:
        async for some in opened(blobs, file):
            held.append(some)
            size += len(some)
            if size >= AHEAD:
                for one in held:
                    yield one
                held = []
    except (SealIsBroken, BlobIsMissing) as broken:
        raise damaged(file.evidence_id) from broken
    if size != file.size:
        raise damaged(file.evidence_id)
    for one in held:
        yield one


async def opened(blobs: Blobs, file: EvidenceFile) -> AsyncGenerator[bytes]:
    """Open a file behind its head."""
    stored = blobs.read(file.tenancy, file.blob)
    begun = b""
    async for some in stored:
        begun += some
        if len(begun) >= HEAD_BYTES:
            break
    key = file_key(file.key, begun[:HEAD_BYTES], place_of(file.evidence_id))

    async def rest() -> AsyncGenerator[bytes]:
        yield begun[HEAD_BYTES:]
        async for one in stored:
            yield one

    async for piece in opened_file(key, rest()):
        yield piece


def damaged(evidence_id: UUID) -> EvidenceIsDamaged:
    """Tell whoever runs the server that evidence was changed where it is stored."""
    log.error("evidence.damaged", evidence_id=str(evidence_id))
    return EvidenceIsDamaged()
