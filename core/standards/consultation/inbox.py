"""In the units below: what is laid before them waits in the inbox for as long as comments are taken."""

from typing import Final
from uuid import UUID

from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.consultation.policy import over_since
from core.standards.consultation.repository import consultation_above
from core.standards.consultation.topics import ENDS, ITEM, SHOW, TELL

AT_ONCE: Final = 500
"""How many units one transaction tells, so that it ends well within its five seconds."""


async def tell_units(unit: Unit, consultation_id: UUID, after: str = "") -> None:
    """Have the next units below look at a consultation that was opened or closed, and the rest told after them."""
    every = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    left = sorted(str(one) for one in every if str(one) > after)
    for tenant_id in left[:AT_ONCE]:
        await send(unit, SHOW, {"consultation_id": consultation_id}, target_tenant_id=UUID(tenant_id))
    if left[AT_ONCE:]:
        await send(unit, TELL, {"consultation_id": consultation_id, "after": left[AT_ONCE - 1]})


async def show_consultation(unit: Unit, consultation_id: UUID) -> None:
    """Let a consultation wait in the inbox until its end, and not beyond; done again, nothing more happens."""
    found = await consultation_above(unit, consultation_id)
    if found is None:
        return
    if over_since(found.ends_at, found.closed_at, unit.now) is not None:
        await settle_item(unit, ITEM, found.id)
        await clear_timer(unit, ENDS, found.id)
        return
    facts = {"code": found.code, "number": found.number, "ends_at": found.ends_at}
    await open_item(
        unit, kind=ITEM, subject_kind="consultation", subject_id=found.id, facts=facts, due_at=found.ends_at
    )
    await set_timer(unit, ENDS, found.id, found.ends_at)
