"""One preview, or one publication, in a process of its own, which tells its time and its peak memory.

``python looking.py URL WHAT NETWORK TENANT VERSION REVISION``, where WHAT is ``preview`` or ``publish``.
"""

import asyncio
import re
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[3]))

from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.standards.previews.start import StartPreview, start_preview
from core.standards.publish import PublishVersion, publish_version
from tests.benchmarks._ground import Ground, ground_at, quietly


def peak_mebibytes() -> float:
    """Read the most memory this process ever held."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


async def look(ground: Ground, scope: Scope, version_id: UUID) -> None:
    async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
        await start_preview(unit, StartPreview(version_id=version_id))
    await run_until_idle(ground.background, network_id=scope.network_id)


async def publish(ground: Ground, scope: Scope, version_id: UUID, revision: int) -> None:
    command = PublishVersion(version_id=version_id, expected_revision=revision, valid_from=ground.clock.now())
    async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
        await publish_version(unit, command)
    await run_until_idle(ground.background, network_id=scope.network_id)


async def main(url: str, what: str, network: str, tenant: str, version: str, revision: str) -> None:
    with quietly():
        async with ground_at(url) as ground:
            scope = system(UUID(network), UUID(tenant), ground)
            started = time.perf_counter()
            run: Any = look(ground, scope, UUID(version))
            if what == "publish":
                run.close()
                run = publish(ground, scope, UUID(version), int(revision))
            await run
            print(f"{time.perf_counter() - started:.3f} {peak_mebibytes():.1f}")


def system(network_id: UUID, tenant_id: UUID, ground: Ground) -> Scope:
    return Scope(
        network_id=network_id,
        tenant_id=tenant_id,
        lineage=(tenant_id,),
        actor=Actor(ActorKind.SYSTEM, new_id()),
        permissions=every_permission(),
        instant=ground.clock.now(),
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
