"""One import in a process of its own, which tells its seconds and peak memory: ``python growing.py URL LOG``."""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.benchmarks._ground import Log, ground_at
from tests.benchmarks._peak import peak_mebibytes
from tests.benchmarks._records.importing import lines_mapping


async def main(url: str, path: Path) -> None:
    log = Log(path, lines_mapping(), "checkout")
    async with ground_at(url) as ground:
        scope = await ground.found(log)
        started = time.perf_counter()
        brought = await ground.bring(scope, log)
        took = time.perf_counter() - started
    print(f"{brought} {took:.6f} {peak_mebibytes():.1f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
