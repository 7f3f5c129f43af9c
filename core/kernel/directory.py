"""What the features may ask about the tenant tree, without knowing the package that keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.conditions import Condition
from core.kernel.frozen import frozen


@frozen(kw_only=True)
class TenantFacts:
    """What other rooms need to know of a tenant.

    Attributes:
        id: The tenant.
        network_id: Its network.
        key: Short stable name, unique in the network, such as ``se`` or ``north-17``.
        name: Name to show.
        kind: ``headquarters``, ``region`` or ``franchisee``.
        locale: BCP 47 tag.
        time_zone: IANA name.
        currency: ISO 4217 code.
        active: False while suspended.
    """

    id: UUID
    network_id: UUID
    key: str
    name: str
    kind: str
    locale: str
    time_zone: str
    currency: str
    active: bool


@frozen(kw_only=True)
class SiteFacts:
    """What other rooms need to know of a site.

    Attributes:
        id: The site.
        tenant_id: Whose it is.
        key: Short stable name, unique in the tenant.
        time_zone: IANA name.
        name: Name to show.
        address: ``{lines, city, postal_code, country}``, as far as it is known.
        attributes: What rules and variants may ask of it, by name, such as ``kind``; ``country`` is that of its address
            where the site says nothing else.
    """

    id: UUID
    tenant_id: UUID
    key: str
    time_zone: str
    name: str = ""
    address: Mapping[str, Any] = field(default_factory=dict[str, Any])
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


class Directory(Protocol):
    """Answers about the tree as placed at an instant; each call reads inside the given network only."""

    def within(self, session: AsyncSession) -> "Directory":
        """Give the directory on an open transaction, so that a unit of work never waits for a second connection."""
        ...

    async def lineage(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List the tenant and all above it, root first; empty where the tenant is not of the network."""
        ...

    def still_placed(self, network_id: UUID, lineage: Sequence[UUID], at: datetime) -> Condition:
        """Give the condition that the last of a lineage stands exactly there at an instant, root first."""
        ...

    def still_speak(self, network_id: UUID, locales: Mapping[UUID, str]) -> Condition:
        """Give the condition that tenants have these locales."""
        ...

    async def lineages(self, network_id: UUID, ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, ...]]:
        """Give the lineages of many tenants at once; one that is not of the network has none."""
        ...

    async def units_below(self, network_id: UUID, tenant_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """List every tenant below, at any depth, without the tenant itself."""
        ...

    async def tenants(self, network_id: UUID, ids: Collection[UUID] | None = None) -> Sequence[TenantFacts]:
        """List the tenants of a network, by key; only some of them where they are named."""
        ...

    async def tenant(self, network_id: UUID, tenant_id: UUID) -> TenantFacts | None:
        """Find a tenant of the network by its id."""
        ...

    async def tenant_by_key(self, network_id: UUID, key: str) -> TenantFacts | None:
        """Find a tenant of the network by its key."""
        ...

    async def site(self, network_id: UUID, tenant_id: UUID, key: str) -> SiteFacts | None:
        """Find a site of the tenant by its key."""
        ...

    async def sites(self, network_id: UUID, tenant_id: UUID, keys: Collection[str]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some keys."""
        ...

    async def is_member(self, network_id: UUID, tenant_id: UUID, person_id: UUID) -> bool:
        """Tell whether a person is a member of the tenant now."""
        ...

    async def sites_by_id(self, network_id: UUID, tenant_id: UUID, ids: Collection[UUID]) -> Sequence[SiteFacts]:
        """Find those sites of the tenant that have one of some ids."""
        ...
