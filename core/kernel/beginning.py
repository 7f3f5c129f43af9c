"""A transaction begins and tells whom it serves in one round trip.

The driver sends ``BEGIN`` by itself, before the first statement; a transaction whose scope was a statement of its own
would pay the way to the server twice, which is as much as most of what it is opened for.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.array_types import KnowingConnection
from core.kernel.telemetry import statement_span
from core.kernel.walls import Engine, context_call

BEGIN: Final = "BEGIN"
PLAIN: Final = re.compile(r"[0-9a-f,-]*")
"""Ids and commas: nothing that would have to be quoted."""


class Beginning(KnowingConnection):
    """A driver's connection that can be told what to send together with its next ``BEGIN``.

    Attributes:
        along: The statements, or nothing.
    """

    along: str = ""

    async def execute(self, query: str, *values: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109, ANN401 - the driver's own
        """Execute; where a transaction begins, what goes along with it."""
        if self.along and query.startswith(BEGIN):
            query += self.along
        return cast("str", await cast("Any", KnowingConnection).execute(self, query, *values, timeout=timeout))


async def begin_in(session: AsyncSession, engine: Engine, context: Mapping[str, str]) -> None:
    """Begin a session's transaction in a context.

    Raises:
        ValueError: A name is not one of the settings the policies read, or a value is no list of ids.
        DBAPIError: The server does not answer, or refuses; the connection is given up.
    """
    along = f" SELECT {context_call(engine, quoted(context))};"
    connection = await session.connection()
    adapted: Any = cast("Any", connection.sync_connection).connection.dbapi_connection
    driver = adapted.driver_connection
    driver.along = along
    try:
        with statement_span(BEGIN):
            await adapted._start_transaction()  # noqa: SLF001 - the dialect begins nowhere else but before a statement
    except BaseException as error:
        # Half a beginning is none: nobody can tell what the server has done of it.
        driver.terminate()
        await connection.invalidate()
        if isinstance(error, DBAPIError) or not isinstance(error, Exception):
            raise
        raise OperationalError(BEGIN, None, error, hide_parameters=True) from error
    finally:
        driver.along = ""


def quoted(context: Mapping[str, str]) -> dict[str, str]:
    """Write a context's values as literals.

    Raises:
        ValueError: A value holds anything but ids and commas.
    """
    for name, value in context.items():
        if not PLAIN.fullmatch(value):
            msg = f"What {name} is set to is no list of ids."
            raise ValueError(msg)
    return {name: f"'{value}'" for name, value in context.items()}
