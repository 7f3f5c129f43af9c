"""Fixtures of every test: the cluster, this worker's database, a clock, networks and clients."""

import gc
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import settings

from core.kernel.clock import SetClock
from core.kernel.database import Database
from gateway.collecting import leave, settle
from tests.support.api import Api
from tests.support.cluster import ROLE_SECRET, Address, Cluster, admin_database_url, clone, drop, superuser
from tests.support.networks import BuiltNetwork, build_network

ADDRESS = pytest.StashKey[Address]()
CLUSTER = pytest.StashKey[Cluster]()
ALONE = Path(__file__).parent / "wheel"

# How long an example takes says more about the machine than about the rule; and whoever breaks something should see
# the same examples fail again. Long forms look elsewhere each time: `--hypothesis-profile=anew`.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None, derandomize=False)
settings.load_profile("same")


# Without colours, and without the source and the variables of every frame: drawing those takes a tenth of a second for
# each error that work is meant to end with.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the controller, or where there are no workers; workers are told the address."""
    gc.disable()  # Until all is imported and collected: whatever that makes stays.
    if config.option.collectonly or config.option.help:
        return
    told = getattr(config, "workerinput", None)
    if told is not None:
        config.stash[ADDRESS] = Address(**told["address"])
        return
    cluster = Cluster()
    config.stash[CLUSTER] = cluster
    config.stash[ADDRESS] = cluster.start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest and share nothing, so that at the end nobody waits for one of them."""
    items.sort(key=lambda one: not one.path.is_relative_to(ALONE))


def pytest_collection_finish() -> None:
    """Take all that was imported out of garbage collection, as a process that serves does."""
    settle()


def pytest_configure_node(node: Any) -> None:
    """Hand the address to a worker."""
    node.workerinput["address"] = node.config.stash[ADDRESS].as_dict()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started here."""
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        cluster.stop()
    leave()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Address:
    return request.config.stash[ADDRESS]


@pytest.fixture(scope="session")
async def database_name(address: Address) -> AsyncGenerator[str, None]:
    """A clone of the migrated template that belongs to this worker alone."""
    name = f"worker_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    yield name
    await drop(address.admin_url, name)


@pytest.fixture(scope="session")
async def database(address: Address, database_name: str) -> AsyncGenerator[Database, None]:
    """The worker's database through the serving roles."""
    host = address.admin_url.rsplit("@", 1)[1].split("/", 1)[0]
    opened = Database(f"postgresql://{host}/{database_name}", ROLE_SECRET, pool_size=8)
    yield opened
    await opened.close()


@pytest.fixture
async def admin(address: Address, database_name: str) -> AsyncGenerator[Any, None]:
    """A superuser's connection to the worker's database, to look behind the walls."""
    connection = await superuser(admin_database_url(address.admin_url, database_name))
    yield connection
    await connection.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))


@pytest.fixture
async def network(database: Database, clock: SetClock) -> BuiltNetwork:
    """A network of this test's own."""
    return await build_network(database, clock)


@pytest.fixture
async def strangers(database: Database, clock: SetClock) -> BuiltNetwork:
    """Somebody else's network on the same server."""
    return await build_network(database, clock)


@pytest.fixture
def api(database: Database, clock: SetClock) -> Api:
    """The whole API in this process, on the worker's database."""
    return Api.on(database, clock)
