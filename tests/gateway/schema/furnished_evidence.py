"""Evidence in the furnished network: files that were received, some of them given for a step."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from core.kernel.blob_settings import BlobSettings
from core.kernel.blobs import Blobs
from core.kernel.crypto import MasterKeys
from core.kernel.key_ring import KeyRing
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.evidence.give import GiveEvidence, give_evidence
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.receive import Offered, Reception
from core.records.execution.private import Sealer
from core.records.open_record import OpenRecord, open_record
from core.standards.policy.process import Proof
from tests.support.networks import as_person

if TYPE_CHECKING:
    from tests.gateway.schema.furnished import Furnished

ASKED = [{"key": "picture", "kinds": ["photo"]}]
PNG = b"\x89PNG\r\n\x1a\n"


async def furnish_evidence(house: "Furnished", code: str, mark: str, folder: Path) -> None:
    """Records with evidence that is kept, to be confirmed and to be withdrawn, and one with a file that waits."""
    masters = house.api.services.get(MasterKeys)
    reception = Reception(Blobs(BlobSettings(folder=folder / "blobs"), folder), EvidenceSettings(), masters)
    colleague = as_person(house.north, every_permission())
    for name, giver in {
        "kept": colleague,
        "confirmed": colleague,
        "withdrawn": house.north,
        "waits": house.north,
    }.items():
        opening = OpenRecord(channel="phone", standard_code=code, external_id=f"{mark} evidence {name}", priority=mark)
        record = await house.run(house.north, open_record, opening)
        house.call(f"record proven {name}", "Record", record)
        upload = await received(house, reception, giver, record, name)
        house.call(f"upload {name}", "EvidenceUpload", upload)
        if name == "waits":
            continue
        given = GiveEvidence(record_id=record, expected_version=1, upload_id=upload, step="completed", note=mark)

        async def give(unit: Unit, command: GiveEvidence) -> UUID:
            return await give_evidence(unit, command, Sealer(KeyRing(unit, masters)))

        await house.run(giver, give, given)
        house.call(f"evidence {name}", "RecordEvidence", upload)


async def received(house: "Furnished", reception: Reception, giver: Scope, record: UUID, name: str) -> UUID:
    async def content() -> AsyncIterator[bytes]:
        yield PNG + name.encode()

    offered = Offered(record_id=record, kind=Proof.PHOTO, media_type="image/png")
    clock = house.office.clock
    return (await reception.receive(lambda: house.api.database.unit(giver, clock=clock), offered, content())).upload_id
