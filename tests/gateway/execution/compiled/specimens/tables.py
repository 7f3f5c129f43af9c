"""The feature's tables with their walls, made the way a migration makes them."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.ext.asyncio import create_async_engine

from core.kernel.migration.tables import create_reference_table, create_tenant_table
from tests.gateway.execution.compiled.specimens.models import APART, Cabinet

GIVEN = {"tenant_id", "network_id", "id"}


def create(connection: sa.Connection) -> None:
    connection.execute(sa.text("SET ROLE touchstone_owner"))
    with Operations.context(MigrationContext.configure(connection)):
        for mapper in APART.mappers:
            columns = [
                sa.Column(one.name, one.type, nullable=one.nullable) for one in mapper.columns if one.name not in GIVEN
            ]
            name = str(mapper.class_.__tablename__)
            make = create_reference_table if mapper.class_ is Cabinet else create_tenant_table
            make(name, *columns)


async def create_tables(url: str) -> None:
    engine = create_async_engine(url, connect_args={"ssl": False})
    async with engine.begin() as connection:
        await connection.run_sync(create)
    await engine.dispose()
