"""Several processes behind one port: each is watched, started again when it ends, and never outlives this one."""

import asyncio
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from gateway.http.edge_settings import EdgeSettings, ServerKind
from gateway.server.forked import FORKSERVER, Forked
from gateway.server.worker import work

STEADY_S = 10.0
LONGEST_PAUSE_S = 10.0
MARGIN_S = 5.0

log = structlog.get_logger(__name__)


class Supervisor:
    """Runs workers until it is told to stop.

    Each worker has a listening socket of its own where the kernel shares connections out. This process keeps all of
    them open, so that connections which wait for a worker that was killed are served by the one that follows it.

    Args:
        listeners: The sockets; worker ``n`` serves the one at ``n`` modulo their number.
        workers: How many processes serve.
        kind: Which server they run.
        edge: How long a stopping worker may take.
        folder: Where workers meet to gather figures.
    """

    def __init__(
        self, listeners: Sequence[socket.socket], workers: int, kind: ServerKind, edge: EdgeSettings, folder: Path
    ) -> None:
        self._listeners = listeners
        self._workers = workers
        self._kind = kind
        self._edge = edge
        self._folder = folder
        self._running: dict[int, Forked] = {}
        self._forking = asyncio.Lock()
        self._stopping = asyncio.Event()
        # Closed by the kernel when this process ends in whatever way: that is how workers know.
        self._life, self._held = FORKSERVER.Pipe(duplex=False)

    async def run(self) -> None:
        """Keep the workers running until told to stop, and wait until they have ended."""
        kept = [asyncio.create_task(self._keep(number)) for number in range(self._workers)]
        try:
            await self._stopping.wait()
            await asyncio.sleep(self._edge.drain_notice_s)
            self._close_listeners()
            _, late = await asyncio.wait(kept, timeout=self._edge.drain_s + MARGIN_S)
            if late:
                log.error("server.workers_killed", count=len(late))
                self.force()
            await asyncio.gather(*kept)
        finally:
            self.force()
            self._close_listeners()
            self._life.close()
            self._held.close()

    def stop(self) -> None:
        """Tell every worker to stop."""
        self._stopping.set()
        self._signal(signal.SIGTERM)

    def force(self) -> None:
        """End every worker at once."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    async def _keep(self, number: int) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            process = await self._start(number)
            status = await process.wait()
            del self._running[number]
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > STEADY_S else failures + 1
            log.error("server.worker_ended", kind=self._kind.value, status=status, attempt=failures)
            await self._pause(failures)

    async def _start(self, number: int) -> Forked:
        listener = self._listeners[number % len(self._listeners)]
        process = Forked(work, listener, self._life, number, self._kind, self._folder)
        async with self._forking:
            await process.start()
        self._running[number] = process
        if self._stopping.is_set():
            process.send_signal(signal.SIGTERM)
        log.info("server.worker_started", kind=self._kind.value, count=len(self._running))
        return process

    async def _pause(self, failures: int) -> None:
        """Wait longer each time a worker ends soon; the first time not at all."""
        pause = min(0.25 * 2 ** (failures - 1), LONGEST_PAUSE_S) if failures > 1 else 0
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _signal(self, which: signal.Signals) -> None:
        for process in self._running.values():
            process.send_signal(which)

    def _close_listeners(self) -> None:
        for one in self._listeners:
            one.close()
