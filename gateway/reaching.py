"""Reaching the database before anything is done with it, so that whoever starts a command is told plainly."""

from sqlalchemy.exc import SQLAlchemyError

from core.kernel.database import Database
from gateway.unreachable import unreachable


async def reached(database: Database) -> None:
    """Open the first connection.

    Raises:
        DatabaseIsUnreachable: The server does not answer, or refuses us.
    """
    try:
        await database.detect()
    except (OSError, SQLAlchemyError) as error:
        raise unreachable(database.url, error) from error
