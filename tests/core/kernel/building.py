# ruff: noqa: ARG002 - the directory answers what tests ask, in the form the product asks
"""Small builders for tests of the kernel, which knows no tenants package: a tree of ids and a directory of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.clock import Clock, SetClock
from core.kernel.conditions import Condition
from core.kernel.database import Database
from core.kernel.directory import Directory, SiteFacts, TenantFacts
from core.kernel.handlers import HANDLERS, Handler
from core.kernel.pace import Pace
from core.kernel.permissions import CATALOGUE
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.work import Background


@dataclass
class Tree:
    """A network of a headquarters and two franchisees, known by ids alone."""

    network_id: UUID = field(default_factory=uuid4)
    headquarters: UUID = field(default_factory=uuid4)
    north: UUID = field(default_factory=uuid4)
    south: UUID = field(default_factory=uuid4)

    def within(self, session: AsyncSession) -> "Tree":
        return self

    async def lineage(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        if network_id != self.network_id or tenant_id not in {self.headquarters, self.north, self.south}:
            return ()
        return (self.headquarters,) if tenant_id == self.headquarters else (self.headquarters, tenant_id)

    def still_placed(self, network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:
        return Condition("true", ())

    def still_speak(self, network_id: UUID, locales: Mapping[UUID, str]) -> Condition:
        return Condition("true", ())

    async def lineages(self, network_id: UUID, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, ...]]:
        return {one: await self.lineage(network_id, one, at) for one in ids}

    async def units_below(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        return (self.north, self.south) if tenant_id == self.headquarters else ()

    async def tenants(self, network_id: UUID, ids: Collection[UUID] | None = None) -> Sequence[TenantFacts]:
        return ()

    async def tenant(self, network_id: UUID, tenant_id: UUID) -> TenantFacts | None:
        return None

    async def tenant_by_key(self, network_id: UUID, key: str) -> TenantFacts | None:
        return None

    async def site(self, network_id: UUID, tenant_id: UUID, key: str) -> SiteFacts | None:
        return None

    async def sites(self, network_id: UUID, tenant_id: UUID, keys: Collection[str]) -> Sequence[SiteFacts]:
        return ()

    async def sites_by_id(self, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]) -> Sequence[SiteFacts]:
        return ()

    def scope(self, tenant_id: UUID, instant: datetime, *permissions: str) -> Scope:
        """A person in a tenant, with every permission unless some are named."""
        return Scope(
            network_id=self.network_id,
            tenant_id=tenant_id,
            lineage=(self.headquarters,) if tenant_id == self.headquarters else (self.headquarters, tenant_id),
            actor=Actor(ActorKind.PERSON, uuid4()),
            permissions=frozenset(permissions or CATALOGUE),
            instant=instant,
        )

    def background(self, database: Database, clock: Clock, pace: Pace | None = None) -> Background:
        services = Services()
        services.put(Directory, self)
        return Background(database=database, services=services, clock=clock, pace=pace or Pace())


@dataclass
class Stage:
    """A network of its own in a database, with a clock that stands still."""

    database: Database
    clock: SetClock
    tree: Tree
    north: Scope
    south: Scope
    headquarters: Scope
    background: Background


def set_stage(database: Database, clock: SetClock, pace: Pace | None = None) -> Stage:
    tree = Tree()
    return Stage(
        database=database,
        clock=clock,
        tree=tree,
        north=tree.scope(tree.north, clock.now()),
        south=tree.scope(tree.south, clock.now()),
        headquarters=tree.scope(tree.headquarters, clock.now()),
        background=tree.background(database, clock, pace),
    )


class Topics:
    """Handlers that exist as long as a test does."""

    def __init__(self) -> None:
        self._added: list[str] = []

    def add(self, handler: Handler) -> str:
        HANDLERS[handler.topic] = handler
        self._added.append(handler.topic)
        return handler.topic

    def clear(self) -> None:
        for topic in self._added:
            HANDLERS.pop(topic, None)
