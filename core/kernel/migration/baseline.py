"""The schema in one piece: an empty database is given it in one transaction, instead of one migration after another.

``migrations/baseline.sql`` holds the statements that the migrations send, recorded by :mod:`.recording`, and ends by
stamping the revision they lead to. It takes neither SQLAlchemy nor Alembic, whose imports take longer than it does.
"""

import re
from pathlib import Path

from core.kernel.connecting import Connection, administering
from core.kernel.migration.location import find_migrations
from core.kernel.roles import Role

FILE = "baseline.sql"
STAMP = re.compile(r"^INSERT INTO alembic_version \(version_num\) VALUES \('(\w+)'\);$", re.MULTILINE)
BASELINE_LOCK = 7_305_804_103
SETTINGS = {"lock_timeout": "10s", "jit": "off"}
"""Of a session that changes the schema: waiting for a lock longer would block everybody behind."""

NOTHING_IN_IT = """
SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AND NOT EXISTS (
  SELECT FROM (
    SELECT 'pg_class'::regclass, oid FROM pg_class
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
  ) made (kind, oid)
  WHERE oid >= 16384
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = kind AND d.objid = made.oid AND d.deptype = 'e')
)
"""
"""Nothing but what every database has and what extensions brought. On Citus migrations distribute each table."""


async def bring_from_nothing(admin_url: str, database: str, *, folder: Path | None = None) -> str | None:
    """Give a database that has nothing in it the recorded schema, and leave any other as it is.

    Args:
        admin_url: Address of a role that may act as the owner.
        database: A database that was prepared for its roles.
        folder: The migrations, where they are not those of the product.

    Returns:
        The revision the database is at, ``None`` where it is at none, or at several.
    """
    async with administering(admin_url, database, **SETTINGS) as connection, connection.transaction():
        # Whoever comes second waits here, and finds something in it.
        await connection.execute(f"SELECT pg_advisory_xact_lock({BASELINE_LOCK})")
        await connection.execute(f"SET LOCAL ROLE {Role.OWNER.value}")
        script = baseline(folder or find_migrations())
        if script and await is_empty(connection):
            await connection.execute(script)
        return await revision_of(connection)


def baseline(folder: Path) -> str:
    """Read what was recorded; nothing where nothing was."""
    file = folder / FILE
    return file.read_text(encoding="utf-8") if file.exists() else ""


def revision_in(script: str) -> str:
    """Tell which revision a recorded schema is at."""
    return STAMP.findall(script)[-1]


async def is_empty(connection: Connection) -> bool:
    """Tell whether a database has nothing in it, so that the whole schema may be made at once."""
    return await connection.fetchval(NOTHING_IN_IT)


async def revision_of(connection: Connection) -> str | None:
    """Tell the one revision that a database is at."""
    if not await connection.fetchval("SELECT to_regclass('alembic_version')"):
        return None
    found = await connection.fetch("SELECT version_num FROM alembic_version")
    return found[0][0] if len(found) == 1 else None
