"""Record what the migrations send to an empty database, as one script that does the same."""

import re
from uuid import uuid4

from alembic import command
from sqlalchemy import Connection, event

from core.kernel.connecting import administering
from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.errors import StatementHasValues
from core.kernel.migration.run import as_owner, configured

HEAD = """\
-- The schema that the migrations come to, for databases that have nothing in them: what the migrations send, recorded.
-- Renewed by `touchstone migrate --record` after a migration was added; never edited.
"""
NOT_KEPT = re.compile(r"SELECT |SET LOCAL citus\.|(INSERT INTO|UPDATE|DELETE FROM) alembic_version ", re.IGNORECASE)
"""Questions, which have no answer where nothing is; settings of Citus, which goes another way; stamps but the last."""

STAMPED = re.compile(r"INSERT INTO alembic_version .*'(\w+)'|UPDATE alembic_version SET version_num='(\w+)'")


async def record(admin_url: str, role_secret: str) -> str:
    """Run every migration on a database made for it, and give what they sent as one script.

    Args:
        admin_url: Address of an administrator of a plain PostgreSQL.
        role_secret: What the serving roles' passwords are derived from.

    Raises:
        StatementHasValues: A statement cannot be written down as its text alone.
    """
    name = f"touchstone_record_{uuid4().hex[:12]}"
    try:
        await bootstrap(admin_url, name, role_secret)
        return await recorded_upgrade(admin_url, name)
    finally:
        async with administering(admin_url) as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def recorded_upgrade(admin_url: str, database: str) -> str:
    """Run every migration on a database that has nothing in it, and give what they sent as one script."""
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if values and not NOT_KEPT.match(statement.lstrip()):
            raise StatementHasValues(statement=statement)
        sent.append(statement)

    def upgrade(bound: Connection) -> None:
        event.listen(bound, "before_cursor_execute", keep)
        command.upgrade(configured(bound, None), "head")

    await as_owner(admin_url, database, upgrade)
    return script_of(sent)


def script_of(statements: list[str]) -> str:
    """Write statements as one script, each migration under its revision, the last revision stamped at the end."""
    parts, since, revision = [HEAD], list[str](), ""
    for statement in statements:
        stamp = STAMPED.match(statement)
        if stamp:
            revision = stamp[1] or stamp[2]
            parts.append("\n".join([f"\n-- {revision}\n", *since]))
            since = []
        elif not NOT_KEPT.match(statement.lstrip()):
            since.append(re.sub(r"[ \t]+$", "", statement.strip(), flags=re.MULTILINE) + ";\n")
    parts.append(f"\nINSERT INTO alembic_version (version_num) VALUES ('{revision}');\n")
    return "".join(parts)
