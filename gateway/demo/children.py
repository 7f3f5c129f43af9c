"""The demonstration's own processes: a worker and the API, ended with it.

They are forked, not started anew: what this process has imported they have as well, and it is imported once for all
of them. The API needs more than that, which it imports at once, on the other core; nothing else takes longer.
"""

import asyncio
import ctypes
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from signal import SIGTERM
from typing import Any, Final
from urllib.error import URLError

from gateway.cli.errors import ChildDidNotStart
from gateway.cli.interrupts import as_begun_anew, held_back
from gateway.cli.main import run
from gateway.collecting import settle
from gateway.demo.front_end import DIRECT

PATIENCE_S = 30.0
GRACE_S = 25.0
PAUSE_S = 0.02
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
SET_PARENT_DEATH_SIGNAL = 1
FORKING = get_context("fork")


def import_serving() -> None:
    """Import what serves the API: the server, and the features whose contributions make its schema."""
    import_module("gateway.server.serving")
    features: Any = import_module("gateway.http.features")
    features.contributions()


AHEAD: Final[Mapping[str, Callable[[], None]]] = {"serve": import_serving}
"""Imports what a command needs before it is told to run; others do when they are told."""


class Child:
    """One process of ours, which runs its command when it is told to.

    Made while this process has neither an event loop nor a thread at work, for a fork takes neither along.

    Args:
        name: The command it runs.
        arguments: Its arguments.
        log: Where it writes.
    """

    def __init__(self, name: str, arguments: tuple[str, ...], log: Path) -> None:
        self.name = name
        self.log = log
        self._begun = self._told_to_end = False
        orders, self._orders = FORKING.Pipe(duplex=False)
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = FORKING.Process(target=become, args=(os.getpid(), name, arguments, log, orders), daemon=True)
        with held_back():
            self._process.start()
        orders.close()

    def begin(self, environment: Mapping[str, str]) -> None:
        """Have it run its command with these settings, unless it does already."""
        if self._begun:
            return
        self._begun = True
        self._orders.send({key: value for key, value in environment.items() if key not in PROXIES})

    async def ready(self, url: str) -> None:
        """Wait until an address answers.

        Raises:
            ChildDidNotStart: The process ended, or did not answer in time.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not await asyncio.to_thread(answers, url):
            if not self._process.is_alive() or time.monotonic() > deadline:
                raise ChildDidNotStart(process=self.name, log=str(self.log))
            await asyncio.sleep(PAUSE_S)

    def end(self) -> None:
        """Tell it to end, politely, and do not wait; once, for what is told twice ends at once and finishes nothing."""
        if not self._told_to_end:
            self._told_to_end = True
            self._process.terminate()

    def stop(self) -> None:
        """End it: politely, and for certain after a while."""
        self.end()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def wait(self) -> None:
        """Wait until it ends."""
        self._process.join()


def become(parent: int, name: str, arguments: tuple[str, ...], log: Path, orders: Connection) -> None:
    """Be a process of its own, in a session of its own that Ctrl-C does not reach, and run a command when told to."""
    os.setsid()
    as_begun_anew()
    end_with(parent)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    gc.disable()
    if name in AHEAD:
        AHEAD[name]()
    environment = orders.recv()
    os.environ.clear()
    os.environ.update(environment)
    settle()
    sys.argv = ["touchstone", name, *arguments]
    run()


def end_with(parent: int) -> None:
    """Ask to be told to end when the parent does; elsewhere than on Linux nobody would be told."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(SET_PARENT_DEATH_SIGNAL, int(SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the process that this one belongs to is gone")


def answers(url: str) -> bool:
    """Tell whether an address on this machine answers with success."""
    try:
        with DIRECT.open(url, timeout=2) as answer:
            return 200 <= answer.status < 300  # noqa: PLR2004
    except (URLError, OSError):
        return False
