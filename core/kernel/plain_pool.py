"""Connections for statements that are complete in themselves: plain asyncpg, texts as the bytes they are on the wire.

The scope is set by the statement or its transaction and ends with it, so nothing is reset when a connection comes
back, and a statement that fails leaves nothing behind. Statements are prepared once per connection and kept. asyncpg's
own pool wraps every connection anew each time, which costs half as much as a short statement; this one only lends.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import Any, cast

import asyncpg
from sqlalchemy import URL

from core.kernel.array_types import KnowingConnection
from core.kernel.freshness import has_unread

STATEMENTS = 512
"""Prepared statements kept per connection."""

JUST_S = 0.01
"""For how long a connection that came back is taken to be sound without looking: the server has just answered on it."""

PATIENCE_S = 10.0
"""How long somebody waits for a connection before giving up."""


class NoConnection(TimeoutError):  # noqa: N818 - it is a timeout
    """No connection came back in time: nothing was sent."""


class Held:
    """A connection with what it has prepared.

    Attributes:
        connection: asyncpg's connection.
        since: When it came back.
        prepared: What it has prepared for single statements, those used last at the end.
    """

    __slots__ = ("connection", "prepared", "since")

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - asyncpg's connections are not typed
        self.connection = connection
        self.since = 0.0
        self.prepared: OrderedDict[str, Any] = OrderedDict()

    @property
    def sound(self) -> bool:
        """Whether it may be lent: the server has answered just now, or has at least not said farewell."""
        if self.connection.is_closed():
            return False
        return monotonic() - self.since < JUST_S or not has_unread(self.connection)

    async def prepare(self, sql: str) -> Any:  # noqa: ANN401 - asyncpg's statements are not typed
        """Prepare a statement and keep it."""
        made = self.prepared[sql] = await self.connection.prepare(sql)
        if len(self.prepared) > STATEMENTS:
            self.prepared.popitem(last=False)
        return made


Turn = tuple["asyncio.Future[Held | None]", float]
"""Whoever waits for a connection, and the second of the loop's clock until which they do."""


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
        self._free: list[Held] = []
        self._open = 0
        self._waiting: deque[Turn] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def lent(self) -> int:
        """How many connections are lent, or being opened for somebody."""
        return self._open - len(self._free)

    def connection(self) -> "Lent":
        """Lend an asyncpg connection for the length of a block."""
        return Lent(self)

    async def row(self, sql: str, values: Sequence[Any], timeout_s: float | None = None) -> Any:  # noqa: ANN401 - asyncpg's rows are not typed
        """Execute one statement by itself and give its first row, or nothing.

        This is what a compiled read is, and a mutation that is one statement, so it goes past what asyncpg does around
        each statement: its own pool, its search for the statement, its locks and its retries.

        Args:
            sql: The statement, its parameters as ``$1``.
            values: The parameters.
            timeout_s: How long it may take, once there is a connection; then it is cancelled.

        Raises:
            TimeoutError: No connection came back in time, or it took too long.
            PostgresError: PostgreSQL refuses it.
        """
        rows = await self.rows(sql, values, timeout_s, most=1)
        return rows[0] if rows else None

    async def rows(
        self, sql: str, values: Sequence[Any], timeout_s: float | None = None, *, most: int = 0
    ) -> Sequence[Any]:
        """Execute one statement by itself and give its rows, as :meth:`row` does.

        Args:
            sql: The statement.
            values: The parameters.
            timeout_s: How long it may take.
            most: How many rows are read; all of them by default.
        """
        held = await self.take()
        sound = False
        try:
            statement = held.prepared.get(sql) or await held.prepare(sql)
            protocol = held.connection._protocol  # noqa: SLF001 - asyncpg has no other way to execute what is prepared
            found = await protocol.bind_execute(statement._state, values, "", most, False, timeout_s)  # noqa: SLF001, FBT003 - the same
            sound = True
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
            held.prepared.clear()
            await held.connection.reload_schema_state()
            found = await held.connection.fetch(sql, *values, timeout=timeout_s)
            sound = True
        except asyncpg.PostgresError as error:
            sound = is_harmless(error)
            raise
        finally:
            self.give(held, sound=sound)
        return cast("Sequence[Any]", found)

    async def take(self) -> Held:
        """Take a connection.

        Raises:
            NoConnection: None came back in time.
        """
        while True:
            while self._free:
                found = self._free.pop()
                if found.sound:
                    return found
                found.connection.terminate()
                self._open -= 1
            if self._open < self._size:
                return await self._connect()
            given = await self._wait()
            if given is not None:
                return given

    def give(self, held: Held, *, sound: bool) -> None:
        """Give a connection back; one that may still be busy is ended instead.

        Whoever waits longest gets it, before anybody who comes now.
        """
        if not sound or self._closed:
            self._open -= 1
            held.connection.terminate()
            self._wake(None)
        elif not self._wake(held):
            held.since = monotonic()
            self._free.append(held)

    async def _connect(self) -> Held:
        self._open += 1
        try:
            made = await cast("Any", asyncpg).connect(
                self._address,
                connection_class=KnowingConnection,
                statement_cache_size=STATEMENTS,
                max_cached_statement_lifetime=0,
                **self._arguments,
            )
            await texts_as_bytes(made)
        except BaseException:
            self._open -= 1
            self._wake(None)
            raise
        return Held(made)

    async def _wait(self) -> Held | None:
        """Wait for a connection, or for a place to open one."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Held | None] = loop.create_future()
        due = loop.time() + PATIENCE_S
        self._waiting.append((turn, due))
        if self._alarm is None:
            self._alarm = loop.call_at(due, self._look, loop)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                held = turn.result()  # It was our turn, and we leave: it is the next one's.
                if held is None:
                    self._wake(None)
                else:
                    self.give(held, sound=True)
            raise

    def _wake(self, held: Held | None) -> bool:
        """Hand a connection, or a place for one, to whoever waits longest; tell whether anybody does."""
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(held)
                return True
        return False

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send away who has waited long enough, and look again when the next one will have: all wait as long."""
        self._alarm = None
        now = loop.time()
        while self._waiting:
            turn, due = self._waiting[0]
            if due > now and not turn.done():
                self._alarm = loop.call_at(due, self._look, loop)
                return
            self._waiting.popleft()
            if not turn.done():
                turn.set_exception(NoConnection())

    async def close(self) -> None:
        """Close the connections; those that are lent end when they come back."""
        self._closed = True
        free, self._free = self._free, []
        self._open -= len(free)
        for one in free:
            await one.connection.close()


class Lent:
    """One connection, lent for the length of a block."""

    __slots__ = ("_held", "_pool")

    def __init__(self, pool: PlainPool) -> None:
        self._pool = pool
        self._held: Held | None = None

    async def __aenter__(self) -> Any:  # noqa: ANN401 - asyncpg's connections are not typed
        """Take it."""
        self._held = await self._pool.take()
        return self._held.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _places: TracebackType | None
    ) -> None:
        """Give it back, unless it may still be busy or in a transaction."""
        held = self._held
        if held is None:
            return
        connection = held.connection
        free = not connection.is_closed() and not connection.is_in_transaction()
        self._pool.give(held, sound=free and (error is None or is_harmless(error)))


def is_harmless(error: BaseException) -> bool:
    """Tell whether a connection is as it was after an error: what PostgreSQL refused does nothing to it."""
    return getattr(error, "severity", "") == "ERROR"


async def texts_as_bytes(connection: Any) -> None:  # noqa: ANN401 - asyncpg's connections are not typed
    """Let texts come as the bytes they are on the wire."""
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
