"""``touchstone serve`` as a process of its own, and the workers below it."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from core.kernel.database import Database
from core.kernel.settings import load_settings
from gateway.http.edge_settings import ServerKind
from gateway.server.serving import run_server
from tests.support.cluster import ROLE_SECRET, Address
from tests.support.forked import Forked

PATIENCE_S = 120
"""For a server to come up on a machine that is busy with ten other things; on a calm one it takes two."""


def serve(port: int, kind: str, workers: int) -> None:
    """Serve as the command does."""
    run_server(load_settings(), "127.0.0.1", port, server=ServerKind(kind), workers=workers)


@dataclass
class Process:
    """A running server."""

    process: Forked
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def told(self) -> str:
        return self.log.read_text()

    def workers(self) -> list[int]:
        """The workers: forked from a process that the server has started."""
        return below(self.process.pid)

    async def ended(self, patience_s: float = 20) -> int:
        async with asyncio.timeout(patience_s):
            return await self.process.ended()

    async def asked(self, path: str) -> httpx2.Response:
        """Ask on a connection of its own, again while nobody listens."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
                        return await client.get(self.url + path)
                assert self.process.returncode is None, self.told
                await asyncio.sleep(0.05)

    async def all_up(self, workers: int) -> None:
        """Wait until every worker gives figures."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                page = (await self.asked("/metrics")).text
                if len(set(re.findall(r'worker="(\d+)"', page))) == workers:
                    return
                await asyncio.sleep(0.1)


def children_of(parent: int) -> list[int]:
    """List the processes that a process has started."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, above = stat.read_text().rpartition(")")[2].split()[:2]
            if int(above) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return sorted(found)


def below(server: int) -> list[int]:
    """List the processes that were forked from those that a process has started."""
    return sorted(worker for one in children_of(server) for worker in children_of(one))


def is_running(pid: int) -> bool:
    """Tell whether a process is there and not merely waiting to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@asynccontextmanager
async def running(
    database: Database, address: Address, place: tuple[int, Path], kind: ServerKind, workers: int, **settings: str
) -> AsyncGenerator[Process, None]:
    """Run a server until the block ends; nothing of it is left over."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "REDIS_URL": address.redis_url,
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_MASTER_KEY": "ab" * 32,
        "TOUCHSTONE_CURSOR_KEY": "cd" * 32,
        "TOUCHSTONE_ENVIRONMENT": "development",
        **settings,
    }
    port, folder = place
    log = folder / "serve.log"
    process = Forked(serve, port, kind.value, workers, environment=environment, output=log)
    left: list[int] = []
    try:
        yield Process(process, port, log)
    finally:
        left = [*below(process.pid), *children_of(process.pid)]
        for one in [*left, *([process.pid] if process.returncode is None else [])]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        await process.ended()
