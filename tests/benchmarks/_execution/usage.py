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
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def children(pid: int) -> list[int]:
    """Give the direct children of a process."""
    found: list[int] = []
    for entry in PROC.iterdir():
        stat = stat_of(int(entry.name)) if entry.name.isdigit() else None
        if stat is not None and int(stat[1]) == pid:
            found.append(int(entry.name))
    return found


def family(pid: int) -> list[int]:
    """Give a process and all below it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


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
