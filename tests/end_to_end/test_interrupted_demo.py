"""The demonstration is interrupted in the middle: it says so, leaves nothing behind, and the next run goes on."""

import json
import signal
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from touchstone_runtime.folder_lock import holder_of
from touchstone_runtime.processes import is_alive
from touchstone_runtime.throwaway import throwaway_folder

from gateway.cli.interrupts import GOES_ON
from tests.end_to_end.command import begun, free_port, told, touchstone

SOON_S = 15
"""It takes a second or two; this is for machines that do much else."""


@pytest.fixture
def home() -> Generator[Path]:
    with throwaway_folder() as folder:
        yield folder


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


def test_the_demonstration_goes_on_where_it_was_interrupted(home: Path) -> None:
    moments = (
        ("PostgreSQL and Valkey run", signal.SIGTERM, 143),
        ("Log: ", signal.SIGINT, 130),
    )
    for after, told_to, status in moments:
        ended = interrupted(home, after, told_to)
        assert (ended.returncode, ended.stdout.count(GOES_ON)) == (status, 1), told(ended)
        assert "Traceback" not in told(ended)
    figures = home / "figures.json"
    ended = touchstone(
        *("demo", "--made-up", "--once", "--port", free_port(), "--json", figures), TOUCHSTONE_HOME=str(home)
    )
    assert ended.returncode == 0, told(ended)
    found = json.loads(figures.read_text())
    assert [found[name] for name in ("tenants", "records", "steps")] == [12, 6_048, 28_331]
    assert set(found["records_by_tenant"].values()) == {504}
    assert (found["records_refused"], found["work_given_up"], found["adaptation_accepted"]) == (0, 0, True)
    assert found["scored"] == {"step_conformance": 6_048, "time_limits": 5_845}


@pytest.mark.parametrize("told_to", [signal.SIGINT, signal.SIGTERM])
def test_it_says_so_while_its_servers_come_up(told_to: signal.Signals, home: Path) -> None:
    with demo(home) as process:
        while not (home / "postgres" / "data.new").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(told_to)
        said, _ = process.communicate(timeout=60)
    assert process.returncode in {-told_to, 128 + told_to}, said
    assert said.strip() == GOES_ON
    assert [holder_of(home / name) for name in ("postgres", "valkey")] == [None, None]
