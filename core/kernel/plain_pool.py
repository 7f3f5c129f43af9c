"""Connections for statements that are complete in themselves: plain asyncpg, texts as the bytes they are on the wire.

The scope is set by the statement or its transaction and ends with it, so nothing is reset on release, and a statement
that fails leaves nothing behind. Statements are prepared once per connection and kept.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy import URL

STATEMENTS = 512
"""Prepared statements kept per connection."""


class PlainPool:
    """The connections of one role in one process, opened when first needed.

    Args:
        url: Where, and as whom.
        size: Most connections.
        arguments: What asyncpg is told beside the address.
    """

    def __init__(self, url: URL, size: int, arguments: Mapping[str, Any]) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._arguments = arguments
        self._pool: Any = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any, None]:
        """Give an asyncpg connection."""
        pool = self._pool or await self._open()
        async with pool.acquire() as connection:
            yield connection

    async def _open(self) -> Any:  # noqa: ANN401 - asyncpg's pool is generic over what is not typed
        async with self._opening:
            if self._pool is None:
                self._pool = await cast("Any", asyncpg).create_pool(
                    self._address,
                    min_size=0,
                    max_size=self._size,
                    statement_cache_size=STATEMENTS,
                    max_cached_statement_lifetime=0,
                    init=texts_as_bytes,
                    reset=nothing,
                    **self._arguments,
                )
        return self._pool

    async def close(self) -> None:
        """Close the connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


async def texts_as_bytes(connection: Any) -> None:  # noqa: ANN401 - asyncpg gives a proxy
    """Let texts come as the bytes they are on the wire."""
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")


async def nothing(_connection: Any) -> None:  # noqa: ANN401 - asyncpg gives a proxy
    """Reset nothing: the scope ended with its transaction."""
