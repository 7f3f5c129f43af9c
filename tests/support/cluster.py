"""One PostgreSQL cluster for the whole run; a database migrated once and cloned for each worker."""

import asyncio
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.throwaway import throwaway_folder
from touchstone_runtime.valkey import EmbeddedValkey

ROLE_SECRET = "a secret that only tests know"
TEMPLATE = "touchstone_template"
ROOM_NEEDED = 2 * 1024**3
SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster and the queue answer; plain strings, so that workers can be told."""

    admin_url: str
    redis_url: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Cluster:
    """Starts PostgreSQL and Valkey in a folder that goes away again, even after a kill: the next run sweeps."""

    def __init__(self) -> None:
        self._taken = ExitStack()

    def start(self) -> Address:
        folder = self._taken.enter_context(throwaway_folder(room=ROOM_NEEDED))
        settings = {"max_connections": "300"}
        if not folder.is_relative_to(SHARED_MEMORY):
            settings["file_copy_method"] = "clone"
        postgres = self._taken.enter_context(EmbeddedPostgres(folder / "postgres", fast=True, settings=settings))
        valkey = self._taken.enter_context(EmbeddedValkey(folder / "valkey"))
        address = Address(postgres.admin_url, valkey.url)
        asyncio.run(make_template(address.admin_url))
        return address

    def stop(self) -> None:
        self._taken.close()


async def make_template(admin_url: str) -> None:
    """Give one database the schema; nothing may stay connected to it, or it cannot be cloned."""
    from core.kernel.migration.bootstrap import bootstrap
    from core.kernel.migration.schema import bring_up_to_date

    await bootstrap(admin_url, TEMPLATE, ROLE_SECRET)
    await bring_up_to_date(admin_url, TEMPLATE)


async def clone(admin_url: str, name: str, template: str = TEMPLATE) -> str:
    """Clone the template and give the clone's address without a user."""
    await drop(admin_url, name)
    await execute(
        admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY OWNER touchstone_owner'
    )
    return database_url(admin_url, name)


async def drop(admin_url: str, name: str) -> None:
    await execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def superuser(url: str) -> Any:
    """Connect as the superuser; the driver has no types. Statements over every table are long, and yet planned once."""
    return await cast("Any", asyncpg).connect(url, ssl=False, max_cacheable_statement_size=0)


async def execute(admin_url: str, statement: str) -> None:
    connection = await superuser(admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def database_url(admin_url: str, name: str) -> str:
    """Give the address of a database of the cluster, without a user."""
    host = admin_url.rsplit("@", 1)[1].split("/", 1)[0]
    return f"postgresql://{host}/{name}"


def admin_database_url(admin_url: str, name: str) -> str:
    """Give the address of a database of the cluster for the superuser, to look behind the walls."""
    return f"{admin_url.rsplit('/', 1)[0]}/{name}"
