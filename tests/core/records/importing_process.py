"""A process that imports a log, to be killed: ``python importing_process.py FACTS``, a JSON file."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.records.importing import grouping
from core.records.importing.figures import Figures
from core.records.importing.import_log import ImportLog, import_log
from core.records.mappings.loading import load_mapping
from tenants.directory import TenantDirectory
from tests.support.cluster import ROLE_SECRET


def tell(figures: Figures) -> None:
    print(figures.chunks, flush=True)


async def run(facts: dict[str, str]) -> None:
    grouping.CHUNK_RECORDS = int(facts["chunk_records"])
    database = Database(facts["url"], ROLE_SECRET, pool_size=2)
    tenant_id = UUID(facts["tenant_id"])
    scope = Scope(
        network_id=UUID(facts["network_id"]),
        tenant_id=tenant_id,
        lineage=(tenant_id,),
        actor=Actor(ActorKind.PERSON, UUID(facts["actor_id"])),
        permissions=every_permission(),
        instant=datetime.fromisoformat(facts["instant"]),
    )
    command = ImportLog(
        path=Path(facts["log"]),
        mapping=load_mapping(Path(facts["mapping"])),
        masters=MasterKeys.read(facts["master_key"]),
    )
    await import_log(database, TenantDirectory(database), scope, command, progress=tell)
    await database.close()


if __name__ == "__main__":
    asyncio.run(run(json.loads(Path(sys.argv[1]).read_text())))
