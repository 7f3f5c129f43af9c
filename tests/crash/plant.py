"""A whole installation of its own, each part a process that can be killed and started again."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from touchstone_runtime.embedded import EmbeddedServer
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.throwaway import throwaway_folder
from touchstone_runtime.valkey import EmbeddedValkey

from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.schema import bring_up_to_date
from core.kernel.settings import Settings
from gateway.demo.children import answers
from tests.support.becoming import command_line
from tests.support.cluster import admin_database_url, database_url, superuser
from tests.support.forked import Forked

DATABASE = "touchstone"
SECRET = "5e" * 32
PATIENCE_S = 90.0
LOOK_EVERY_S = 0.05
LONG_SHUTDOWN_S = 30.0


class Part:
    """One command of ours as a process.

    Args:
        name: What its log is called.
        command: The command and its arguments.
        environment: Its settings.
        folder: Where its log lies.
    """

    def __init__(self, name: str, command: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
        self.log = folder / f"{name}.log"
        self._command = command
        self._environment = environment
        self._process: Forked | None = None

    @property
    def status(self) -> int | None:
        """Give how it ended; None while it runs."""
        return -1 if self._process is None else self._process.returncode

    def start(self) -> None:
        """Start it; its log goes on."""
        self._process = Forked(command_line, *self._command, environment=self._environment, output=self.log)

    def kill(self) -> bool:
        """Kill it without a word, and tell whether it was alive."""
        if self._process is None:
            return False
        self._process.kill()
        return self._process.wait(PATIENCE_S) == -signal.SIGKILL

    def end(self) -> None:
        """End it politely, or for certain."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(LONG_SHUTDOWN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        """Give the end of its log, for a failed assertion."""
        return self.log.read_text(errors="replace")[-3000:]


class Plant:
    """PostgreSQL, Valkey, a worker and the API, on the loopback address alone.

    Args:
        folder: Where everything lies; goes away with the test.
        postgres: The database server, running.
        valkey: The queue, running.
    """

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> None:
        self.folder = folder
        self.postgres = postgres
        self.valkey = valkey
        self.port = free_port()
        self.environment = {
            "DATABASE_URL": database_url(postgres.admin_url, DATABASE),
            "REDIS_URL": valkey.url,
            "TOUCHSTONE_HOME": str(folder / "home"),
            "TOUCHSTONE_ENVIRONMENT": "development",
            "TOUCHSTONE_BUILTIN_ISSUER": "true",
            "TOUCHSTONE_ROLE_SECRET": SECRET,
            "TOUCHSTONE_MASTER_KEY": SECRET,
            "TOUCHSTONE_CURSOR_KEY": SECRET,
        }
        self.worker = self.part("worker", "worker")
        self.api = self.part("api", "serve", "--port", str(self.port))

    @property
    def settings(self) -> Settings:
        """Give the settings that the processes come to."""
        own = {name: value for name, value in self.environment.items() if not name.startswith("TOUCHSTONE_")}
        given = {
            name.removeprefix("TOUCHSTONE_").lower(): value
            for name, value in self.environment.items()
            if name.startswith("TOUCHSTONE_")
        }
        return Settings.model_validate(own | given)

    def part(self, name: str, *command: str) -> Part:
        """Describe a process of this plant."""
        return Part(name, command, self.environment, self.folder)

    def api_is_ready(self) -> bool:
        """Tell whether the API says that it is ready."""
        return answers(f"http://127.0.0.1:{self.port}/readyz")

    async def ask(self, statement: str, *values: Any) -> list[Any] | None:
        """Ask behind the walls; None while the database is away."""
        try:
            connection = await superuser(admin_database_url(self.postgres.admin_url, DATABASE))
        except (OSError, asyncpg.PostgresError):
            return None
        try:
            return list(await connection.fetch(statement, *values))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        finally:
            connection.terminate()


def killed(server: EmbeddedServer) -> None:
    """Kill a server's first process and wait until it is gone."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert server.wait(10)


def wiped(valkey: EmbeddedValkey) -> None:
    """Take everything a stopped Valkey kept."""
    assert not valkey.is_running()
    for kept in valkey.data_folder.iterdir():
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


async def until(holds: Callable[[], Awaitable[bool]], why: Callable[[], str], patience_s: float = PATIENCE_S) -> None:
    """Look again and again until something holds; say why not where it takes too long."""
    try:
        async with asyncio.timeout(patience_s):
            while True:
                if await holds():
                    return
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError(why()) from None


@contextmanager
def servers() -> Generator[Plant]:
    """Run the two servers in a folder that goes away."""
    with ExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        valkey = stack.enter_context(EmbeddedValkey(folder / "valkey"))
        yield Plant(folder, postgres, valkey)


@asynccontextmanager
async def running_plant() -> AsyncGenerator[Plant]:
    """Run everything, migrated and ready."""
    with servers() as plant:
        await bootstrap(plant.postgres.admin_url, DATABASE, SECRET)
        await bring_up_to_date(plant.postgres.admin_url, DATABASE)
        try:
            plant.worker.start()
            plant.api.start()
            yield plant
        finally:
            plant.api.end()
            plant.worker.end()
