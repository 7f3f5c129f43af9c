"""A network of its own for each test: a headquarters, a region with two franchisees, and a stranger's network."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from tenants.networks.create import CreateNetwork, create_network, founding_scope, system_scope
from tenants.networks.provision import ProvisionTenant, provision_tenants

FOUNDED = datetime(2010, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BuiltNetwork:
    """Scopes of a network, each held by the system with every permission; see :func:`as_person` for people."""

    key: str
    headquarters: Scope
    region: Scope
    north: Scope
    south: Scope

    @property
    def id(self) -> UUID:
        return self.headquarters.network_id

    @property
    def scopes(self) -> tuple[Scope, ...]:
        return (self.headquarters, self.region, self.north, self.south)


async def build_network(database: Database, clock: Clock, key: str = "") -> BuiltNetwork:
    """Found a network: ``hq`` above ``west`` (a region) above ``north`` and ``south`` (franchisees)."""
    key = key or f"net-{new_id().hex[-12:]}"
    headquarters = founding_scope(key, clock.now())
    async with database.unit(headquarters, clock=clock) as unit:
        await create_network(unit, CreateNetwork(key=key, name=f"Network {key}", founded_at=FOUNDED))
    region = await provisioned(database, clock, headquarters, headquarters, ("west", "region"))
    north, south = await provisioned(
        database, clock, headquarters, region[0], ("north", "franchisee"), ("south", "franchisee")
    )
    return BuiltNetwork(key, headquarters, region[0], north, south)


async def provisioned(
    database: Database, clock: Clock, headquarters: Scope, parent: Scope, *wanted: tuple[str, str]
) -> list[Scope]:
    """Add tenants below one and give their scopes."""
    commands = [
        ProvisionTenant(key=key, name=key.title(), parent_id=parent.tenant_id, kind=kind, since=FOUNDED)
        for key, kind in wanted
    ]
    async with database.unit(headquarters, clock=clock) as unit:
        tenants = await provision_tenants(unit, commands)
    return [system_scope(headquarters, (*parent.lineage, tenant.id)) for tenant in tenants]


def as_person(scope: Scope, permissions: frozenset[str], person_id: UUID | None = None) -> Scope:
    """Give the scope of a person with some permissions in the same tenant."""
    return replace(scope, actor=Actor(ActorKind.PERSON, person_id or new_id()), permissions=permissions)
