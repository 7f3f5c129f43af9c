"""Where a database is and how the driver is told: without SQLAlchemy, whose import takes longer than a whole schema.

Addresses are read as SQLAlchemy reads them, so that one address does for every process.
"""

import re
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "", None})
READ_LIMIT_MS = 30_000
ADDRESS = re.compile(
    r"[\w+]+://(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:\[(?P<host6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)
ASKED = ("host", "port", "user", "password", "passfile")
"""What may be said after the question mark; TLS is not: it follows from where the server is."""

QUOTED = ("user", "password", "database")
NO_ADDRESS = "no address"

Connection: TypeAlias = Any
"""asyncpg's connection: it has no types."""

_driver: Any = asyncpg


@asynccontextmanager
async def administering(
    admin_url: str, database: str | None = None, **settings: str
) -> AsyncGenerator[Connection, None]:
    """Open an administrator's connection, whose statements may take as long as they need.

    Args:
        admin_url: Address of a role that may create roles and databases.
        database: Another database than the address names; ``postgres`` where neither does.
        settings: Of the session.

    Raises:
        ValueError: The address is none.
    """
    target = driver_address(admin_url)
    target["database"] = database or target.get("database") or "postgres"
    arguments = driver_arguments(target.get("host"))
    arguments["server_settings"] = {"application_name": "touchstone-migrate", **settings}
    connection = await _driver.connect(**target, **arguments)
    try:
        yield connection
    finally:
        await connection.close()


def driver_address(url: str) -> dict[str, Any]:
    """Take an address apart: host, port, user, password and database, as far as it names them.

    Raises:
        ValueError: It is no address.
    """
    found = ADDRESS.match(url)
    if found is None:
        raise ValueError(NO_ADDRESS)
    named = found.groupdict()
    asked = dict(parse_qsl(named.pop("query") or ""))
    named["host"] = named.pop("host6") or named["host"]
    parts: dict[str, Any] = {
        name: unquote(value) if name in QUOTED else value for name, value in named.items() if value
    } | {name: asked[name] for name in ASKED if name in asked}
    if "port" in parts:
        if not parts["port"].isdecimal():
            raise ValueError(NO_ADDRESS)
        parts["port"] = int(parts["port"])
    return parts


def driver_arguments(host: str | None) -> dict[str, Any]:
    """Give what asyncpg needs: no TLS on loopback, verified TLS elsewhere, JIT off and bounded statements."""
    local = host in LOOPBACK or (host or "").startswith("/")
    return {
        "ssl": False if local else ssl.create_default_context(),
        "timeout": 10,
        "server_settings": {
            "jit": "off",
            "statement_timeout": str(READ_LIMIT_MS),
            "idle_in_transaction_session_timeout": str(READ_LIMIT_MS),
            "application_name": "touchstone",
        },
    }


def without_credentials(url: str) -> str:
    """Show a database address without user and password, for logs and messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or 5432}{parts.path}"
