"""Houses full of odd rows, each in a database of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from gateway.schema.assembly import TouchstoneSchema
from tests.gateway.execution.compiled.houses import House, furnish
from tests.gateway.execution.compiled.recording import RecordingDatabase
from tests.gateway.execution.compiled.specimens.feature import specimen_schema
from tests.gateway.execution.compiled.specimens.tables import create_tables
from tests.support.api import whole_schema
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, clone, drop, superuser

SEED = 20_261_121


@asynccontextmanager
async def opened(address: Address, schema: TouchstoneSchema, *, specimens: bool) -> AsyncGenerator[House, None]:
    name = f"compiled_{uuid4().hex[:12]}"
    url = await clone(address.admin_url, name)
    admin_url = admin_database_url(address.admin_url, name)
    if specimens:
        await create_tables(admin_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    admin: Any = await superuser(admin_url)
    database = RecordingDatabase(url, ROLE_SECRET)
    yield await furnish(database, admin, schema, SEED)
    await database.close()
    await admin.close()
    await drop(address.admin_url, name)


@pytest.fixture(scope="session")
async def house(address: Address) -> AsyncGenerator[House, None]:
    """The whole schema."""
    async with opened(address, whole_schema(), specimens=False) as made:
        yield made


@pytest.fixture(scope="session")
async def cabinet(address: Address) -> AsyncGenerator[House, None]:
    """A schema with columns of every kind, every way to read them, and parts not everybody may see."""
    async with opened(address, specimen_schema(), specimens=True) as made:
        yield made
