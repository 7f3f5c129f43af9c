"""Imports of ever longer logs in one process, which tells seconds and peak memory after each.

``python growing.py URL LOG RECORDS [LOG RECORDS ...]``
"""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from core.records.importing.figures import Figures
from gateway.collecting import settle
from tests.benchmarks._ground import Log, ground_at
from tests.benchmarks._peak import peak_mebibytes
from tests.benchmarks._records.importing import lines_mapping
from tests.benchmarks._records.size import tell

TENTHS = 10


class Tenths:
    """Tells whenever another tenth is done of what takes long.

    Args:
        records: How many records there are.
    """

    def __init__(self, records: int) -> None:
        self._each = max(20_000, records // TENTHS)
        self._told = 0

    def __call__(self, figures: Figures) -> None:
        """Take the current figures."""
        if figures.new >= self._told + self._each:
            self._told = figures.new - figures.new % self._each
            tell(f"{self._told:,} records are imported, with {peak_mebibytes():.0f} MiB")


async def main(url: str, logs: list[tuple[Path, int]]) -> None:
    """Import the logs, each into a network of its own."""
    settle()
    async with ground_at(url) as ground:
        for path, records in logs:
            log = Log(path, lines_mapping(), "checkout")
            scope = await ground.found(log)
            started, own = time.perf_counter(), time.process_time()
            brought = await ground.bring(scope, log, Tenths(records))
            took, own = time.perf_counter() - started, time.process_time() - own
            print(f"{brought} {took:.6f} {own:.6f} {peak_mebibytes():.1f}", flush=True)


if __name__ == "__main__":
    named = [Path(one) for one in sys.argv[2::2]]
    asyncio.run(main(sys.argv[1], list(zip(named, map(int, sys.argv[3::2]), strict=True))))
