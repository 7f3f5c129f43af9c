"""Add tenants to a network: reference rows in the headquarters' scope, the tenants' own rows by command."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.canonical import instant_text
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import KeyIsTaken, KindDoesNotFit, NotPlacedThen
from tenants.networks.headquarters import require_headquarters
from tenants.networks.models import Tenant, TenantKind
from tenants.networks.policy import Placement, fits_below, is_placed_from
from tenants.networks.repository import add_placements, add_tenants, known_placements, tenants_by_id
from tenants.permissions import PROVISION_TENANTS
from tenants.values import check_currency, check_instant, check_key, check_locale, check_name, check_time_zone

MOST_AT_ONCE = 500


@frozen(kw_only=True)
class ProvisionTenant:
    """What a tenant begins with.

    Attributes:
        key: Short stable name, unique in the network.
        name: Name to show.
        parent_id: The tenant directly above.
        kind: ``region`` or ``franchisee``.
        locale: BCP 47 tag; the parent's by default, as with the next two.
        time_zone: IANA name.
        currency: ISO 4217 code.
        since: From when it is in the tree; now by default.
    """

    key: str
    name: str
    parent_id: UUID
    kind: str = TenantKind.FRANCHISEE.value
    locale: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    since: datetime | None = None


async def provision_tenant(unit: Unit, command: ProvisionTenant) -> Tenant:
    """Add one tenant to the network of the headquarters' scope.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        KeyIsTaken: The network has a tenant of that key.
        KindDoesNotFit: A tenant of that kind cannot be below the parent.
        NotPlacedThen: The parent is not in the tree for all the time.
        NotFound: The network has no such parent.
        InvalidInput: A value does not have the form it must have.
    """
    return (await provision_tenants(unit, [command]))[0]


async def provision_tenants(unit: Unit, commands: Sequence[ProvisionTenant]) -> list[Tenant]:
    """Add up to 500 tenants in one transaction, all or none; for thousands, open one unit after another.

    Raises:
        ValueError: There are more than 500.
        DomainError: As :func:`provision_tenant`.
    """
    unit.scope.require(PROVISION_TENANTS)
    if len(commands) > MOST_AT_ONCE:
        msg = f"Provision at most {MOST_AT_ONCE} tenants in one transaction."
        raise ValueError(msg)
    await require_headquarters(unit)
    parents = await tenants_by_id(unit, (one.parent_id for one in commands))
    tenants = [new_tenant(unit, command, parents) for command in commands]
    await add_new(unit, tenants)
    await add_placements(unit, await places(unit, commands, tenants), tenants[0].recorded_at if tenants else unit.now)
    for tenant in tenants:
        await record_act(unit, action="tenants.provision", subject_kind="tenant", subject_id=tenant.id)
        await send(unit, "tenants.set_up", {"tenant_id": tenant.id}, target_tenant_id=tenant.id)
    for parent_id in sorted({command.parent_id for command in commands} - {unit.tenant_id}):
        await send(unit, "standards.publish_overlays", {}, target_tenant_id=parent_id)
    return tenants


def new_tenant(unit: Unit, command: ProvisionTenant, parents: Mapping[UUID, Tenant]) -> Tenant:
    """Make the row of a tenant, with what it inherits from the tenant above it."""
    parent = parents.get(command.parent_id)
    if parent is None:
        raise NotFound(kind="tenant", key=str(command.parent_id))
    if not fits_below(command.kind, parent.kind):
        raise KindDoesNotFit(kind=command.kind, parent_kind=parent.kind)
    return Tenant(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        key=check_key(command.key),
        name=check_name(command.name),
        kind=command.kind,
        locale=check_locale(command.locale or parent.locale),
        time_zone=check_time_zone(command.time_zone or parent.time_zone),
        currency=check_currency(command.currency or parent.currency),
        recorded_at=recorded_now(),
    )


async def add_new(unit: Unit, tenants: Sequence[Tenant]) -> None:
    """Write the rows; refuse all where one key is taken."""
    added = await add_tenants(unit, tenants, recorded_now())
    counted: set[str] = set()
    for tenant in tenants:
        if tenant.key not in added or tenant.key in counted:
            raise KeyIsTaken(kind="tenant", key=tenant.key)
        counted.add(tenant.key)


async def places(unit: Unit, commands: Sequence[ProvisionTenant], tenants: Sequence[Tenant]) -> list[Placement]:
    """Give each tenant its place; its parent must be in the tree for all the time."""
    starts = [check_instant(command.since or unit.now, "since") for command in commands]
    if not starts:
        return []
    known = await known_placements(unit, min(starts), {command.parent_id for command in commands})
    for command, since in zip(commands, starts, strict=True):
        if not is_placed_from([one for one in known if one.child_id == command.parent_id], since):
            raise NotPlacedThen(tenant_id=command.parent_id, since=instant_text(since))
    return [
        Placement(child_id=tenant.id, parent_id=command.parent_id, valid_from=since)
        for command, tenant, since in zip(commands, tenants, starts, strict=True)
    ]
