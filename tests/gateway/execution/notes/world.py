"""A network with two tenants and their notes, and a client that executes operations in it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.clock import SetClock
from core.kernel.conditions import Condition
from core.kernel.database import Database
from core.kernel.directory import TenantFacts
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.permissions import SIGNED_IN
from core.kernel.roles import SERVING
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.schema.assembly import TouchstoneSchema, build_schema
from tests.gateway.execution.notes.feature import CONTRIBUTION
from tests.gateway.execution.notes.models import Note, Remark, Topic
from tests.gateway.execution.notes.permissions import AUDIT, COMPARE, READ, WRITE

EVERYTHING = frozenset(one.name for one in (SIGNED_IN, READ, WRITE, AUDIT, COMPARE))
SETTINGS = Settings.model_validate(
    {"role_secret": "x", "master_key": "0" * 64, "cursor_key": "only tests", "max_page_size": 50, "introspection": True}
)


def settings_with(**more: Any) -> Settings:
    return SETTINGS.model_copy(update=more)


_SCHEMAS: dict[str, TouchstoneSchema] = {}


def schema_for(configured: Settings = SETTINGS) -> TouchstoneSchema:
    """Assemble once per configuration."""
    key = configured.model_dump_json() + configured.cursor_key.get_secret_value()
    if key not in _SCHEMAS:
        _SCHEMAS[key] = build_schema([CONTRIBUTION], configured)
    return _SCHEMAS[key]


@dataclass
class Tree:
    """The units below each tenant, as far as the tests need them."""

    children: dict[UUID, tuple[UUID, ...]]

    def within(self, session: AsyncSession) -> "Tree":  # noqa: ARG002 - it reads nothing
        return self

    async def lineage(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:  # noqa: ARG002
        return (tenant_id,)

    async def is_member(self, network_id: UUID, tenant_id: UUID, person_id: UUID) -> bool:  # noqa: ARG002
        return False

    def still_placed(self, network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:  # noqa: ARG002
        return Condition("true", ())

    def still_speak(self, network_id: UUID, locales: Mapping[UUID, str]) -> Condition:  # noqa: ARG002
        return Condition("true", ())

    async def lineages(self, network_id: UUID, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, ...]]:
        return {one: await self.lineage(network_id, one, at) for one in ids}

    async def units_below(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:  # noqa: ARG002
        return self.children.get(tenant_id, ())

    async def tenants(self, network_id: UUID, ids: Collection[UUID] | None = None) -> Sequence[TenantFacts]:  # noqa: ARG002
        return ()

    async def tenant(self, network_id: UUID, tenant_id: UUID) -> TenantFacts | None:  # noqa: ARG002
        return None

    async def tenant_by_key(self, network_id: UUID, key: str) -> TenantFacts | None:  # noqa: ARG002
        return None

    async def site(self, network_id: UUID, tenant_id: UUID, key: str) -> None:  # noqa: ARG002
        return None

    async def sites(self, network_id: UUID, tenant_id: UUID, keys: Collection[str]) -> tuple[()]:  # noqa: ARG002
        return ()

    async def sites_by_id(self, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]) -> tuple[()]:  # noqa: ARG002
        return ()


@dataclass
class World:
    """A network of its own per test: a headquarters, a region with one unit below it, and a stranger beside them."""

    database: Database
    clock: SetClock
    network_id: UUID = field(default_factory=new_id)
    root_id: UUID = field(default_factory=new_id)
    region_id: UUID = field(default_factory=new_id)
    unit_id: UUID = field(default_factory=new_id)
    beside_id: UUID = field(default_factory=new_id)
    actor_id: UUID = field(default_factory=new_id)
    statements: list[str] = field(default_factory=list[str])
    connections: list[int] = field(default_factory=list[int])

    def scope(self, tenant_id: UUID | None = None, held: frozenset[str] = EVERYTHING) -> Scope:
        tenant = tenant_id or self.region_id
        above = {
            self.root_id: (),
            self.region_id: (self.root_id,),
            self.unit_id: (self.root_id, self.region_id),
            self.beside_id: (self.root_id,),
        }
        return Scope(
            network_id=self.network_id,
            tenant_id=tenant,
            lineage=(*above[tenant], tenant),
            actor=Actor(ActorKind.PERSON, self.actor_id),
            permissions=held,
            instant=self.clock.now(),
        )

    def context(self, scope: Scope | None) -> RequestContext:
        return RequestContext(
            database=self.database,
            clock=self.clock,
            directory=Tree({self.region_id: (self.unit_id,)}),
            services=Services(),
            settings=SETTINGS,
            identity=None,
            scope=scope,
        )

    async def execute(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        tenant: UUID | None = None,
        without: frozenset[str] = frozenset(),
        scope: Scope | None = None,
        configured: Settings = SETTINGS,
    ) -> Any:
        acting = scope or self.scope(tenant, EVERYTHING - without)
        return await schema_for(configured).execute(query, variables, context_value=self.context(acting))

    async def data(self, query: str, variables: dict[str, Any] | None = None, **more: Any) -> Any:
        """Execute something that must succeed."""
        result = await self.execute(query, variables, **more)
        assert result.errors is None, [(one.message, one.path, one.extensions) for one in result.errors]
        return result.data

    async def note(self, tenant: UUID | None = None, **facts: Any) -> Note:
        owner = tenant or self.region_id
        told: dict[str, Any] = {"title": "a note", "opened_at": self.clock.now(), **facts}
        return await self.write(owner, Note(tenant_id=owner, network_id=self.network_id, **told))

    async def remark(self, on: Note, text: str = "well") -> Remark:
        made = Remark(
            tenant_id=on.tenant_id,
            network_id=self.network_id,
            note_id=on.id,
            text=text,
            length=len(text),
            recorded_at=self.clock.now(),
        )
        return await self.write(on.tenant_id, made)

    async def topic(self, code: str = "tills") -> Topic:
        made = Topic(network_id=self.network_id, owner_tenant_id=self.root_id, code=code, name=code.title())
        return await self.write(self.root_id, made)

    async def write(self, owner: UUID, row: Any) -> Any:
        async with self.database.unit(self.scope(owner)) as unit:
            unit.session.add(row)
        return row

    async def rows(self, sql: str, tenant: UUID | None = None, **given: Any) -> list[Any]:
        async with self.database.unit(self.scope(tenant)) as unit:
            found: Any = await unit.session.execute(sa.text(sql), given)
            return [tuple(row) for row in found] if found.returns_rows else []

    @contextmanager
    def counting(self) -> Any:
        """Write down every statement that reaches a table of the feature, with its connection."""
        self.statements.clear()
        self.connections.clear()
        engines = [self.database.pool(role).sync_engine for role in SERVING]

        def seen(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if any(f"FROM {table}" in statement for table in ("notes", "remarks", "topics")):
                self.statements.append(statement)
            self.connections.append(id(connection.connection.dbapi_connection))

        for engine in engines:
            event.listen(engine, "before_cursor_execute", seen)
        try:
            yield self.statements
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", seen)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def note_id(note: Note) -> str:
    return global_id("Note", note.id)


def acting_as(scope: Scope, actor_id: UUID) -> Scope:
    return replace(scope, actor=Actor(ActorKind.PERSON, actor_id))
