"""Records: what is done with them beside what the machine needs at least."""

from typing import Any

from tests.benchmarks._ground import own_ground
from tests.benchmarks._records import sealing


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run the suite; the short form takes few events and small logs, to see that everything runs."""
    async with own_ground() as (ground, _, _):
        return await sealing.cases(ground, quick=quick)
