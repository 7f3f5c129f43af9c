"""Move a tenant to another place in the tree; where it was stays known."""

from datetime import datetime, timedelta
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.canonical import instant_text
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import HeadquartersIsFixed, KindDoesNotFit, NotPlacedThen, PlacementWouldCycle
from tenants.networks.headquarters import take_tree
from tenants.networks.models import Tenant
from tenants.networks.policy import Placement, fits_below, is_placed_from, place_from, would_cycle
from tenants.networks.repository import (
    add_placements,
    close_placements,
    known_placements,
    last_recorded,
    tenants_by_id,
)
from tenants.permissions import PLACE_TENANTS
from tenants.values import check_instant


@frozen(kw_only=True)
class MoveTenant:
    """Where a tenant shall be.

    Attributes:
        tenant_id: The tenant.
        parent_id: The tenant that shall be directly above it.
        since: From when, in the past as well as the future; now by default. What was planned for later is replaced.
    """

    tenant_id: UUID
    parent_id: UUID
    since: datetime | None = None


async def move_tenant(unit: Unit, command: MoveTenant) -> Tenant:
    """Place a tenant below another parent from an instant on; what is below it moves along.

    Raises:
        OnlyHeadquarters: The scope is of another tenant than the headquarters.
        HeadquartersIsFixed: The headquarters itself was to be moved.
        KindDoesNotFit: A tenant of that kind cannot be below the parent.
        PlacementWouldCycle: The parent is the tenant itself, or below it at some instant from then on.
        NotPlacedThen: The parent is not in the tree for all the time.
        NotFound: The network has no such tenant.
    """
    unit.scope.require(PLACE_TENANTS)
    network = await take_tree(unit)
    if command.tenant_id == network.headquarters_id:
        raise HeadquartersIsFixed
    since = check_instant(command.since or unit.now, "since")
    tenant = await fitting(unit, command)
    known = await known_placements(unit, since)
    refuse_place(known, command, since)
    rewriting = place_from(
        [one for one in known if one.child_id == command.tenant_id], command.tenant_id, command.parent_id, since
    )
    recorded_at = await next_instant(unit, command.tenant_id)
    await close_placements(unit, rewriting.closed, recorded_at)
    await add_placements(unit, rewriting.added, recorded_at)
    details = {"parent_id": command.parent_id, "since": since}
    await record_act(unit, action="tenants.move", subject_kind="tenant", subject_id=command.tenant_id, details=details)
    await send(unit, "tenants.moved", {"tenant_id": command.tenant_id, "parent_id": command.parent_id})
    await send(unit, "standards.publish_overlays", {}, target_tenant_id=command.parent_id)
    return tenant


async def fitting(unit: Unit, command: MoveTenant) -> Tenant:
    """Find both tenants and see that one fits below the other."""
    found = await tenants_by_id(unit, (command.tenant_id, command.parent_id))
    for wanted in (command.tenant_id, command.parent_id):
        if wanted not in found:
            raise NotFound(kind="tenant", key=str(wanted))
    tenant, parent = found[command.tenant_id], found[command.parent_id]
    if tenant.id != parent.id and not fits_below(tenant.kind, parent.kind):
        raise KindDoesNotFit(kind=tenant.kind, parent_kind=parent.kind)
    return tenant


def refuse_place(known: list[Placement], command: MoveTenant, since: datetime) -> None:
    """Refuse a place that is below the tenant itself, or not in the tree for all the time."""
    if would_cycle(known, command.tenant_id, command.parent_id, since):
        raise PlacementWouldCycle(tenant_id=command.tenant_id, parent_id=command.parent_id)
    if not is_placed_from([one for one in known if one.child_id == command.parent_id], since):
        raise NotPlacedThen(tenant_id=command.parent_id, since=instant_text(since))


async def next_instant(unit: Unit, child_id: UUID) -> datetime:
    """Tell when this is recorded: now, but always after what is known, even where machines' clocks differ."""
    before = await last_recorded(unit, child_id)
    now = recorded_now()
    return now if before is None or before < now else before + timedelta(microseconds=1)
