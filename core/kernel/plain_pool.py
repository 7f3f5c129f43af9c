"""Connections for statements that are complete in themselves: plain asyncpg, texts as the bytes they are on the wire.

The scope is set by the statement or its transaction and ends with it, so nothing is reset when a connection comes
back, and a statement that fails leaves nothing behind. Statements are prepared once per connection and kept. asyncpg's
own pool wraps every connection anew each time, which costs half as much as a short statement; this one only lends.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any, cast

import asyncpg
from sqlalchemy import URL

from core.kernel.freshness import has_unread

STATEMENTS = 512
"""Prepared statements kept per connection."""

PATIENCE_S = 10.0
"""How long somebody waits for a connection before giving up."""


class PlainPool:
    """The connections of one role in one process, opened when first needed, the one used last lent first.

    Args:
        url: Where, and as whom.
        size: Most connections.
        arguments: What asyncpg is told beside the address.
    """

    def __init__(self, url: URL, size: int, arguments: Mapping[str, Any]) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._arguments = arguments
        self._free: list[Any] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @property
    def lent(self) -> int:
        """How many connections are lent, or being opened for somebody."""
        return self._open - len(self._free)

    def connection(self) -> "Lent":
        """Lend an asyncpg connection for the length of a block."""
        return Lent(self)

    async def take(self) -> Any:  # noqa: ANN401 - asyncpg's connections are not typed
        """Take a connection.

        Raises:
            TimeoutError: None came back in time.
        """
        while True:
            while self._free:
                found = self._free.pop()
                if not found.is_closed() and not has_unread(found):
                    return found
                found.terminate()
                self._open -= 1
            if self._open < self._size:
                return await self._connect()
            await self._wait()

    def give(self, connection: Any, *, sound: bool) -> None:  # noqa: ANN401 - asyncpg's connections are not typed
        """Give a connection back; one that may still be busy, or in a transaction, is ended instead."""
        if sound and not self._closed and not connection.is_closed() and not connection.is_in_transaction():
            self._free.append(connection)
        else:
            self._open -= 1
            connection.terminate()
        self._wake()

    async def _connect(self) -> Any:  # noqa: ANN401 - asyncpg's connections are not typed
        self._open += 1
        try:
            made = await cast("Any", asyncpg).connect(
                self._address,
                statement_cache_size=STATEMENTS,
                max_cached_statement_lifetime=0,
                **self._arguments,
            )
            await texts_as_bytes(made)
        except BaseException:
            self._open -= 1
            self._wake()
            raise
        return made

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._wake()  # It was our turn, and we leave: it is the next one's.
            raise

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def close(self) -> None:
        """Close the connections; those that are lent end when they come back."""
        self._closed = True
        free, self._free = self._free, []
        self._open -= len(free)
        for one in free:
            await one.close()


class Lent:
    """One connection, lent for the length of a block."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: PlainPool) -> None:
        self._pool = pool
        self._connection: Any = None

    async def __aenter__(self) -> Any:  # noqa: ANN401 - asyncpg's connections are not typed
        """Take it."""
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _places: TracebackType | None
    ) -> None:
        """Give it back."""
        # A statement that PostgreSQL refused leaves the connection as it was; what is fatal, or ours, may not.
        self._pool.give(self._connection, sound=error is None or getattr(error, "severity", "") == "ERROR")


async def texts_as_bytes(connection: Any) -> None:  # noqa: ANN401 - asyncpg's connections are not typed
    """Let texts come as the bytes they are on the wire."""
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
