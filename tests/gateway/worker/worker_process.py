"""A worker in a process of its own, to be killed.

It is given a database URL, a Redis URL, network, headquarters, north, south. Its handler leaves its mark and then, in
the first attempt, hangs before or after that as the payload says.
"""

import asyncio
import sys
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import SystemClock
from core.kernel.database import Database
from core.kernel.handlers import handles
from core.kernel.work import Work
from gateway.worker.serving import serve_work, stop_on_signals
from tests.core.kernel.building import Tree
from tests.gateway.worker.quick import QUICK, settings_for
from tests.support.cluster import ROLE_SECRET

TOPIC = "test.hanging"


@handles(TOPIC)
async def mark(work: Work) -> None:
    """Leave a mark; hang where the payload says."""
    await hang(work, "before")
    async with work.unit(once=True) as unit:
        await record_act(unit, action="test.mark", subject_kind="test", subject_id=UUID(work.payload["subject"]))
    await hang(work, "after")


async def hang(work: Work, place: str) -> None:
    """Say that the place was reached, and go on at once, in a moment, or never."""
    if work.attempt > 1 or work.payload["hang"] != place:
        return
    sys.stdout.write("reached\n")
    sys.stdout.flush()
    await asyncio.sleep(float(work.payload["seconds"]))


async def main(database_url: str, redis_url: str, *ids: str) -> None:
    """Work until told to end."""
    tree = Tree(*map(UUID, ids))
    database = Database(database_url, ROLE_SECRET, pool_size=3)
    stop = asyncio.Event()
    stop_on_signals(stop)
    services = tree.background(database, SystemClock()).services
    await serve_work(settings_for(redis_url), database, services, stop, pace=QUICK)
    await database.close()


def worked(database_url: str, redis_url: str, *ids: str) -> None:
    """Be that worker."""
    asyncio.run(main(database_url, redis_url, *ids))
