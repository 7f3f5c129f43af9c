"""What a home remembers of its database: one that was brought up to date as it should be now is not asked again.

Bringing up to date does nothing where nothing is missing, but looks at every role and sets its password each time.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from asyncpg.exceptions import InterfaceError, PostgresError

from core.kernel import migration, roles
from core.kernel.connecting import administering
from core.kernel.frozen import frozen
from core.kernel.migration.location import find_migrations
from gateway.cli.home import Home
from gateway.cli.migrating import migrate_at_once, migrate_named

MARK = "prepared"
STANDING = "SELECT (SELECT system_identifier::text FROM pg_control_system()), (SELECT version_num FROM alembic_version)"
NOT_THERE = (OSError, PostgresError, InterfaceError)


@frozen(kw_only=True)
class Preparation:
    """A database of a home, and what its roles' passwords are derived from.

    Attributes:
        home: Whose database it is.
        admin_url: Address of a user who may read what the cluster is.
        database: Name of the database.
        secret: What the passwords are derived from.
    """

    home: Home
    admin_url: str
    database: str
    secret: str

    async def bring_up_to_date(self, *, anyway: bool = False) -> None:
        """Create what is missing, bring the schema up to date, and remember that it is.

        Args:
            anyway: Look at everything, even where this is known to stand.

        Raises:
            DatabaseIsUnreachable: Whoever answers does not let us in.
        """
        if anyway or not await self.stands():
            await migrate_named(self.admin_url, self.database, self.secret)
            await self.note()

    async def is_quickly_up_to_date(self) -> bool:
        """Do the same as far as it takes no import of Alembic, and tell whether that was all.

        Raises:
            DatabaseIsUnreachable: Whoever answers does not let us in.
        """
        if await self.stands():
            return True
        done = await migrate_at_once(self.admin_url, self.database, self.secret)
        if done:
            await self.note()
        return done

    async def stands(self) -> bool:
        """Tell whether this very database was brought up to date with the same code, migrations and secret."""
        mark = self.home.folder / MARK
        return mark.exists() and mark.read_text() == await self._description()

    async def note(self) -> None:
        """Remember that it is up to date."""
        self.home.private(MARK, await self._description())

    async def _description(self) -> str:
        """Write down what there is: which cluster, which revision, made by what; empty where there is no database."""
        try:
            async with administering(self.admin_url, self.database) as connection:
                found = await connection.fetchrow(STANDING)
        except NOT_THERE:
            return ""
        return " ".join((fingerprint(self.secret), *(str(value) for value in found or ())))


def fingerprint(secret: str) -> str:
    """Give one figure for all that decides what bringing up to date comes to."""
    digest = hashlib.sha256(secret.encode())
    for path in sources():
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """List the files that make roles, database and schema."""
    yield Path(roles.__file__)
    for folder in (*(Path(place) for place in migration.__path__), find_migrations()):
        yield from sorted((*folder.rglob("*.py"), *folder.glob("*.sql")))
