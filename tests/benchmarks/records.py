"""Records: what is done with them beside what the machine needs at least."""

from typing import Any

from gateway.collecting import settle
from tests.benchmarks._ground import GIB, ground_at, own_database, standing
from tests.benchmarks._records import importing, listing, sealing, working
from tests.benchmarks._records.served import served
from tests.benchmarks._records.size import FULL, QUICK, kept, tell
from tests.support.cluster import admin_database_url, superuser


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run the suite; the short form takes few events and small logs, to see that everything runs."""
    size = QUICK if quick else FULL
    settle()  # As every process that imports does.
    async with standing(size.room_gib * GIB) as cluster:
        async with served(cluster, size.few, size.many) as at:
            tell(f"{size.few:,} and {size.many:,} records are served")
            found = kept(await working.cases(at, each=size.requests, rounds=size.rounds))
            found += kept(await listing.cases(at, cluster.folder, size))
        async with own_database(cluster, "records") as url, ground_at(url) as ground:
            admin = await superuser(admin_database_url(cluster.admin_url, url.rpartition("/")[2]))
            try:
                imported = await importing.cases(ground, cluster.folder, admin, size)
                sealed = kept(await sealing.cases(ground, size))
                # What takes longest comes last: whoever breaks it off has all the rest.
                imported += kept(await importing.growing(ground, cluster.folder, admin, size))
            finally:
                await admin.close()
            return [*imported, *found, *sealed]
