"""What a command needs around it: a database and a queue, given by the environment or embedded."""

import asyncio
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from core.kernel.migration.run import bootstrap, upgrade
from core.kernel.settings import Settings, load_settings
from gateway.cli.errors import EmbeddedRuntimeIsMissing, MigrationAddressIsMissing
from gateway.cli.home import Home

DATABASE = "touchstone"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Running servers and the settings that reach them.

    Attributes:
        settings: The settings of this process.
        environment: What a child process needs to come to the same settings.
        admin_url: Address for migrations; empty where the environment gives none.
        home: Where embedded servers and logs live.
        servers: The servers in use, by name.
    """

    settings: Settings
    environment: dict[str, str]
    admin_url: str
    home: Home
    servers: dict[str, Any]

    def migrate(self) -> None:
        """Create what is missing and bring the schema up to date.

        Raises:
            MigrationAddressIsMissing: No address with administrative rights is known.
        """
        if not self.admin_url:
            raise MigrationAddressIsMissing
        database = urlsplit(self.settings.database_url).path.lstrip("/")
        asyncio.run(migrate(self.admin_url, database, self.settings.role_secret.get_secret_value()))


async def migrate(admin_url: str, database: str, secret: str) -> None:
    """Create roles and database where missing, then upgrade to the newest revision."""
    await bootstrap(admin_url, database, secret)
    await upgrade(admin_url, database)


@contextmanager
def surroundings(*, queue: bool = True) -> Generator[Surroundings, None, None]:
    """Give the servers that the environment names, or run embedded ones as long as the block lasts.

    Embedded servers that another command runs already are shared, not started again.
    """
    home = Home.found()
    if os.environ.get("DATABASE_URL"):
        admin = os.environ.get("MIGRATE_DATABASE_URL", "")
        yield Surroundings(load_settings(), dict(os.environ), admin, home, {})
        return
    with ExitStack() as stack:
        yield embedded(home, stack, queue=queue)


def embedded(home: Home, stack: ExitStack, *, queue: bool) -> Surroundings:
    """Start or share the embedded servers and point this process's environment at them."""
    postgres, valkey = embedded_servers(home)
    use(postgres, stack)
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
        use(valkey, stack)
        given["REDIS_URL"] = valkey.url
    environment = {**given, **{name: value for name, value in os.environ.items() if value}}
    os.environ.update(environment)
    for name in ("DATABASE_URL", "REDIS_URL"):
        stack.callback(os.environ.pop, name, None)
    servers = {"postgres": postgres, "valkey": valkey}
    return Surroundings(load_settings(), environment, admin_url, home, servers)


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


def use(server: Any, stack: ExitStack) -> None:  # noqa: ANN401 - the runtime is an optional distribution
    """Start a server for as long as the stack lasts, or share the one that another command runs on the folder."""
    if not hasattr(server, "start_or_share") or server.start_or_share():
        stack.callback(server.stop)
