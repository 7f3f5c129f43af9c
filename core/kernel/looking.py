"""Look at rows before what is to be written is made up: one statement, which is its own transaction.

It says whom it serves as statements do that write at once (``core.kernel.at_once``), and looks at nothing before that.
Nothing is locked, so whatever is found has to be among the conditions of the statement that writes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.insertions import SHAPES
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.telemetry import statement_span, tracing_is_on
from core.kernel.walls import tenant_context

READY: Final = "(SELECT ready FROM context)"
"""What a statement's rows wait for, as the first of its conditions: it is looked at once, before any row is."""


@frozen
class Looking:
    """Looks at the rows of a tenant.

    Attributes:
        database: The database.
        scope: The tenant, and who acts.
        tables: The tables that the answer reads beside what is written, so that it may be plain at once that one
            statement will not do.
    """

    database: Database
    scope: Scope
    tables: frozenset[str]

    async def rows(self, sql: str, *values: Any) -> Sequence[Any]:  # noqa: ANN401 - as the driver has it
        """Execute a statement and give its rows; texts are bytes.

        Args:
            sql: The statement, which has :data:`READY` among its conditions, and its parameters as ``$1``.
            values: The parameters.
        """
        context = tenant_context(self.scope)
        whole = with_context(sql, len(values), tuple(context))
        async with self.database.plain(Role.APP).connection() as connection:
            if not tracing_is_on():
                return await connection.fetch(whole, *values, *context.values())
            with statement_span(whole):
                return await connection.fetch(whole, *values, *context.values())


@lru_cache(SHAPES)
def with_context(sql: str, parameters: int, settings: tuple[str, ...]) -> str:
    """Write the settings before a statement."""
    made = [f"set_config('{name}', ${place}, true)" for place, name in enumerate(settings, parameters + 1)]
    ready = " AND ".join(f"{one} IS NOT NULL" for one in made)
    return f"WITH context AS MATERIALIZED (SELECT {ready} AS ready) {sql}"
