"""Bring a database up to date: roles, the database itself, and its schema."""

from urllib.parse import urlsplit

from asyncpg.exceptions import InterfaceError, PostgresError

from core.kernel.connecting import administering
from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.schema import bring_up_to_date, is_brought_from_nothing
from gateway.unreachable import is_address, unreachable


async def migrate(admin_url: str, url: str, secret: str) -> None:
    """Create roles and database where missing, then bring the schema to the newest revision.

    Args:
        admin_url: Address of a user who may create roles and databases.
        url: Address of the database, as the serving processes have it.
        secret: What the serving roles' passwords are derived from.

    Raises:
        DatabaseIsUnreachable: The address is none, nobody answers there, or whoever answers does not let us in.
    """
    await migrate_named(admin_url, name_in(url), secret)


async def migrate_named(admin_url: str, database: str, secret: str) -> None:
    """Do the same with a database of which the name is known."""
    await make_ready(admin_url, database, secret)
    await bring_up_to_date(admin_url, database)


async def migrate_at_once(admin_url: str, database: str, secret: str) -> bool:
    """Do what of it takes no import of Alembic, and tell whether that was all: so it is unless there are migrations.

    Args:
        admin_url: As for :func:`migrate`.
        database: The database's name.
        secret: As for :func:`migrate`.

    Raises:
        DatabaseIsUnreachable: As for :func:`migrate`.
    """
    await make_ready(admin_url, database, secret)
    return await is_brought_from_nothing(admin_url, database)


async def make_ready(admin_url: str, database: str, secret: str) -> None:
    """Create roles and database where missing."""
    try:
        async with administering(admin_url):
            pass
    except (OSError, ValueError, PostgresError, InterfaceError) as error:
        raise unreachable(admin_url, error) from error
    await bootstrap(admin_url, database, secret)


def name_in(url: str) -> str:
    """Take the database's name out of its address.

    Raises:
        DatabaseIsUnreachable: The address is none.
    """
    name = urlsplit(url).path.lstrip("/") if is_address(url) else ""
    if not name:
        raise unreachable(url, ValueError())
    return name
