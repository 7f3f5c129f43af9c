"""One import in a process of its own, which tells its peak memory: ``python -m ... URL FOLDER TRACES``."""

import asyncio
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks._ground import chain_log, ground_at


def peak_mebibytes() -> float:
    """Read the most memory this process ever held; unlike ``getrusage`` it knows nothing of the parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


async def main(url: str, folder: str, traces: int) -> None:
    log = chain_log(Path(folder), traces)
    async with ground_at(url) as ground:
        brought = await ground.bring(await ground.found(log), log)
    print(f"{brought} {peak_mebibytes():.1f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
