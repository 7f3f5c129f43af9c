"""Found a network: its own row and its headquarters, the root of the tree."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.ids import derived_id, new_id
from core.kernel.outbox import send
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.unit import Unit
from tenants.errors import KeyIsTaken
from tenants.networks.models import Network, Tenant, TenantKind
from tenants.networks.policy import Placement
from tenants.networks.repository import add_network, add_placements, add_settings, add_tenants
from tenants.networks.set_up import first_settings
from tenants.permissions import PROVISION_TENANTS
from tenants.values import check_currency, check_instant, check_key, check_locale, check_name, check_time_zone


@frozen(kw_only=True)
class CreateNetwork:
    """What a network begins with.

    Attributes:
        key: Short stable name, unique on the platform.
        name: Name to show, of the network and its headquarters.
        headquarters_key: Key of the headquarters among the tenants.
        locale: BCP 47 tag of the headquarters.
        time_zone: IANA name.
        currency: ISO 4217 code.
        founded_at: Since when the network is there; now by default. Tenants are placed from then on or later, and
            what happened before it has no place in the tree.
    """

    key: str
    name: str
    headquarters_key: str = "hq"
    locale: str = "en"
    time_zone: str = "UTC"
    currency: str = "EUR"
    founded_at: datetime | None = None


def network_id_of(key: str) -> UUID:
    """Tell the id of the network with a key: derived, so that it is known before any scope is."""
    return derived_id("network", key)


def founding_scope(key: str, instant: datetime) -> Scope:
    """Make the scope in which a network of a key is founded: the system, in the headquarters that is to be."""
    headquarters_id = new_id()
    return Scope(
        network_id=network_id_of(key),
        tenant_id=headquarters_id,
        lineage=(headquarters_id,),
        actor=Actor(ActorKind.SYSTEM, headquarters_id),
        permissions=every_permission(),
        instant=instant,
    )


def system_scope(scope: Scope, lineage: tuple[UUID, ...]) -> Scope:
    """Give the system's scope in another tenant of the same network, for set-up, jobs and tests.

    Args:
        scope: A scope of the network.
        lineage: The tenant and all above it, root first.
    """
    tenant_id = lineage[-1]
    actor = Actor(ActorKind.SYSTEM, scope.actor.id)
    return replace(scope, tenant_id=tenant_id, lineage=lineage, actor=actor, permissions=every_permission())


async def create_network(unit: Unit, command: CreateNetwork) -> Network:
    """Found a network with the scope's tenant as its headquarters; the unit comes from :func:`founding_scope`.

    Raises:
        KeyIsTaken: There is a network of that key.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(PROVISION_TENANTS)
    founded_at = check_instant(command.founded_at or unit.now, "founded_at")
    headquarters = headquarters_of(unit, command)
    recorded_at = headquarters.recorded_at
    network = Network(
        network_id=unit.network_id,
        headquarters_id=unit.tenant_id,
        key=check_key(command.key),
        name=headquarters.name,
        founded_at=founded_at,
        recorded_at=recorded_at,
    )
    if unit.network_id != network_id_of(command.key) or not await add_network(unit, network):
        raise KeyIsTaken(kind="network", key=command.key)
    await add_tenants(unit, [headquarters], recorded_at)
    await add_placements(unit, [Placement(child_id=unit.tenant_id, parent_id=None, valid_from=founded_at)], recorded_at)
    await add_settings(unit, first_settings(headquarters))
    await record_act(unit, action="tenants.create_network", subject_kind="network", subject_id=unit.network_id)
    await send(unit, "tenants.network_created", {"network_id": unit.network_id})
    return network


def headquarters_of(unit: Unit, command: CreateNetwork) -> Tenant:
    """Make the headquarters' row."""
    return Tenant(
        network_id=unit.network_id,
        id=unit.tenant_id,
        owner_tenant_id=unit.tenant_id,
        key=check_key(command.headquarters_key, "headquarters_key"),
        name=check_name(command.name),
        kind=TenantKind.HEADQUARTERS.value,
        locale=check_locale(command.locale),
        time_zone=check_time_zone(command.time_zone),
        currency=check_currency(command.currency),
        recorded_at=recorded_now(),
    )
