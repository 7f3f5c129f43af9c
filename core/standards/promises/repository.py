"""SQL of promises, and nothing else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.promises.models import Promise


async def promise_by_id(unit: Unit, promise_id: UUID) -> Promise | None:
    """Find a promise of the tenant."""
    found = await unit.session.execute(
        select(Promise).where(col(Promise.tenant_id) == unit.tenant_id, col(Promise.id) == promise_id)
    )
    return found.scalar_one_or_none()


async def known_promises(unit: Unit, code: str) -> Sequence[Promise]:
    """List the tenant's promises of a standard, of all times of validity, as known now."""
    found = await unit.session.execute(
        select(Promise)
        .where(col(Promise.tenant_id) == unit.tenant_id, col(Promise.code) == code, col(Promise.recorded_to).is_(None))
        .order_by(col(Promise.valid_from), col(Promise.id))
    )
    return found.scalars().all()


async def promise_at(unit: Unit, code: str, at: datetime) -> Promise | None:
    """Find the promise that holds at an instant, as known now."""
    found = await unit.session.execute(
        select(Promise).where(
            col(Promise.tenant_id) == unit.tenant_id,
            col(Promise.code) == code,
            col(Promise.recorded_to).is_(None),
            col(Promise.valid_from) <= at,
            or_(col(Promise.valid_to).is_(None), col(Promise.valid_to) > at),
        )
    )
    return found.scalar_one_or_none()


async def close_promises(unit: Unit, ids: Collection[UUID], recorded: datetime) -> None:
    """Say of promises that they are known no longer; the only update there is."""
    await unit.session.execute(
        update(Promise)
        .where(col(Promise.tenant_id) == unit.tenant_id, col(Promise.id).in_(ids), col(Promise.recorded_to).is_(None))
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )


async def add_promises(unit: Unit, rows: Sequence[Promise]) -> None:
    """Add promises."""
    unit.session.add_all(rows)
    await unit.session.flush()
