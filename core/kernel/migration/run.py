"""Bring a database's schema forward and back, acting as the role that owns it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from core.kernel.database import connect_arguments
from core.kernel.migration.baseline import SETTINGS
from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.location import find_migrations
from core.kernel.roles import Role

__all__ = ["bootstrap", "current", "downgrade", "draft", "upgrade"]

T = TypeVar("T")


async def upgrade(admin_url: str, database: str, revision: str = "head", *, folder: Path | None = None) -> None:
    """Apply every migration up to a revision, each in a transaction of its own.

    Args:
        admin_url: Address of a role that may act as the owner.
        database: Database to migrate.
        revision: Target, ``head`` by default.
        folder: The migrations, where they are not those of the product.
    """
    await as_owner(admin_url, database, lambda bound: command.upgrade(configured(bound, folder), revision))


async def downgrade(admin_url: str, database: str, revision: str = "base", *, folder: Path | None = None) -> None:
    """Take migrations back down to a revision; ``base`` takes back all."""
    await as_owner(admin_url, database, lambda bound: command.downgrade(configured(bound, folder), revision))


async def current(admin_url: str, database: str) -> str | None:
    """Tell the revision the database is at, ``None`` where no migration was applied."""
    return await as_owner(admin_url, database, lambda bound: MigrationContext.configure(bound).get_current_revision())


async def draft(admin_url: str, database: str, message: str, revision: str, *, folder: Path | None = None) -> None:
    """Write a new migration file from the difference between the models and the database.

    Args:
        admin_url: Address of a role that may act as the owner.
        database: A database at the newest revision.
        message: What the migration does; becomes part of the file's name.
        revision: Its number, four digits.
        folder: The migrations, where they are not those of the product.
    """

    def write(bound: Connection) -> None:
        config = configured(bound, folder)
        config.attributes["models"] = True
        command.revision(config, message=message, rev_id=revision, autogenerate=True)

    await as_owner(admin_url, database, write)


def configured(bound: Connection, folder: Path | None) -> Config:
    """Configure Alembic for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(folder or find_migrations()).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = bound
    return config


async def as_owner(admin_url: str, database: str, work: Callable[[Connection], T]) -> T:
    """Run synchronous migration work on a connection that acts as the owner."""
    url = make_url(admin_url).set(drivername="postgresql+asyncpg", database=database)
    arguments = connect_arguments(url)
    # Building an index may take longer than a request may; waiting for a lock may not: it blocks everybody behind.
    arguments["server_settings"] = {"application_name": "touchstone-migrate", **SETTINGS}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET ROLE {Role.OWNER.value}"))
            await connection.commit()
            found = await connection.run_sync(work)
            await connection.commit()
            return found
    finally:
        await engine.dispose()
