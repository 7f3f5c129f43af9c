"""Alembic's environment: one transaction per migration, on the connection that the caller opened as the owner."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from core.kernel.discovery import import_modules


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write SQLModel's own types as plain SQLAlchemy, so that a draft needs no further import."""
    if kind == "type" and type(item).__module__.startswith("sqlmodel."):
        autogen.imports.add("import sqlalchemy as sa")
        return "sa.Text()"
    return False


def compare_type(_context: object, _found_in: object, _column: object, found: object, wanted: object) -> bool | None:
    """Take text for text: SQLModel calls it VARCHAR without a length, which is the same to PostgreSQL."""
    return False if isinstance(found, sa.Text) and isinstance(wanted, AutoString) else None


def migrate(connection: Connection) -> None:
    """Run what was asked for."""
    if context.config.attributes.get("models"):
        import_modules("models")
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        transaction_per_migration=True,
        compare_type=compare_type,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
