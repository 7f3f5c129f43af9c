"""A process that receives a large file and is killed once it is stored and before any row says so.

It prints by how many KiB it has grown meanwhile.
"""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from core.kernel.blob_settings import BlobSettings
from core.kernel.blobs import Blobs, Stored
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.outbox_rows import Tenancy
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.receive import Offered, Reception
from core.standards.policy.process import Proof

PIECES = 96


def grown() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Deadly(Blobs):
    """Stores a file, and no more."""

    async def put(self, tenancy: Tenancy, content: AsyncIterable[bytes], *, named: str = "") -> Stored:
        before = grown()
        await super().put(tenancy, content, named=named)
        print(grown() - before, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


async def content() -> AsyncIterator[bytes]:
    yield b"%PDF-1.7"
    for _ in range(PIECES):
        yield bytes(1024 * 1024)


async def main() -> None:
    given = os.environ
    network, tenant = UUID(given["NETWORK"]), UUID(given["TENANT"])
    scope = Scope(
        network_id=network,
        tenant_id=tenant,
        lineage=(tenant,),
        actor=Actor(ActorKind.PERSON, new_id()),
        permissions=every_permission(),
        instant=datetime.now(UTC),
    )
    database = Database(given["DATABASE_URL"], given["ROLE_SECRET"])
    folder = Path(given["FOLDER"])
    settings = EvidenceSettings(largest={Proof.DOCUMENT: 1024 * 1024 * 1024})
    masters = MasterKeys.read(given["MASTER_KEY"])
    reception = Reception(Deadly(BlobSettings(folder=folder), folder), settings, masters)
    offered = Offered(record_id=UUID(given["RECORD"]), kind=Proof.DOCUMENT, media_type="application/pdf")
    await reception.receive(lambda: database.unit(scope), offered, content())


if __name__ == "__main__":
    asyncio.run(main())
