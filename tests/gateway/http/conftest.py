"""Fixtures of the HTTP edge."""

import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest


@pytest.fixture
async def older_schema(admin: Any) -> AsyncGenerator[None, None]:
    """Let the database say, for one test, that it is at a migration that came before."""
    newest = await admin.fetchval("SELECT version_num FROM alembic_version")
    await admin.execute("UPDATE alembic_version SET version_num = '0000'")
    yield
    await admin.execute("UPDATE alembic_version SET version_num = $1", newest)


@pytest.fixture
def free_port() -> int:
    """A port nobody listens at for the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
