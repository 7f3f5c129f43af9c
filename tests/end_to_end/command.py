"""The command line as a process of its own, in a home folder of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_LOG = ROOT.parent / "shared" / "data" / "bpic2013_incidents.xes.gz"
PATIENCE_S = 300
OURS = ("TOUCHSTONE_", "DATABASE_URL", "REDIS_URL", "MIGRATE_DATABASE_URL")


def touchstone(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with no settings but those given.

    Args:
        arguments: The command and its arguments.
        settings: Environment variables.
    """
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def begun(*arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
    """Begin a command as :func:`touchstone` does, and do not wait for its end."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "gateway.cli.main", *map(str, arguments)]


def environment(settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return inherited | {"COLUMNS": "300", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)} | settings


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """Give all that a command said."""
    return ended.stdout + ended.stderr


def assert_refused(ended: subprocess.CompletedProcess[str], code: str) -> None:
    """It says one stable code, exits with 1, and shows nobody its inside."""
    said = told(ended)
    assert ended.returncode == 1, said
    assert f"({code})" in said, said
    assert "Traceback" not in said


def free_port() -> str:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return str(line.getsockname()[1])
