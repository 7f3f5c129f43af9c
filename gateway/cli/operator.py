"""Acting from the command line: as the system, in the headquarters of a network named by its key."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from core.kernel.clock import Clock, SystemClock
from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.cli.errors import UnknownNetwork
from gateway.reaching import reached
from gateway.wiring import make_services
from tenants.directory import TenantDirectory
from tenants.networks.create import founding_scope, network_id_of


@frozen
class Operator:
    """What a command works with.

    Attributes:
        settings: How the product is configured.
        database: The database.
        services: The wired implementations.
        clock: Real time.
    """

    settings: Settings
    database: Database
    services: Services
    clock: Clock

    @property
    def directory(self) -> TenantDirectory:
        """Answers about the tenant tree."""
        return TenantDirectory(self.database)

    async def headquarters(self, network: str) -> Scope:
        """Give the system's scope in the headquarters of a network.

        Raises:
            UnknownNetwork: There is none of that key.
        """
        found = await self.directory.network(network_id_of(network))
        if found is None:
            raise UnknownNetwork(network=network)
        return replace(
            founding_scope(network, self.clock.now()),
            tenant_id=found.headquarters_id,
            lineage=(found.headquarters_id,),
            actor=Actor(ActorKind.SYSTEM, found.headquarters_id),
            permissions=every_permission(),
        )


@asynccontextmanager
async def operator(settings: Settings) -> AsyncGenerator[Operator, None]:
    """Open what a command works with, and close it afterwards."""
    database = Database.from_settings(settings)
    try:
        await reached(database)
        yield Operator(settings, database, make_services(database, settings), SystemClock())
    finally:
        await database.close()
