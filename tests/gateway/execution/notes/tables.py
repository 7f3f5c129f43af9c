"""The feature's tables with their walls, made the way a migration makes them."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.ext.asyncio import create_async_engine

from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    create_reference_table,
    create_tenant_table,
    optional,
    required,
)


def create(connection: sa.Connection) -> None:
    connection.execute(sa.text("SET ROLE touchstone_owner"))
    with Operations.context(MigrationContext.configure(connection)):
        create_reference_table(
            "topics",
            required("owner_tenant_id", UUID),
            required("code", TEXT),
            required("name", TEXT),
            sa.UniqueConstraint("network_id", "code", name="topics_code"),
        )
        create_tenant_table(
            "notes",
            required("title", TEXT),
            required("status", TEXT),
            required("stars", sa.Integer()),
            required("opened_at", INSTANT),
            required("body", TEXT),
            optional("sealed", TEXT),
            optional("author_mark", TEXT),
            optional("facts", TEXT),
            optional("parent_id", UUID),
            optional("topic_id", UUID),
            required("version", sa.Integer()),
            optional("price_minor", sa.BigInteger()),
            optional("price_currency", TEXT),
            sa.CheckConstraint("title <> 'forbidden'", name="notes_title"),
        )
        create_tenant_table(
            "remarks",
            required("note_id", UUID),
            required("text", TEXT),
            required("length", sa.BigInteger()),
            required("recorded_at", INSTANT),
        )
        # A violation that shows only at the commit, to see what the client is told then.
        connection.execute(sa.text("CREATE TABLE late (id int PRIMARY KEY, other int)"))
        connection.execute(
            sa.text("ALTER TABLE late ADD FOREIGN KEY (other) REFERENCES late (id) DEFERRABLE INITIALLY DEFERRED")
        )
        connection.execute(sa.text("GRANT INSERT ON late TO touchstone_app"))


async def create_tables(url: str) -> None:
    engine = create_async_engine(url, connect_args={"ssl": False})
    async with engine.begin() as connection:
        await connection.run_sync(create)
    await engine.dispose()
