"""Try a transaction again while the database is away, for a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.kernel.frozen import frozen
from core.kernel.outages import causes, line_is_gone

T = TypeVar("T")

log = structlog.get_logger("touchstone.records")

PASSING = ("08", "57P", "53", "40001", "40P01")
"""SQLSTATEs that pass: connection lost, server stopping or starting, out of room, serialisation failed, deadlock."""


@frozen(kw_only=True)
class Patience:
    """How long to wait for a database that is away.

    Attributes:
        first: Pause after the first failure, in seconds; it doubles with each further one.
        longest: The pause grows no longer, in seconds.
        total: When to give up, in seconds after the first failure.
    """

    first: float = 0.1
    longest: float = 2.0
    total: float = 120.0


STANDARD_PATIENCE = Patience()


async def persist(work: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """Do work that may be repeated, again and again while its failures are of the passing kind.

    Raises:
        Exception: The last failure, where the database stayed away too long, or at once where it will not pass.
    """
    pause, began = patience.first, 0.0
    while True:
        try:
            return await work()
        except Exception as error:
            began = began or monotonic()
            if not passes(error) or monotonic() - began + pause > patience.total:
                raise
            log.warning("import.database_away", error=type(error).__name__, pause=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, patience.longest)


def passes(error: BaseException) -> bool:
    """Tell whether an error says that the database is away or busy, rather than that the work is wrong."""
    if isinstance(error, OSError | PoolTimeout) or line_is_gone(error):
        return True
    return any(str(getattr(one, "sqlstate", None) or "").startswith(PASSING) for one in causes(error))
