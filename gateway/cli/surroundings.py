"""What a command needs around it: a database and a queue, given by the environment or embedded."""

import asyncio
import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
        up_to_date: Whether the database is known to be.
    """

    settings: Settings
    environment: dict[str, str]
    admin_url: str
    home: Home
    servers: dict[str, Any]
    shared: bool = False
    up_to_date: bool = False

    def migrate(self, *, anyway: bool = False) -> None:
        """Create what is missing and bring the schema up to date.

        Args:
            anyway: Look at everything, even where an embedded database is known to be as it should be.

        Raises:
            MigrationAddressIsMissing: No address with administrative rights is known.
        """
        if not self.admin_url:
            raise MigrationAddressIsMissing
        if self.up_to_date and not anyway:
            return
        secret, url = self.settings.role_secret.get_secret_value(), self.settings.database_url
        if self.servers:
            asyncio.run(database_of(self.home, self.admin_url, secret).bring_up_to_date(anyway=anyway))
        else:
            asyncio.run(import_module("gateway.cli.migrating").migrate(self.admin_url, url, secret))

    async def write_down(self) -> None:
        """Have the embedded PostgreSQL write to disk what it has in memory, which it would do when it ends."""
        if self.servers:
            # What speaks with databases takes a moment to import, and few need this.
            connecting = import_module("core.kernel.connecting")
            async with connecting.administering(self.admin_url) as connection:
                await connection.execute("CHECKPOINT")


def database_of(home: Home, admin_url: str, secret: str) -> Any:  # noqa: ANN401 - its class is imported late
    """Give the embedded database of a home, and what is remembered of it."""
    # What speaks with databases takes a moment to import; servers start before that, and not all need it.
    prepared = import_module("gateway.cli.prepared")
    return prepared.Preparation(home=home, admin_url=admin_url, database=DATABASE, secret=secret)


def nothing() -> None:
    """Do nothing."""


def not_at_all() -> bool:
    """Do nothing, and say so."""
    return False


@contextmanager
def surroundings(
    *, queue: bool = True, meanwhile: Callable[[], object] = nothing, up_to_date: bool = False
) -> Generator[Surroundings]:
    """Give the servers that the environment names, or run embedded ones as long as the block lasts.

    Embedded servers that another command runs already are shared, not started again.

    Args:
        queue: Whether Valkey is needed too.
        meanwhile: What to do while embedded servers come up.
        up_to_date: Whether an embedded database is brought up to date meanwhile, as far as that is quickly done.
    """
    home = Home.found()
    if os.environ.get("DATABASE_URL"):
        admin = os.environ.get("MIGRATE_DATABASE_URL", "")
        meanwhile()
        yield Surroundings(load_settings(), dict(os.environ), admin, home, {})
        return
    with ExitStack() as stack:
        yield embedded(home, stack, queue=queue, meanwhile=meanwhile, up_to_date=up_to_date)


def embedded(
    home: Home, stack: ExitStack, *, queue: bool, meanwhile: Callable[[], object], up_to_date: bool
) -> Surroundings:
    """Start or share the embedded servers and point this process's environment at them."""
    home.make()
    postgres, valkey = embedded_servers(home)
    servers = [postgres, valkey] if queue else [postgres]
    kept, said = home.secrets(), {name: value for name, value in os.environ.items() if value}

    def prepared() -> bool:
        known = database_of(home, postgres.url, {**kept, **said}["TOUCHSTONE_ROLE_SECRET"])
        return asyncio.run(known.is_quickly_up_to_date())

    if up_to_date:
        import_module("gateway.cli.prepared")  # Here, for two threads that import the same may meet half a module.
    shared, done = use(servers, stack, meanwhile, prepared if up_to_date else not_at_all)
    admin_url: str = postgres.url
    given = {
        **kept,
        "DATABASE_URL": f"postgresql://{admin_url.rsplit('@', 1)[1].split('/', 1)[0]}/{DATABASE}",
        "TOUCHSTONE_ENVIRONMENT": "development",
        "TOUCHSTONE_BUILTIN_ISSUER": "true",
        "TOUCHSTONE_INTROSPECTION": "true",
        "TOUCHSTONE_HOME": str(home.folder),
    }
    if queue:
        given["REDIS_URL"] = valkey.url
    environment = {**given, **said}
    os.environ.update(environment)
    for name in ("DATABASE_URL", "REDIS_URL"):
        stack.callback(os.environ.pop, name, None)
    named = {"postgres": postgres, "valkey": valkey}
    return Surroundings(load_settings(), environment, admin_url, home, named, shared=shared, up_to_date=done)


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


def use(
    servers: Sequence[Any], stack: ExitStack, meanwhile: Callable[[], object], on_first: Callable[[], bool]
) -> tuple[bool, bool]:
    """Start servers side by side, or share those that another command runs, for as long as the stack lasts.

    Whoever interrupts it waits until those that are coming up have done so, and so can be stopped.

    Args:
        servers: The servers.
        stack: What they last as long as.
        meanwhile: What to do until they run.
        on_first: What to do once the first one runs, beside that.

    Returns:
        Whether another command runs any of them, and what came of what was done on the first.
    """
    ours: list[Any] = []
    stack.callback(stop_all, ours)

    def start(server: Any) -> None:  # noqa: ANN401 - the runtime is an optional distribution
        if not hasattr(server, "start_or_share") or server.start_or_share():
            ours.append(server)

    threads = ThreadPoolExecutor(len(servers) + 1)
    stack.callback(threads.shutdown)
    starting = [threads.submit(start, server) for server in servers]
    on_it = threads.submit(then, starting[0], on_first)
    meanwhile()
    for one in starting:
        one.result()
    done = on_it.result()
    threads.shutdown()  # Whoever forks afterwards has no thread beside it.
    return len(ours) < len(servers), done


def then(first: "Future[None]", work: Callable[[], bool]) -> bool:
    """Do something once something else is done, if that went well."""
    first.result()
    return work()


def stop_all(servers: Sequence[Any]) -> None:
    """Stop servers side by side."""
    with ThreadPoolExecutor(max(1, len(servers))) as threads:
        stopping = [threads.submit(server.stop) for server in servers]
    for one in stopping:
        one.result()
