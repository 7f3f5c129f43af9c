"""What processes used, as Linux counts it: processor time of a server and of every process of PostgreSQL, memory."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def stat_of(pid: int) -> list[str] | None:
    """Read a process's fields after its name; None where it is gone."""
    try:
        with open(f"{PROC}/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - the quickest
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def parents() -> dict[int, int]:
    """Give the parent of every process there is."""
    stats = {int(name): stat_of(int(name)) for name in os.listdir(PROC) if name.isdigit()}  # noqa: PTH208 - the quickest
    return {pid: int(stat[1]) for pid, stat in stats.items() if stat is not None}


def family(pid: int) -> list[int]:
    """Give a process and all below it."""
    found, known = [pid], parents()
    for one in found:
        found += [child for child, parent in known.items() if parent == one]
    return found


def processor_s(pids: Iterable[int]) -> float:
    """Add up the seconds some processes, and their children that have ended, have spent on a processor."""
    stats = (stat_of(pid) for pid in pids)
    return sum(sum(int(field) for field in stat[11:15]) for stat in stats if stat is not None) / TICK


def resident_mebibytes(pid: int) -> float:
    """Tell how much memory a process and all below it hold."""
    total = 0.0
    for one in family(pid):
        try:
            found = re.search(r"VmRSS:\s+(\d+) kB", (PROC / str(one) / "status").read_text())
        except OSError:
            continue
        total += int(found.group(1)) / 1024 if found else 0
    return total
