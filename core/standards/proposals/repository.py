"""SQL of proposals and of the rule that asks for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import AdaptationProposal, AdaptationRule


async def lock_proposal(unit: Unit, proposal_id: UUID) -> AdaptationProposal | None:
    """Read and lock a proposal of the tenant."""
    found = await unit.session.execute(
        select(AdaptationProposal)
        .where(col(AdaptationProposal.tenant_id) == unit.tenant_id, col(AdaptationProposal.id) == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def needs_two(unit: Unit) -> bool:
    """Tell whether the tenant wants two persons for every adaptation."""
    found = await unit.session.scalar(
        select(AdaptationRule.by_two).where(col(AdaptationRule.tenant_id) == unit.tenant_id)
    )
    return bool(found)


async def put_rule(unit: Unit, *, by_two: bool, recorded: datetime) -> None:
    """Write the tenant's rule."""
    fresh = insert(AdaptationRule).values(
        tenant_id=unit.tenant_id, network_id=unit.network_id, by_two=by_two, recorded_at=recorded
    )
    changed = {"by_two": fresh.excluded.by_two, "recorded_at": fresh.excluded.recorded_at}
    await unit.session.execute(fresh.on_conflict_do_update(index_elements=["tenant_id"], set_=changed))
