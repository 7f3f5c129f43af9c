"""A process that imports a log, to be killed: ``python importing_process.py FACTS``, a JSON file.

It tells how many records are there for certain. Where the facts name an upload, it is a worker that does what was
ordered; otherwise it imports by itself, as the command line does.
"""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.idle import run_until_idle
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.settings import Settings
from core.kernel.work import Background
from core.records.importing import grouping
from core.records.importing.grouping import Group
from core.records.importing.import_log import Importing, ImportLog, import_log
from core.records.importing.writing import Fates
from core.records.mappings.loading import load_mapping
from gateway.wiring import make_services
from tenants.directory import TenantDirectory
from tests.support.cluster import ROLE_SECRET

count = Importing.count


async def count_and_tell(self: Importing, group: Group, fates: Fates) -> None:
    """Count a chunk, which is committed by then, and tell it."""
    await count(self, group, fates)
    print("records", self.figures.imported, flush=True)


async def run(facts: dict[str, str]) -> None:
    grouping.CHUNK_RECORDS = int(facts["chunk_records"])
    Importing.count = count_and_tell
    print("records", 0, flush=True)
    database = Database(facts["url"], ROLE_SECRET, pool_size=2)
    await (work(facts, database) if "uploads" in facts else bring(facts, database))
    await database.close()


async def work(facts: dict[str, str], database: Database) -> None:
    """Do the background work of the network."""
    settings = Settings.model_validate(
        {"role_secret": "x", "master_key": facts["master_key"], "cursor_key": "x", "uploads_folder": facts["uploads"]}
    )
    services = make_services(database, settings)
    clock = SetClock(datetime.fromisoformat(facts["instant"]))
    background = Background(database=database, services=services, clock=clock)
    await run_until_idle(background, network_id=UUID(facts["network_id"]))


async def bring(facts: dict[str, str], database: Database) -> None:
    """Import as headquarters."""
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
    await import_log(database, TenantDirectory(database), scope, command)


if __name__ == "__main__":
    asyncio.run(run(json.loads(Path(sys.argv[1]).read_text())))
