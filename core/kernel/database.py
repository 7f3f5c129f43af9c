"""Connections per database role, and transactions that carry the scope they serve."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

import orjson
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from core.kernel.beginning import Beginning, begin_in
from core.kernel.clock import Clock, SystemClock
from core.kernel.connecting import driver_arguments
from core.kernel.directory import Directory
from core.kernel.freshness import keep_fresh
from core.kernel.group_commit import GroupCommit
from core.kernel.hints import CHANNEL, Hints, is_hinted
from core.kernel.plain_pool import PlainPool
from core.kernel.roles import Role, role_password
from core.kernel.scope import Scope
from core.kernel.settings import Settings
from core.kernel.telemetry import trace_statements
from core.kernel.unit import Unit
from core.kernel.walls import (
    Engine,
    network_context,
    person_context,
    region_context,
    tenant_context,
)

WRITE_LIMIT_MS = 5_000


ROLE = "touchstone.role"
"""Where a session says as which role it reads."""


class Database:
    """One database seen through its roles; pools are opened when a role is first used.

    Args:
        url: ``postgresql://host:port/database``, without a user.
        secret: What the serving roles' passwords are derived from.
        pool_size: Connections per role.
        engine: PostgreSQL or Citus; ask the database with :meth:`detect` at start-up.
    """

    def __init__(self, url: str, secret: str, *, pool_size: int = 5, engine: Engine = Engine.POSTGRESQL) -> None:
        self.url = url
        self.engine = engine
        self._secret = secret
        self._pool_size = pool_size
        self._pools: dict[Role, AsyncEngine] = {}
        self._readers: dict[Role, AsyncEngine] = {}
        self._plain: dict[Role, PlainPool] = {}
        self._hints = Hints(self._notify)
        self.groups = GroupCommit(WRITE_LIMIT_MS / 1000)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Open the database the settings name."""
        return cls(
            settings.database_url,
            settings.role_secret.get_secret_value(),
            pool_size=settings.pool_size,
        )

    def pool(self, role: Role) -> AsyncEngine:
        """Give the pool of one serving role."""
        if role not in self._pools:
            url = make_url(self.url).set(
                drivername="postgresql+asyncpg", username=role.value, password=role_password(self._secret, role)
            )
            self._pools[role] = open_pool(url, self._pool_size)
        return self._pools[role]

    def _reading(self, role: Role) -> AsyncEngine:
        """Give the same pool for transactions that read one snapshot."""
        if role not in self._readers:
            self._readers[role] = self.pool(role).execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        return self._readers[role]

    def plain(self, role: Role) -> PlainPool:
        """Give the pool of one serving role for statements that set their own scope."""
        if role not in self._plain:
            url = self.pool(role).url
            self._plain[role] = PlainPool(url, self._pool_size, connect_arguments(url))
        return self._plain[role]

    async def detect(self) -> Engine:
        """Ask which engine this is and remember it."""
        async with self.pool(Role.APP).connect() as connection:
            found = await connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'"))
        self.engine = Engine.CITUS if found else Engine.POSTGRESQL
        return self.engine

    async def close(self) -> None:
        """Send the last hint and close every pool."""
        await self.groups.settle()
        await self._hints.settle()
        plain, pools = list(self._plain.values()), list(self._pools.values())
        self._plain.clear()
        self._readers.clear()
        self._pools.clear()
        for one in plain:
            await one.close()
        for pool in pools:
            await pool.dispose()

    @asynccontextmanager
    async def transaction(
        self, role: Role, context: Mapping[str, str], *, read_only: bool = False
    ) -> AsyncGenerator[AsyncSession, None]:
        """Run one transaction as a role in a context; it commits at the end and rolls back on any error.

        Reads see one snapshot (repeatable read); writes must end within five seconds.
        """
        bind = self._reading(role) if read_only else self.pool(role)
        async with AsyncSession(bind, expire_on_commit=False) as session, session.begin():
            session.info[ROLE] = role
            if context:
                await begin_in(session, self.engine, context)
            yield session
        if is_hinted(session):
            self.wake()

    def wake(self) -> None:
        """Have whoever looks for work woken soon: something was committed that waits to be done."""
        self._hints.soon()

    async def _notify(self) -> None:
        """Wake whoever looks for work."""
        async with self.plain(Role.APP).connection() as connection:
            await connection.fetchrow("SELECT pg_notify($1, '')", CHANNEL)

    @asynccontextmanager
    async def unit(
        self,
        scope: Scope,
        *,
        clock: Clock | None = None,
        directory: Directory | None = None,
        read_only: bool = False,
    ) -> AsyncGenerator[Unit, None]:
        """Run one unit of work inside a tenant: everything in it commits together or not at all."""
        async with self.transaction(Role.APP, tenant_context(scope), read_only=read_only) as session:
            tree = directory.within(session) if directory else None
            yield Unit(session=session, scope=scope, clock=clock or SystemClock(), directory=tree)

    @asynccontextmanager
    async def network_reads(self, network_id: UUID) -> AsyncGenerator[AsyncSession, None]:
        """Read one network as the network role; the caller has opened an audited grant first."""
        async with self.transaction(Role.NETWORK, network_context(network_id), read_only=True) as session:
            yield session

    @asynccontextmanager
    async def region_reads(self, network_id: UUID, tenant_ids: Sequence[UUID]) -> AsyncGenerator[AsyncSession, None]:
        """Read some tenants as the region role; the caller has opened an audited grant first."""
        async with self.transaction(Role.REGION, region_context(network_id, tenant_ids), read_only=True) as session:
            yield session

    @asynccontextmanager
    async def person_rows(self, person_id: UUID, *, read_only: bool = True) -> AsyncGenerator[AsyncSession, None]:
        """Work on one person's own group of rows."""
        async with self.transaction(Role.APP, person_context(person_id), read_only=read_only) as session:
            yield session


def open_pool(url: URL, size: int) -> AsyncEngine:
    """Open a pool whose connections keep no session state, with statement time limits and plain local TCP."""
    pool = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        json_serializer=write_json,
        json_deserializer=orjson.loads,
        connect_args={**connect_arguments(url), "connection_class": Beginning},
    )
    keep_fresh(pool)
    trace_statements(pool)
    return pool


def write_json(value: object) -> str:
    """Write a JSON column's value as text."""
    return orjson.dumps(value).decode()


def connect_arguments(url: URL) -> dict[str, Any]:
    """Give what asyncpg needs beside an address."""
    return driver_arguments(url.host)
