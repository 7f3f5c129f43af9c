"""The directory: what other rooms may ask about the tree, read from the placements that are known now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.conditions import Condition
from core.kernel.database import Database
from core.kernel.directory import SiteFacts, TenantFacts
from core.kernel.frozen import frozen
from core.kernel.roles import Role
from tenants.networks.models import Network
from tenants.networks.tree_queries import (
    facts_of,
    find_tenant,
    find_tenant_by_key,
    read_lineage,
    read_lineages,
    read_network,
    read_tenants,
    read_units_below,
    still_placed,
    still_speak,
)
from tenants.people.members import find_member
from tenants.sites.models import Site
from tenants.sites.repository import find_sites_by_id, find_sites_by_key


@frozen
class SessionDirectory:
    """The directory on an open transaction: no second connection is taken while one is held.

    Attributes:
        session: A transaction that sees the network's reference rows; sites are seen only of its own tenant.
    """

    session: AsyncSession

    def within(self, session: AsyncSession) -> "SessionDirectory":
        """Give the directory on another open transaction."""
        return SessionDirectory(session)

    async def lineage(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List the tenant and all above it, root first; empty where the tenant is not of the network."""
        return await read_lineage(self.session, network_id, tenant_id, at)

    def still_placed(self, network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:
        """Give the condition that the last of a lineage stands exactly there at an instant, root first."""
        return still_placed(network_id, lineage, at)

    def still_speak(self, network_id: UUID, locales: Mapping[UUID, str]) -> Condition:
        """Give the condition that tenants have these locales."""
        return still_speak(network_id, locales)

    async def lineages(self, network_id: UUID, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, ...]]:
        """Give the lineages of many tenants at once; one that is not of the network has none."""
        return await read_lineages(self.session, network_id, ids, at)

    async def units_below(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List every tenant below, at any depth, without the tenant itself."""
        return await read_units_below(self.session, network_id, tenant_id, at)

    async def tenants(self, network_id: UUID, ids: Collection[UUID] | None = None) -> Sequence[TenantFacts]:
        """List the tenants of a network, by key; only some of them where they are named."""
        return await read_tenants(self.session, network_id, ids)

    async def tenant(self, network_id: UUID, tenant_id: UUID) -> TenantFacts | None:
        """Find a tenant of the network by its id."""
        tenant = await find_tenant(self.session, network_id, tenant_id)
        return facts_of(tenant) if tenant else None

    async def tenant_by_key(self, network_id: UUID, key: str) -> TenantFacts | None:
        """Find a tenant of the network by its key."""
        tenant = await find_tenant_by_key(self.session, network_id, key)
        return facts_of(tenant) if tenant else None

    async def site(self, network_id: UUID, tenant_id: UUID, key: str) -> SiteFacts | None:
        """Find a site of the tenant by its key."""
        found = await self.sites(network_id, tenant_id, [key])
        return found[0] if found else None

    async def sites(self, network_id: UUID, tenant_id: UUID, keys: Collection[str]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some keys."""
        return [site_facts(site) for site in await find_sites_by_key(self.session, network_id, tenant_id, keys)]

    async def sites_by_id(self, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some ids."""
        return [site_facts(site) for site in await find_sites_by_id(self.session, network_id, tenant_id, ids)]

    async def is_member(self, network_id: UUID, tenant_id: UUID, person_id: UUID) -> bool:
        """Tell whether a person is a member of the tenant now."""
        return await find_member(self.session, network_id, tenant_id, person_id)


@frozen
class TenantDirectory:
    """The directory where no transaction is open: each answer is read in a short one of its own.

    Nothing is remembered, so a move, a suspension or a new tenant holds at once.

    Attributes:
        database: Where it reads.
    """

    database: Database

    def within(self, session: AsyncSession) -> SessionDirectory:
        """Give the directory on an open transaction; use it inside units, which hold a connection already."""
        return SessionDirectory(session)

    async def lineage(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List the tenant and all above it, root first; empty where the tenant is not of the network."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).lineage(network_id, tenant_id, at)

    def still_placed(self, network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:
        """Give the condition that the last of a lineage stands exactly there at an instant, root first."""
        return still_placed(network_id, lineage, at)

    def still_speak(self, network_id: UUID, locales: Mapping[UUID, str]) -> Condition:
        """Give the condition that tenants have these locales."""
        return still_speak(network_id, locales)

    async def lineages(self, network_id: UUID, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, ...]]:
        """Give the lineages of many tenants at once; one that is not of the network has none."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).lineages(network_id, ids, at)

    async def units_below(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List every tenant below, at any depth, without the tenant itself."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).units_below(network_id, tenant_id, at)

    async def tenants(self, network_id: UUID, ids: Collection[UUID] | None = None) -> Sequence[TenantFacts]:
        """List the tenants of a network, by key; only some of them where they are named."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).tenants(network_id, ids)

    async def tenant(self, network_id: UUID, tenant_id: UUID) -> TenantFacts | None:
        """Find a tenant of the network by its id."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).tenant(network_id, tenant_id)

    async def tenant_by_key(self, network_id: UUID, key: str) -> TenantFacts | None:
        """Find a tenant of the network by its key."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await SessionDirectory(session).tenant_by_key(network_id, key)

    async def site(self, network_id: UUID, tenant_id: UUID, key: str) -> SiteFacts | None:
        """Find a site of the tenant by its key."""
        context = {**reading(network_id), "app.tenant_id": str(tenant_id)}
        async with self.database.transaction(Role.APP, context, read_only=True) as session:
            return await SessionDirectory(session).site(network_id, tenant_id, key)

    async def sites(self, network_id: UUID, tenant_id: UUID, keys: Collection[str]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some keys."""
        context = {**reading(network_id), "app.tenant_id": str(tenant_id)}
        async with self.database.transaction(Role.APP, context, read_only=True) as session:
            return await SessionDirectory(session).sites(network_id, tenant_id, keys)

    async def is_member(self, network_id: UUID, tenant_id: UUID, person_id: UUID) -> bool:
        """Tell whether a person is a member of the tenant now."""
        context = {**reading(network_id), "app.tenant_id": str(tenant_id)}
        async with self.database.transaction(Role.APP, context, read_only=True) as session:
            return await SessionDirectory(session).is_member(network_id, tenant_id, person_id)

    async def sites_by_id(self, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some ids."""
        context = {**reading(network_id), "app.tenant_id": str(tenant_id)}
        async with self.database.transaction(Role.APP, context, read_only=True) as session:
            return await SessionDirectory(session).sites_by_id(network_id, tenant_id, ids)

    async def network(self, network_id: UUID) -> Network | None:
        """Find a network; its id is known from its key by ``network_id_of``."""
        async with self.database.transaction(Role.APP, reading(network_id), read_only=True) as session:
            return await read_network(session, network_id)


def site_facts(site: Site) -> SiteFacts:
    """Give what other rooms need to know of a site."""
    country = site.address.get("country")
    return SiteFacts(
        id=site.id,
        tenant_id=site.tenant_id,
        key=site.key,
        time_zone=site.time_zone,
        name=site.name,
        address=site.address,
        attributes={**({"country": country} if country else {}), **site.attributes},
    )


def reading(network_id: UUID) -> dict[str, str]:
    """Give the context in which a network's reference rows are seen, and no tenant's."""
    return {"app.network_id": str(network_id)}
