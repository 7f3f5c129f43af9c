"""What an error says of the line to the database, where it is the driver's own and bears no SQLSTATE."""

from collections.abc import Iterator
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError

KINDS: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""They are raised for mistakes of a caller as well, so the words decide."""
WORDS: Final = ("connection is closed", "not connected", "cannot switch to state")
"""Nobody to send to: the line is closed, or the server's farewell is read and the end of the line is not."""


def line_is_gone(error: BaseException) -> bool:
    """Tell whether an error says that a connection was lost, so that what was tried may be tried on another one."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return any(isinstance(one, KINDS) and any(words in str(one) for words in WORDS) for one in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and, one after the other, what it was raised from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__
