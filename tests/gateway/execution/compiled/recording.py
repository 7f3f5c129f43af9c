"""A database that writes down every statement that is put to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from core.kernel.database import Database
from core.kernel.roles import Role


class RecordingDatabase(Database):
    """Writes statements down.

    Attributes:
        statements: The loaders' statements.
        plans: The plans' statements.
    """

    def __init__(self, url: str, secret: str, *, pool_size: int = 4) -> None:
        super().__init__(url, secret, pool_size=pool_size)
        self.statements: list[str] = []
        self.plans: list[str] = []
        self._heard: set[Role] = set()

    def forget(self) -> None:
        self.statements.clear()
        self.plans.clear()

    def pool(self, role: Role) -> AsyncEngine:
        pool = super().pool(role)
        if role not in self._heard:
            self._heard.add(role)
            event.listen(pool.sync_engine, "before_cursor_execute", self._hear)
        return pool

    def _hear(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.statements.append(statement)

    def plain(self, role: Role) -> Any:
        return RecordingPool(super().plain(role), self.plans)


class RecordingPool:
    def __init__(self, pool: Any, heard: list[str]) -> None:
        self._pool, self._heard = pool, heard

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any, None]:
        async with self._pool.connection() as connection:
            yield RecordingConnection(connection, self._heard)

    async def row(self, statement: str, values: Any) -> Any:
        self._heard.append(statement)
        return await self._pool.row(statement, values)


class RecordingConnection:
    def __init__(self, connection: Any, heard: list[str]) -> None:
        self._connection, self._heard = connection, heard

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        self._heard.append(statement)
        return await self._connection.fetchrow(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
