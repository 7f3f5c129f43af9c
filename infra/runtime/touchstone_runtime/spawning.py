"""Starts processes that end with this one."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from signal import Signals
from typing import IO

from touchstone_runtime.accounts import Account

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Launch:
    """A program to be started.

    Attributes:
        command: Absolute path of the program and its arguments.
        folder: Its working folder, reachable for the account.
        account: Whom it runs as; None for whoever runs Python.
        output: Where its standard output and error go.
        farewell: The signal it gets when this process dies.
        inherited: Descriptors it keeps.
        stdin: What it reads on standard input.
        environment: Added to a small clean environment.
    """

    command: Sequence[str]
    folder: Path
    account: Account | None
    output: IO[bytes]
    farewell: Signals
    inherited: tuple[int, ...] = ()
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that Ctrl-C reaches Python alone.

    Linux sends the farewell when the *thread* that started the process ends. All processes are therefore started
    by one thread that lives as long as this process.
    """
    return _thread().start_process(launch)


class _Thread:
    def __init__(self) -> None:
        self._wanted: SimpleQueue[tuple[Launch, Future[subprocess.Popen[bytes]]]] = SimpleQueue()
        threading.Thread(target=self._work, name="touchstone-launches", daemon=True).start()

    def start_process(self, launch: Launch) -> subprocess.Popen[bytes]:
        answer: Future[subprocess.Popen[bytes]] = Future()
        self._wanted.put((launch, answer))
        return answer.result()

    def _work(self) -> None:
        while True:
            launch, answer = self._wanted.get()
            try:
                answer.set_result(_popen(launch))
            except OSError as fault:
                answer.set_exception(fault)


_guard = threading.Lock()
_threads: dict[int, _Thread] = {}


def _thread() -> _Thread:
    """Return the thread of this process; a fork inherits the table, but no thread."""
    with _guard:
        pid = os.getpid()
        if pid not in _threads:
            _threads[pid] = _Thread()
        return _threads[pid]


def _popen(launch: Launch) -> subprocess.Popen[bytes]:
    uid, gid = ("-", "-") if launch.account is None else (str(launch.account.uid), str(launch.account.gid))
    process = subprocess.Popen(  # noqa: S603  # the caller names the program by its absolute path
        [
            *(sys.executable, "-I", "-S", str(_LAUNCHER)),
            *(str(os.getpid()), str(int(launch.farewell)), uid, gid),
            *launch.command,
        ],
        stdin=subprocess.PIPE,
        stdout=launch.output,
        stderr=subprocess.STDOUT,
        cwd=launch.folder,
        env={**_clean_environment(), **launch.environment},
        pass_fds=launch.inherited,
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101  # for the type checker: asked for above
    try:
        process.stdin.write(launch.stdin)
        process.stdin.close()
    except BrokenPipeError:
        pass  # It ended at once; whoever waits for it says why.
    return process


def _clean_environment() -> dict[str, str]:
    """Return what a server may know of our environment: nothing, but how Python itself finds its libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}
