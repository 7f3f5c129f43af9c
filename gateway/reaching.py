"""Reaching the database before anything is done with it, so that whoever starts a command is told plainly."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from core.kernel.database import Database
from core.kernel.ending import is_ending
from gateway.unreachable import unreachable


async def reached(database: Database) -> None:
    """Open the first connection.

    Raises:
        DatabaseIsUnreachable: The server does not answer, or refuses us.
        CancelledError: This was told to end meanwhile; a connection half made says so in words of its own.
    """
    try:
        await database.detect()
    except (OSError, SQLAlchemyError) as error:
        if is_ending():
            raise asyncio.CancelledError from error
        raise unreachable(database.url, error) from error
