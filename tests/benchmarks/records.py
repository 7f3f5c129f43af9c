"""Records: what is done with them beside what the machine needs at least."""

from typing import Any

from tests.benchmarks._ground import own_ground
from tests.benchmarks._records import importing, sealing
from tests.support.cluster import TEMPLATE, admin_database_url, superuser


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run the suite; the short form takes few events and small logs, to see that everything runs."""
    async with own_ground() as (ground, folder, admin_url):
        admin = await superuser(admin_database_url(admin_url, TEMPLATE))
        try:
            imported = await importing.cases(ground, folder, admin, quick=quick)
        finally:
            await admin.close()
        return [*imported, *await sealing.cases(ground, quick=quick)]
