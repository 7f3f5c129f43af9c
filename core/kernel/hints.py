"""Hints that there may be work: one notification for many commits, sent after them.

A transaction that notifies takes a lock of the whole server until it has committed, so transactions that notify commit
one after the other, however many there are. The hint is therefore no part of them: a process sends it once some of its
transactions have committed, and no sooner than some milliseconds after the one before. Whoever looks for work looks
without a hint as well, only later, so nothing depends on it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL: Final = "touchstone_work"
HINTED: Final = "touchstone.hinted"
APART_S: Final = 0.05
"""A person does not notice it, and a server does not notice twenty notifications a second."""
log = structlog.get_logger("touchstone.hints")


def hint(session: AsyncSession) -> None:
    """Have whoever looks for work woken once this transaction has committed."""
    session.info[HINTED] = True


def is_hinted(session: AsyncSession) -> bool:
    """Tell whether somebody is to be woken."""
    return HINTED in session.info


class Hints:
    """Sends the hints of one process.

    Args:
        notify: Sends one, on a connection of its own.
        apart_s: Seconds between the end of one and the next.
    """

    def __init__(self, notify: Callable[[], Awaitable[None]], apart_s: float = APART_S) -> None:
        self._notify, self._apart_s = notify, apart_s
        self._wanted = False
        self._sending: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Send one at once, or, where one was sent a moment ago, after that moment, for all that asked meanwhile."""
        self._wanted = True
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def settle(self) -> None:
        """Wait until what was asked for is sent."""
        if self._sending is not None and not self._sending.done():
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                await self._notify()
            except Exception as error:  # noqa: BLE001 - a hint is never worth a failure
                log.warning("hints.lost", error=type(error).__name__)
            await asyncio.sleep(self._apart_s)
