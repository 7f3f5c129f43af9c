"""The command line in a home folder of its own: as a process of its own, or in this one."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Thread
from traceback import print_exc
from unittest.mock import patch

from gateway.cli.console import ERR, OUT
from gateway.cli.main import run

ROOT = Path(__file__).parents[2]
REAL_LOG = ROOT.parent / "shared" / "data" / "bpic2013_incidents.xes.gz"
PATIENCE_S = 300
WIDTH = 300
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


def invoked(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command as :func:`touchstone` does, but in this process.

    It is given the same words and settings, says what a process would, and ends with the status that one would exit
    with; only starting Python and importing half the product, which is most of a short command, is left out. It has a
    thread of its own, since a test's event loop runs in this one. What starts servers, takes signals or sets up the
    logs of its process belongs into :func:`touchstone`.

    Args:
        arguments: The command and its arguments.
        settings: Environment variables.
    """
    out, err = StringIO(), StringIO()
    status: list[int] = []
    words = ["touchstone", *map(str, arguments)]

    def work() -> None:
        status.append(exit_status())

    with (
        patch.object(sys, "argv", words),
        patch.object(sys, "excepthook", sys.excepthook),
        patch.dict(os.environ, environment(settings), clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
        chdir(ROOT),
        plain_and_wide(),
    ):
        thread = Thread(target=work)
        thread.start()
        thread.join(PATIENCE_S)
    assert status, f"{words} did not end"
    return subprocess.CompletedProcess(words, status[0], out.getvalue(), err.getvalue())


def exit_status() -> int:
    """Run the command line and tell what a process would exit with."""
    try:
        run()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001  # Python would show whatever it is, and exit with 1
        print_exc()
        return 1
    return 0


@contextmanager
def plain_and_wide() -> Generator[None]:
    """Let the consoles of this process write as those of a process with the environment of tests would."""
    before = [(one, one.width) for one in (OUT, ERR)]
    for one in (OUT, ERR):
        one.width = WIDTH
    try:
        yield
    finally:
        for one, width in before:
            one.width = width


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
    return [sys.executable, "-m", "gateway.cli.begin", *map(str, arguments)]


def environment(settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return inherited | {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "PYTHONPATH": str(ROOT)} | settings


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
