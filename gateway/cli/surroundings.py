"""What a command needs around it: a database and a queue, given by the environment or embedded."""

import asyncio
import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from core.kernel.frozen import frozen
from core.kernel.settings import Settings, load_settings
from gateway.cli.errors import EmbeddedRuntimeIsMissing, MigrationAddressIsMissing
from gateway.cli.home import Home

DATABASE = "touchstone"


@frozen
class Surroundings:
    """Running servers and the settings that reach them.

    Attributes:
        settings: The settings of this process.
        environment: What a child process needs to come to the same settings.
        admin_url: Address for migrations; empty where the environment gives none.
        home: Where embedded servers and logs live.
        servers: The servers in use, by name.
        shared: Whether another command runs any of them, so that they end with it.
    """

    settings: Settings
    environment: dict[str, str]
    admin_url: str
    home: Home
    servers: dict[str, Any]
    shared: bool = False

    def migrate(self, *, anyway: bool = False) -> None:
        """Create what is missing and bring the schema up to date.

        Args:
            anyway: Look at everything, even where an embedded database is known to be as it should be.

        Raises:
            MigrationAddressIsMissing: No address with administrative rights is known.
        """
        if not self.admin_url:
            raise MigrationAddressIsMissing
        asyncio.run(self._bring_up_to_date(anyway=anyway))

    async def _bring_up_to_date(self, *, anyway: bool) -> None:
        secret = self.settings.role_secret.get_secret_value()
        # What speaks with databases takes a moment to import; servers start before that, and not all need it.
        prepared = import_module("gateway.cli.prepared")
        known = prepared.Preparation(home=self.home, admin_url=self.admin_url, database=DATABASE, secret=secret)
        if self.servers and not anyway and await known.stands():
            return
        migrating = import_module("gateway.cli.migrating")
        await migrating.migrate(self.admin_url, self.settings.database_url, secret)
        if self.servers:
            await known.note()


def nothing() -> None:
    """Do nothing."""


@contextmanager
def surroundings(*, queue: bool = True, meanwhile: Callable[[], object] = nothing) -> Generator[Surroundings]:
    """Give the servers that the environment names, or run embedded ones as long as the block lasts.

    Embedded servers that another command runs already are shared, not started again.

    Args:
        queue: Whether Valkey is needed too.
        meanwhile: What to do while embedded servers come up.
    """
    home = Home.found()
    if os.environ.get("DATABASE_URL"):
        admin = os.environ.get("MIGRATE_DATABASE_URL", "")
        meanwhile()
        yield Surroundings(load_settings(), dict(os.environ), admin, home, {})
        return
    with ExitStack() as stack:
        yield embedded(home, stack, queue=queue, meanwhile=meanwhile)


def embedded(home: Home, stack: ExitStack, *, queue: bool, meanwhile: Callable[[], object]) -> Surroundings:
    """Start or share the embedded servers and point this process's environment at them."""
    home.make()
    postgres, valkey = embedded_servers(home)
    shared = use([postgres, valkey] if queue else [postgres], stack, meanwhile)
    admin_url: str = postgres.url
    given = {
        **home.secrets(),
        "DATABASE_URL": f"postgresql://{admin_url.rsplit('@', 1)[1].split('/', 1)[0]}/{DATABASE}",
        "TOUCHSTONE_ENVIRONMENT": "development",
        "TOUCHSTONE_BUILTIN_ISSUER": "true",
        "TOUCHSTONE_INTROSPECTION": "true",
        "TOUCHSTONE_HOME": str(home.folder),
    }
    if queue:
        given["REDIS_URL"] = valkey.url
    environment = {**given, **{name: value for name, value in os.environ.items() if value}}
    os.environ.update(environment)
    for name in ("DATABASE_URL", "REDIS_URL"):
        stack.callback(os.environ.pop, name, None)
    servers = {"postgres": postgres, "valkey": valkey}
    return Surroundings(load_settings(), environment, admin_url, home, servers, shared=shared)


def embedded_servers(home: Home) -> tuple[Any, Any]:
    """Describe the embedded servers without starting them.

    Raises:
        EmbeddedRuntimeIsMissing: The distribution that brings them is not installed.
    """
    try:
        servers = import_module("touchstone_runtime.servers")
    except ModuleNotFoundError as missing:
        raise EmbeddedRuntimeIsMissing from missing
    return servers.open_postgres(home.postgres), servers.open_valkey(home.valkey)


def use(servers: Sequence[Any], stack: ExitStack, meanwhile: Callable[[], object]) -> bool:
    """Start servers side by side, or share those that another command runs, for as long as the stack lasts.

    Whoever interrupts it waits until those that are coming up have done so, and so can be stopped.

    Returns:
        Whether another command runs any of them.
    """
    ours: list[Any] = []
    stack.callback(stop_all, ours)

    def start(server: Any) -> None:  # noqa: ANN401 - the runtime is an optional distribution
        if not hasattr(server, "start_or_share") or server.start_or_share():
            ours.append(server)

    threads = ThreadPoolExecutor(len(servers))
    stack.callback(threads.shutdown)
    starting = [threads.submit(start, server) for server in servers]
    meanwhile()
    for one in starting:
        one.result()
    threads.shutdown()  # Whoever forks afterwards has no thread beside it.
    return len(ours) < len(servers)


def stop_all(servers: Sequence[Any]) -> None:
    """Stop servers side by side."""
    with ThreadPoolExecutor(max(1, len(servers))) as threads:
        stopping = [threads.submit(server.stop) for server in servers]
    for one in stopping:
        one.result()
