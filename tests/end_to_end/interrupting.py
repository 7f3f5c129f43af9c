"""Demonstrations that are interrupted in the middle."""

import signal
import subprocess
import time
from pathlib import Path

from touchstone_runtime.folder_lock import holder_of
from touchstone_runtime.processes import is_alive

from gateway.cli.interrupts import GOES_ON
from tests.end_to_end.command import begun, free_port, told

SOON_S = 15
"""It takes a second or two; this is for machines that do much else."""

MOMENTS = (
    ("PostgreSQL and Valkey run", signal.SIGTERM, 143),
    ("Log: ", signal.SIGINT, 130),
)
"""What a demonstration has said, what it is told then, and how it ends."""


def demo(home: Path, *options: str) -> subprocess.Popen[str]:
    return begun("demo", "--made-up", "--once", "--port", free_port(), *options, TOUCHSTONE_HOME=str(home))


def children_of(process: subprocess.Popen[str]) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def interrupted(home: Path, after: str, told_to: signal.Signals) -> subprocess.CompletedProcess[str]:
    """Run it until it has said something, and a little longer, and interrupt it."""
    with demo(home) as process:
        assert process.stdout is not None
        said = list[str]()
        for line in process.stdout:
            said.append(line)
            if after in line:
                break
        time.sleep(0.3)
        forked = children_of(process)
        begin = time.monotonic()
        process.send_signal(told_to)
        said.append(process.communicate(timeout=60)[0])
        assert time.monotonic() - begin < SOON_S
    assert forked
    assert not [one for one in forked if is_alive(int(one))]
    assert [holder_of(home / name) for name in ("postgres", "valkey")] == [None, None]
    return subprocess.CompletedProcess(process.args, process.returncode, "".join(said), "")


def interrupted_twice(home: Path) -> None:
    """Begin it in a clean home folder, and interrupt that and the next: each says so and leaves nothing behind."""
    for after, told_to, status in MOMENTS:
        ended = interrupted(home, after, told_to)
        assert (ended.returncode, ended.stdout.count(GOES_ON)) == (status, 1), told(ended)
        assert "Traceback" not in told(ended)
