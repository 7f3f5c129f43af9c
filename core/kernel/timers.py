"""Timers: what falls due is a row; when it does, it becomes an outbox row in the same transaction, once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.models import Timer
from core.kernel.outbox import send
from core.kernel.outbox_rows import Tenancy
from core.kernel.unit import Unit

DUE = text(
    "SELECT tenant_id, network_id FROM timers WHERE due_at <= :now"
    " AND (CAST(:network AS uuid) IS NULL OR network_id = :network)"
    " GROUP BY tenant_id, network_id ORDER BY min(due_at) LIMIT :most"
)


async def set_timer(unit: Unit, kind: str, subject_id: UUID, due_at: datetime) -> None:
    """Set the one timer of a kind that a subject has, or move it.

    Args:
        unit: The transaction it belongs to.
        kind: The topic that is sent when it falls due, with ``subject_id`` and ``due_at`` in its payload.
        subject_id: What it is about.
        due_at: When; an instant in the past falls due at once.
    """
    statement = insert(Timer).values(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        kind=kind,
        subject_id=subject_id,
        due_at=due_at,
        set_at=recorded_now(),
    )
    await unit.session.execute(
        statement.on_conflict_do_update(
            constraint="timers_subject",
            set_={"due_at": statement.excluded.due_at, "set_at": statement.excluded.set_at},
        )
    )


async def ring_after(session: AsyncSession, tenancy: Tenancy, kind: str, due_at: datetime) -> None:
    """Set a tenant's own timer of a kind, unless it is set already: it is neither doubled nor put off."""
    statement = insert(Timer).values(
        tenant_id=tenancy.tenant_id,
        network_id=tenancy.network_id,
        id=new_id(),
        kind=kind,
        subject_id=tenancy.tenant_id,
        due_at=due_at,
        set_at=recorded_now(),
    )
    await session.execute(statement.on_conflict_do_nothing(constraint="timers_subject"))


async def clear_timer(unit: Unit, kind: str, subject_id: UUID) -> None:
    """Take a subject's timer of a kind away, if there is one."""
    await unit.session.execute(
        delete(Timer).where(
            col(Timer.tenant_id) == unit.tenant_id, col(Timer.kind) == kind, col(Timer.subject_id) == subject_id
        )
    )


async def tenants_with_timers(
    session: AsyncSession, now: datetime, network_id: UUID | None, most: int
) -> list[Tenancy]:
    """Find tenants with due timers; as the worker role."""
    found = await session.execute(DUE, {"now": now, "network": network_id, "most": most})
    return [Tenancy(row.tenant_id, row.network_id) for row in found]


async def fire_due(unit: Unit, most: int) -> int:
    """Turn due timers of the unit's tenant into outbox rows; tell how many."""
    due = await lock_due(unit, most)
    for timer in due:
        await send(unit, timer.kind, {"subject_id": timer.subject_id, "due_at": timer.due_at})
    await unit.session.execute(
        delete(Timer)
        .where(col(Timer.tenant_id) == unit.tenant_id, col(Timer.id).in_([timer.id for timer in due]))
        .execution_options(synchronize_session=False)
    )
    return len(due)


async def lock_due(unit: Unit, most: int) -> Sequence[Timer]:
    """Lock due timers that nobody else has locked."""
    found = await unit.session.execute(
        select(Timer)
        .where(col(Timer.tenant_id) == unit.tenant_id, col(Timer.due_at) <= unit.now)
        .order_by(col(Timer.due_at), col(Timer.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return found.scalars().all()
