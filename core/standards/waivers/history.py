"""The history of a waiver: what happened to it, once each."""

from datetime import datetime
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.models import Waiver, WaiverEvent
from core.standards.waivers.repository import add
from core.standards.waivers.statuses import WaiverEventKind


async def happened(
    unit: Unit,
    waiver: Waiver,
    kind: WaiverEventKind,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
    by: tuple[str, UUID, UUID] | None = None,
) -> None:
    """Write down what happened to a waiver of the unit's tenant.

    Args:
        unit: The tenant.
        waiver: The waiver.
        kind: What happened.
        at: When; now by default.
        until: Until when it was asked for or granted, or when it ended.
        reason: Why.
        by: Kind and id of the actor and the tenant acted in; the unit's own by default.
    """
    actor_kind, actor_id, tenant_id = by or (unit.scope.actor.kind.value, unit.scope.actor.id, unit.tenant_id)
    event = WaiverEvent(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        waiver_id=waiver.id,
        round=waiver.round,
        kind=kind.value,
        at=at or unit.now,
        until=until,
        reason=reason,
        actor_kind=actor_kind,
        actor_id=actor_id,
        by_tenant_id=tenant_id,
        recorded_at=recorded_now(),
    )
    await add(unit, event)
