"""Processes that begin with the product imported: forked from one that has, as the workers of a server are.

Importing the product takes a process a second or two of a core, which is most of what a test costs that starts some in
order to kill them. What comes up as it does for people is seen where that is the point: by the demonstration, by the
wheels, and by tests of the command line and of the server's process.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path

from tests.support.becoming import become

FORKSERVER = get_context("forkserver")
IMPORTED = (
    "gateway.server.preloading",
    "gateway.server.preloaded",
    "gateway.server.serving",
    "gateway.worker.serving",
    "gateway.wiring",
    "core.records.importing.import_log",
    "rich.progress",
    "rich.table",
    "typer",
    "tests.support.becoming",
)
"""Nothing of the command line itself: it makes consoles that read the environment of their process."""


class Forked:
    """A process, which has begun.

    Args:
        work: What it does; importable by its name. It ends with that.
        given: Its arguments.
        environment: All of its environment.
        output: The file that all it says is added to.
    """

    def __init__(
        self, work: Callable[..., None], *given: str | int, environment: Mapping[str, str], output: Path
    ) -> None:
        FORKSERVER.set_forkserver_preload(list(IMPORTED))
        output.touch()
        self._process = FORKSERVER.Process(target=become, args=(work, given, dict(environment), output))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def send_signal(self, which: signal.Signals) -> None:
        """Send it a signal; one that has ended already gets none."""
        if self.returncode is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def wait(self, patience_s: float | None = None) -> int:
        """Wait until it has ended and give its exit status.

        Raises:
            TimeoutExpired: It has not ended in time.
        """
        self._process.join(patience_s)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self._process), patience_s or 0)
        return self.returncode

    async def ended(self) -> int:
        """Do the same while others go on, as long as it takes."""
        gone, loop = asyncio.Event(), asyncio.get_running_loop()
        if self.returncode is None:
            loop.add_reader(self._process.sentinel, gone.set)
            try:
                await gone.wait()
            finally:
                loop.remove_reader(self._process.sentinel)
        return self.wait(1)
