"""An office: one test's network, its keys, its pending commands, and eyes behind the walls."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any, TypeVar
from uuid import UUID

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.unit import Unit
from core.kernel.work import Background
from tenants.directory import TenantDirectory
from tenants.people.accept import Accepted, AcceptInvitation, accept_invitation
from tenants.people.invite import Invited, InvitePerson, invite_person
from tenants.people.persons import Identity
from tenants.people.policy import permissions_of
from tenants.roles import BUILT_IN
from tests.support.networks import BuiltNetwork

T = TypeVar("T")
MASTERS = MasterKeys.read("ab" * 32)
ISSUER = "https://issuer.example"
OF_A_NETWORK = (
    "networks",
    "tenants",
    "tenant_placements",
    "tenant_settings",
    "sites",
    "roles",
    "issuers",
    "service_accounts",
    "plugin_approvals",
    "plugin_activations",
    "memberships",
    "invitations",
    "audit_entries",
    "outbox",
    "data_keys",
)


@dataclass
class Office:
    """Opens units in a network's tenants, carries out what was sent, and compares before with after."""

    database: Database
    clock: SetClock
    network: BuiltNetwork
    admin: Any
    masters: MasterKeys = field(default=MASTERS)

    @property
    def directory(self) -> TenantDirectory:
        return TenantDirectory(self.database)

    @property
    def background(self) -> Background:
        services = Services()
        services.put(Directory, self.directory)
        services.put(MasterKeys, self.masters)
        return Background(database=self.database, services=services, clock=self.clock)

    async def run(self, scope: Scope, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Do one use case in one unit."""
        async with self.database.unit(scope, clock=self.clock, directory=self.directory) as unit:
            return await work(unit)

    async def carry_out(self) -> int:
        """Do what the outbox holds for the network; tell how many commands and events were handled."""
        load_handlers()
        return (await run_until_idle(self.background, network_id=self.network.id)).done

    async def reopen(self, topic: str) -> None:
        """Make commands wait again that were done, as if the worker had been killed just before it said so."""
        await self.admin.execute(
            "UPDATE outbox SET status = 'waiting', finished_at = NULL, due_at = $3"
            " WHERE network_id = $1 AND topic = $2",
            self.network.id,
            topic,
            self.clock.now(),
        )

    def kind(self, scope: Scope) -> str:
        kinds = {
            self.network.headquarters.tenant_id: "headquarters",
            self.network.region.tenant_id: "region",
        }
        return kinds.get(scope.tenant_id, "franchisee")

    def acting(self, scope: Scope, *roles: str) -> Scope:
        """The scope of somebody who holds these built-in roles in a tenant."""
        held = permissions_of(roles, self.kind(scope), BUILT_IN)
        return replace(scope, actor=Actor(ActorKind.PERSON, new_id()), permissions=held, roles=tuple(sorted(roles)))

    async def invite(self, scope: Scope, *roles: str, **more: Any) -> Invited:
        command = InvitePerson(roles=roles, **more)
        return await self.run(scope, lambda unit: invite_person(unit, command, KeyRing(unit, self.masters)))

    async def accept(self, code: str, identity: Identity | None = None, name: str = "Ann Example") -> Accepted:
        return await accept_invitation(
            self.database,
            identity or somebody(),
            AcceptInvitation(code=code, display_name=name),
            clock=self.clock,
            masters=self.masters,
        )

    async def joined(self, scope: Scope, *roles: str, identity: Identity | None = None) -> Accepted:
        """Somebody who was invited by the system and has accepted."""
        return await self.accept((await self.invite(scope, *roles)).code.write(), identity)

    async def state(self) -> dict[str, str]:
        """What the network's tables hold, as one hash each; no wall stands before the eye."""
        return {
            table: await self.admin.fetchval(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
                " WHERE network_id = $1",
                self.network.id,
            )
            for table in OF_A_NETWORK
        }

    @asynccontextmanager
    async def nothing_changes(self) -> AsyncGenerator[None, None]:
        before = await self.state()
        yield
        after = await self.state()
        assert {table for table in before if before[table] != after[table]} == set()

    async def somebody_waits_for_a_lock(self) -> bool:
        """Tell whether a session of this database waits for another one to end its transaction."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await self.admin.fetchval(waiting))

    async def count(self, table: str, tenant_id: UUID) -> int:
        return await self.admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant_id)

    async def acts(self, tenant_id: UUID) -> list[str]:
        """The names of the acts on record in a tenant, oldest first."""
        found = await self.admin.fetch(
            "SELECT action FROM audit_entries WHERE tenant_id = $1 ORDER BY recorded_at, id", tenant_id
        )
        return [one["action"] for one in found]


def somebody() -> Identity:
    """A sign-in nobody else has."""
    return Identity(issuer=ISSUER, subject=token_hex(8))
