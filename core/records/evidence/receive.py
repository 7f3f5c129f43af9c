"""Receive a file that is to be evidence: checked while it arrives, encrypted before it is stored, and kept until given.

A refusal stores nothing. A process that is killed leaves at most a file that no row refers to, which the sweep deletes.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from core.kernel.blob_sealing import FileKey, new_file_key, sealed_file
from core.kernel.blobs import Blobs
from core.kernel.clock import recorded_now
from core.kernel.crypto import MasterKeys, Place, pseudonym, seal
from core.kernel.errors import DomainError, InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.outbox_rows import Tenancy
from core.kernel.timers import ring_after
from core.kernel.unit import Unit
from core.records.errors import RecordIsNotOpen
from core.records.evidence.errors import (
    EvidenceHashDiffers,
    EvidenceIsEmpty,
    EvidenceIsSomethingElse,
    EvidenceTooLarge,
    EvidenceTypeNotAllowed,
    TooManyFilesWait,
    TooMuchWaits,
)
from core.records.evidence.limits import BEGINNING, RECOGNISED, EvidenceSettings, looks_like
from core.records.evidence.repository import Waiting, add_upload, count_alone, count_waiting, record_row
from core.records.execution.private import Sealer
from core.records.permissions import WORK_RECORDS
from core.records.policy import RecordStatus
from core.standards.policy.process import Proof

SWEEP: Final = "records.sweep_evidence"
"""Topic of a tenant's timer: files that nobody gave as evidence are deleted."""
CONTENT: Final = "evidence content"
HEX: Final = 64

OpenUnit = Callable[[], AbstractAsyncContextManager[Unit]]


@frozen(kw_only=True)
class Offered:
    """A file that somebody sends.

    Attributes:
        record_id: The record it is for.
        kind: What it is to be evidence as.
        media_type: In what form it is said to be.
        length: How long it is said to be, in bytes.
        sha256: What its SHA-256 is said to be, in hexadecimal.
    """

    record_id: UUID
    kind: Proof
    media_type: str
    length: int | None = None
    sha256: str | None = None


@frozen(kw_only=True)
class Received:
    """A file that was received.

    Attributes:
        upload_id: By which it is given as evidence.
        size: Its length in bytes.
        sha256: Its SHA-256 in hexadecimal.
        until: When it is deleted unless it was given, at the earliest.
    """

    upload_id: UUID
    size: int
    sha256: str
    until: datetime


@dataclass(slots=True)
class Arrival:
    """A file while it arrives.

    Attributes:
        offered: What it is said to be.
        most: Most bytes it may have.
        size: How much of it has arrived.
    """

    offered: Offered
    most: int
    size: int = 0
    _digest: Any = field(default_factory=sha256)

    @property
    def sha256(self) -> str:
        """SHA-256 of what has arrived, in hexadecimal."""
        return self._digest.hexdigest()

    async def checked(self, content: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
        """Pass a file on as it arrives.

        Raises:
            EvidenceTooLarge: It is larger than is taken.
            EvidenceIsSomethingElse: It does not begin as it should.
            EvidenceIsEmpty: It has no content.
            EvidenceHashDiffers: It is not what its sender says.
        """
        begun: bytes | None = b""
        async for some in content:
            self.size += len(some)
            if self.size > self.most:
                raise EvidenceTooLarge(kind=self.offered.kind.value, largest=self.most)
            self._digest.update(some)
            if begun is None:
                yield some
                continue
            begun += some
            if len(begun) >= BEGINNING:
                yield self._recognised(begun)
                begun = None
        if begun:
            yield self._recognised(begun)
        self._must_be_whole()

    def _recognised(self, begun: bytes) -> bytes:
        if not looks_like(self.offered.media_type, begun):
            raise EvidenceIsSomethingElse(stated=self.offered.media_type)
        return begun

    def _must_be_whole(self) -> None:
        if not self.size:
            raise EvidenceIsEmpty
        if self.offered.sha256 is not None and self.offered.sha256.lower() != self.sha256:
            raise EvidenceHashDiffers


@frozen
class Reception:
    """Receives files.

    Attributes:
        blobs: Stores them.
        settings: What is taken.
        masters: Wrap the keys that they are encrypted under.
    """

    blobs: Blobs
    settings: EvidenceSettings
    masters: MasterKeys

    async def receive(self, open_unit: OpenUnit, offered: Offered, content: AsyncIterable[bytes]) -> Received:
        """Receive a file.

        Args:
            open_unit: Opens a transaction; none is open while the file arrives.
            offered: What the file is said to be.
            content: The file.

        Raises:
            NotPermitted: The actor may not work on records.
            NotFound: There is no such record in this tenant.
            RecordIsNotOpen: It is closed.
            CustomerIsErased: The person it is about was erased.
            DomainError: The file is not what is taken as evidence of its kind, or could not be stored.
        """
        upload_id = new_id()
        async with open_unit() as unit:
            key, sealing = await self._begin(unit, upload_id, offered)
            tenancy = Tenancy(unit.tenant_id, unit.network_id)
        arrival = Arrival(offered, self.settings.most_bytes(offered.kind))
        stored = await self.blobs.put(tenancy, sealed_file(sealing, arrival.checked(content)))
        try:
            async with open_unit() as unit:
                return await self._finish(unit, upload_id, key, arrival, stored.blob)
        except DomainError:
            await self.blobs.delete(tenancy, stored.blob)
            raise

    async def _begin(self, unit: Unit, upload_id: UUID, offered: Offered) -> tuple[UUID, FileKey]:
        """Refuse what can be refused before it arrives, and give the key it is encrypted under."""
        unit.scope.require(WORK_RECORDS)
        check(offered, self.settings)
        customer_id = await open_record(unit, offered.record_id)
        self._check_room(await count_waiting(unit, offered.record_id), offered.length or 1)
        tenancy = Tenancy(unit.tenant_id, unit.network_id)
        await ring_after(unit.session, tenancy, SWEEP, unit.now + timedelta(hours=self.settings.kept_hours))
        key = await Sealer(KeyRing(unit, self.masters), customer_id).key()
        return key.id, new_file_key(key, place_of(upload_id))

    def _check_room(self, waiting: Waiting, size: int) -> None:
        """Refuse a file beside which others have no room.

        Raises:
            TooMuchWaits: The tenant's others have none.
            TooManyFilesWait: Those of its record have none.
        """
        most = self.settings
        if waiting.files >= most.tenant_waiting or waiting.bytes + size > most.tenant_waiting_bytes:
            raise TooMuchWaits(files=most.tenant_waiting, bytes=most.tenant_waiting_bytes)
        if waiting.of_record >= most.most_waiting:
            raise TooManyFilesWait(most=most.most_waiting)

    async def _finish(self, unit: Unit, upload_id: UUID, key_id: UUID, arrival: Arrival, blob: str) -> Received:
        """Write that the file is there.

        Raises:
            KeyIsErased: The person it speaks of was erased while it arrived.
            TooMuchWaits: Others arrived meanwhile, or it is larger than was said.
            TooManyFilesWait: Others of its record arrived meanwhile.
        """
        self._check_room(await count_alone(unit, arrival.offered.record_id), arrival.size)
        key, at = await KeyRing(unit, self.masters).key_by_id(key_id), recorded_now()
        row = {
            "id": upload_id,
            "record_id": arrival.offered.record_id,
            "actor_id": unit.scope.actor.id,
            "kind": arrival.offered.kind.value,
            "media_type": arrival.offered.media_type,
            "size": arrival.size,
            "content": pseudonym(key, arrival.sha256, CONTENT),
            "sha256": seal(key, arrival.sha256, hash_place(upload_id)),
            "blob": blob,
            "recorded_at": at,
        }
        await add_upload(unit, row)
        until = at + timedelta(hours=self.settings.kept_hours)
        return Received(upload_id=upload_id, size=arrival.size, sha256=arrival.sha256, until=until)


def check(offered: Offered, settings: EvidenceSettings) -> None:
    """Refuse a file for what is said of it.

    Raises:
        EvidenceTypeNotAllowed: Its form is not taken as evidence of its kind.
        EvidenceTooLarge: It is said to be larger than is taken.
        EvidenceIsEmpty: It is said to be empty.
        InvalidInput: What is said to be its hash is none.
    """
    allowed = settings.allowed(offered.kind)
    if offered.media_type not in allowed or offered.media_type not in RECOGNISED:
        raise EvidenceTypeNotAllowed(kind=offered.kind.value, allowed=allowed)
    if offered.length is not None and offered.length > settings.most_bytes(offered.kind):
        raise EvidenceTooLarge(kind=offered.kind.value, largest=settings.most_bytes(offered.kind))
    if offered.length == 0:
        raise EvidenceIsEmpty
    stated = offered.sha256
    if stated is not None and (len(stated) != HEX or not all(one in "0123456789abcdefABCDEF" for one in stated)):
        raise InvalidInput(field="sha256", problem=f"give {HEX} hexadecimal digits")


async def open_record(unit: Unit, record_id: UUID) -> UUID | None:
    """Refuse a record that takes no evidence; give the customer it is about, where that person is known.

    Raises:
        NotFound: There is no such record in this tenant.
        RecordIsNotOpen: It is closed.
    """
    row = await record_row(unit, record_id)
    if row is None:
        raise NotFound(kind="record", key=str(record_id))
    if row["status"] == RecordStatus.CLOSED.value:
        raise RecordIsNotOpen(status=row["status"])
    return row["customer_id"]


def place_of(upload_id: UUID) -> Place:
    """Say where a file belongs: it opens as no other piece of evidence."""
    return Place("evidence_uploads", "blob", upload_id)


def hash_place(upload_id: UUID) -> Place:
    """Say where the sealed hash of a file stands."""
    return Place("evidence_uploads", "sha256", upload_id)
