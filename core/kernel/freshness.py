"""Pooled connections are looked at before they are used again, and asked only when they have been idle for a while."""

from select import POLLIN, poll
from time import monotonic
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

LONG_IDLE_S: Final = 5.0
RETURNED: Final = "touchstone.returned"


def keep_fresh(engine: AsyncEngine) -> None:
    """Give connections that are lost back for new ones before anybody meets an error on them.

    A server that ends says so, and the driver knows as soon as it has read it; a busy process may not have come to that
    yet, so a connection with something unread is asked. Only what lies between (a firewall that forgets, a machine that
    vanished) is silent; whoever was idle for some seconds is therefore asked too. Asking every time costs three round
    trips, as much as most transactions.
    """

    def returned(_connection: object, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's record of a connection
        record.info[RETURNED] = monotonic()

    def taken(connection: Any, record: Any, _fairy: object) -> None:  # noqa: ANN401 - the dialect's own connection
        idle_since = record.info.pop(RETURNED, None)
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if idle_since is None:
            return
        if monotonic() - idle_since < LONG_IDLE_S and not has_unread(connection.driver_connection):
            return
        try:
            connection.ping()
        except Exception as lost:
            raise InvalidatePoolError from lost

    event.listen(engine.sync_engine, "checkin", returned)
    event.listen(engine.sync_engine, "checkout", taken)


def has_unread(connection: Any) -> bool:  # noqa: ANN401 - asyncpg's connections are not typed
    """Tell whether the server has said something on an idle connection that was not read yet: mostly its farewell."""
    line: Any = connection._transport.get_extra_info("socket")  # noqa: SLF001 - asyncpg shows it nowhere else
    looking = poll()
    looking.register(line.fileno(), POLLIN)
    return bool(looking.poll(0))
