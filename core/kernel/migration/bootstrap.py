"""Create the database roles and the database, as often as one likes, with an administrator's connection."""

import re

from core.kernel.connecting import Connection, administering
from core.kernel.migration.errors import DatabaseNameIsInvalid, RoleIsTooPowerful
from core.kernel.migration.scram import scram_verifier
from core.kernel.roles import SERVING, Role, role_password

BOOTSTRAP_LOCK = 7_305_804_102
ATTRIBUTES = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
NAME = re.compile(r"[a-z_][a-z0-9_-]{0,62}")


async def bootstrap(admin_url: str, database: str, role_secret: str, *, maintenance_password: str = "") -> None:
    """Create the roles and the database where they are missing and mend what differs.

    Args:
        admin_url: ``postgresql://user:password@host:port/database`` of a superuser, or of a role with CREATEROLE and
            CREATEDB; the database named in it is only connected to.
        database: Name of the database to create.
        role_secret: What the serving roles' passwords are derived from.
        maintenance_password: Lets the maintenance role sign in; without it, it cannot.

    Raises:
        RoleIsTooPowerful: A role of that name exists and may do more than it must.
        DatabaseNameIsInvalid: The name is not plain lower-case ASCII.
    """
    if not NAME.fullmatch(database):
        raise DatabaseNameIsInvalid(name=database)
    async with administering(admin_url) as connection:
        await run(connection, f"SELECT pg_advisory_lock({BOOTSTRAP_LOCK})")
        async with connection.transaction():  # One wait for the disk, not one for each password.
            await create_roles(connection, role_secret, maintenance_password)
        await create_database(connection, database)
        async with administering(admin_url, database) as inside:
            await prepare_database(inside, database)


async def run(connection: Connection, *statements: str) -> None:
    """Execute statements one by one."""
    for statement in statements:
        await connection.execute(statement)


async def create_roles(connection: Connection, secret: str, maintenance_password: str) -> None:
    """Create every role, give those that sign in their passwords, and let the administrator act as the owner."""
    for role in Role:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.value):
            await run(connection, f"CREATE ROLE {role.value} {ATTRIBUTES} NOLOGIN")
        await refuse_powerful(connection, role)
    for role in SERVING:
        await let_in(connection, role, role_password(secret, role))
    if maintenance_password:
        await let_in(connection, Role.MAINTAIN, maintenance_password)
    await run(connection, f"GRANT {Role.OWNER.value} TO {Role.MAINTAIN.value} WITH INHERIT FALSE, SET TRUE")
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        await run(connection, f"GRANT {Role.OWNER.value} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")


async def let_in(connection: Connection, role: Role, password: str) -> None:
    """Let a role sign in with a password, sent as its verifier only."""
    await run(connection, f"ALTER ROLE {role.value} LOGIN PASSWORD '{scram_verifier(password)}'")


async def refuse_powerful(connection: Connection, role: Role) -> None:
    """Refuse a role that could pass the walls: by its attributes, or as a member of another role."""
    powers = await connection.fetchval(
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls OR rolinherit"
        " OR EXISTS (SELECT 1 FROM pg_auth_members WHERE member = r.oid AND roleid <> $2::text::regrole)"
        " FROM pg_roles r WHERE rolname = $1",
        role.value,
        Role.OWNER.value,
    )
    if powers:
        raise RoleIsTooPowerful(role=role.value)


async def create_database(connection: Connection, database: str) -> None:
    """Create the database with the built-in C.UTF-8 locale, whose order never changes with the operating system."""
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        return
    await run(
        connection,
        f'CREATE DATABASE "{database}" OWNER {Role.OWNER.value} TEMPLATE template0 ENCODING UTF8'
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'",
    )


async def prepare_database(connection: Connection, database: str) -> None:
    """Install extensions, take everything from PUBLIC and admit the serving roles."""
    citus = await connection.fetchval("SELECT 1 FROM pg_settings WHERE name = 'citus.propagate_set_commands'")
    if citus:  # It passes some statements on to its workers, and takes one at a time.
        await run(connection, *citus_statements(database), *opening_statements(database))
    else:
        await run(connection, ";\n".join(opening_statements(database)))


def citus_statements(database: str) -> tuple[str, ...]:
    """Write what a Citus coordinator needs on top; ``docs/architecture.md`` says why."""
    return (
        "CREATE EXTENSION IF NOT EXISTS citus",
        f"ALTER DATABASE \"{database}\" SET citus.propagate_set_commands = 'local'",
        f'ALTER DATABASE "{database}" SET citus.allow_modifications_from_workers_to_replicated_tables = off',
    )


def opening_statements(database: str) -> tuple[str, ...]:
    """Write what opens the database to the serving roles and to nobody else."""
    everyone = ", ".join(role.value for role in (*SERVING, Role.MAINTAIN))
    owner = Role.OWNER.value
    return (
        # All this is the owner's to do: an administrator who is no superuser has no rights on what it owns.
        f"SET ROLE {owner}",
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{database}" TO {everyone}, SESSION_USER',
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {everyone}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "RESET ROLE",
    )
