"""A worker process, forked from one that has imported the product already.

Importing takes a worker's first two seconds of a core, and a hundred megabytes of its memory. A worker that follows
one which was lost begins at once, and what was imported lies in memory once for all of them.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

FORKSERVER = get_context("forkserver")
FORKSERVER.set_forkserver_preload(["gateway.server.preloading", "gateway.server.preloaded"])
NOBODY_KNOWS = 255
"""How a process has ended whose parent, the one that forks, was lost before it."""


class Forked:
    """One process.

    Args:
        work: What it does; importable by its name.
        given: Its arguments; sockets and connections are handed over.
    """

    def __init__(self, work: Callable[..., None], *given: Any) -> None:  # noqa: ANN401 - whatever the work takes
        self._process = FORKSERVER.Process(target=work, args=given, daemon=True)

    async def start(self) -> None:
        """Fork it; the first one waits until everything is imported."""
        await asyncio.to_thread(self._process.start)

    async def wait(self) -> int:
        """Wait until it has ended, and give its exit status; negative is the signal that ended it."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        status = NOBODY_KNOWS if self._process.exitcode is None else self._process.exitcode
        if status == NOBODY_KNOWS:
            self.send_signal(signal.SIGKILL)
        return status

    def send_signal(self, which: signal.Signals) -> None:
        """Send it a signal; one that has ended already gets none."""
        if self._process.pid is not None:
            try:
                os.kill(self._process.pid, which)
            except ProcessLookupError:
                return
