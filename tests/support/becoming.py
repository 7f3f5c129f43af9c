"""What a forked process does before its work, apart from what forks it."""

import contextlib
import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1


def become(
    work: Callable[..., None], given: tuple[str | int, ...], environment: Mapping[str, str], output: Path
) -> None:
    """Work in a session of its own, with this environment and its words in a file; end when all tests have."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    said = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, said)
        for stream in (1, 2):
            os.dup2(said, stream)
    os.environ.clear()
    os.environ.update(environment)
    work(*given)


def command_line(*arguments: str) -> None:
    """Be the command ``touchstone``."""
    from gateway.cli.main import run

    sys.argv = ["touchstone", *arguments]
    run()


def module(name: str, *arguments: str) -> None:
    """Be ``python -m``."""
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def script(path: str, *arguments: str) -> None:
    """Be a file that is run."""
    sys.argv = [path, *arguments]
    runpy.run_path(path, run_name="__main__")
