"""Bring a database's schema up to date by the shortest way: nothing to do, the recorded schema, or migrations."""

from importlib import import_module
from pathlib import Path

from core.kernel.migration.baseline import bring_from_nothing
from core.kernel.migration.location import newest_revision


async def bring_up_to_date(admin_url: str, database: str, *, folder: Path | None = None) -> None:
    """Bring a database to the newest revision, from nothing or from any earlier one.

    Args:
        admin_url: Address of a role that may act as the owner.
        database: A database that was prepared for its roles.
        folder: The migrations, where they are not those of the product.
    """
    if await is_brought_from_nothing(admin_url, database, folder=folder):
        return
    migrations = import_module("core.kernel.migration.run")  # Alembic comes with it, which takes a while.
    await migrations.upgrade(admin_url, database, folder=folder)


async def is_brought_from_nothing(admin_url: str, database: str, *, folder: Path | None = None) -> bool:
    """Give an empty database the recorded schema, and tell whether it is at the newest revision then, or was before.

    Args:
        admin_url: As for :func:`bring_up_to_date`.
        database: The same.
        folder: The same.
    """
    return await bring_from_nothing(admin_url, database, folder=folder) == newest_revision(folder)
