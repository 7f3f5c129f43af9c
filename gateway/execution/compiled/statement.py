"""How a statement tells PostgreSQL whom it serves.

On PostgreSQL the context is set by the statement itself, in a CTE that its columns wait for, so a read is one round
trip and the setting ends with it. On Citus a setting made inside a statement reaches only some shards, so the context
is a statement of its own before it.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from core.kernel.frozen import frozen
from core.kernel.walls import Engine
from gateway.execution.compiled.binds import CONTEXT, Binds, Run

SETTINGS: dict[str, Callable[[Run], str]] = {
    "app.network_id": attrgetter("scope.texts.network"),
    "app.tenant_id": attrgetter("scope.texts.tenant"),
    "app.lineage": attrgetter("scope.texts.lineage"),
}


class Strategy(Protocol):
    """Makes one statement of columns, which knows or is told whom it serves."""

    def statement(self, columns: Sequence[ColumnElement[Any]], binds: Binds) -> Select[Any]:
        """Make the statement."""
        ...


@frozen
class OpenTransaction:
    """Reads in a transaction that knows already."""

    def statement(self, columns: Sequence[ColumnElement[Any]], binds: Binds) -> Select[Any]:  # noqa: ARG002 - as every strategy
        """Make the statement."""
        return sa.select(*columns)


@frozen
class ContextStrategy:
    """Chooses by engine.

    Attributes:
        engine: PostgreSQL or Citus.
    """

    engine: Engine

    @property
    def sets_in_statement(self) -> bool:
        """Whether the statement sets its context itself; otherwise whoever executes it does so before."""
        return self.engine is Engine.POSTGRESQL

    def binds(self) -> Binds:
        """Give what the statement's parameters are noted in."""
        return Binds(in_context=self.sets_in_statement)

    def statement(self, columns: Sequence[ColumnElement[Any]], binds: Binds) -> Select[Any]:
        """Make one statement of columns."""
        if not self.sets_in_statement:
            return sa.select(*columns)
        settings = [
            sa.func.set_config(
                sa.literal_column(f"'{name}'", sa.Text()), binds.add(find, sa.Text()), sa.true(), type_=sa.Text()
            ).label(name.removeprefix("app."))
            for name, find in SETTINGS.items()
        ]
        owners = [binds.given(one).label(one) for one in ("tenant", "network")]
        context = sa.select(*owners, *settings).cte(CONTEXT).prefix_with("MATERIALIZED", dialect="postgresql")
        ready = sa.and_(*[context.c[one.name].is_not(None) for one in settings])
        waiting = [sa.case((ready, one)) for one in columns]
        return sa.select(*waiting).select_from(context)
