"""SQL of consultation: what is laid open, what tenants say of it, and what the owner keeps."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import Consultation, ConsultationComment, DraftComment


async def consultation_above(unit: Unit, consultation_id: UUID) -> Consultation | None:
    """Find a consultation of the tenant or a unit above it."""
    found = await unit.session.execute(
        select(Consultation).where(
            col(Consultation.network_id) == unit.network_id,
            col(Consultation.id) == consultation_id,
            col(Consultation.owner_tenant_id).in_(unit.scope.lineage),
        )
    )
    return found.scalar_one_or_none()


async def own_consultation(unit: Unit, consultation_id: UUID) -> Consultation | None:
    """Find a consultation of the tenant, and keep others from changing it until the end."""
    found = await unit.session.execute(
        select(Consultation)
        .where(
            col(Consultation.network_id) == unit.network_id,
            col(Consultation.id) == consultation_id,
            col(Consultation.owner_tenant_id) == unit.tenant_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def open_consultation_of(unit: Unit, version_id: UUID) -> Consultation | None:
    """Find the consultation of a version of the tenant in which comments are taken now."""
    found = await unit.session.execute(
        select(Consultation).where(
            col(Consultation.network_id) == unit.network_id,
            col(Consultation.version_id) == version_id,
            col(Consultation.owner_tenant_id) == unit.tenant_id,
            col(Consultation.closed_at).is_(None),
            col(Consultation.ends_at) > unit.now,
        )
    )
    return found.scalars().first()


async def add(unit: Unit, row: Consultation | DraftComment) -> None:
    """Add a row; where it is a reference row, this is the last statement."""
    unit.session.add(row)
    await unit.session.flush()


async def add_received(unit: Unit, comment: ConsultationComment) -> bool:
    """Add a comment of a unit below, unless it is here already; tell whether it was added."""
    statement = insert(ConsultationComment).values(comment.model_dump()).on_conflict_do_nothing()
    written = await unit.session.execute(statement.returning(col(ConsultationComment.id)))
    return written.scalar() is not None


async def draft_comment(unit: Unit, comment_id: UUID, *, lock: bool = False) -> DraftComment | None:
    """Find what the tenant said; locked, others are kept from changing it until the end."""
    chosen = select(DraftComment).where(
        col(DraftComment.tenant_id) == unit.tenant_id, col(DraftComment.id) == comment_id
    )
    found = await unit.session.execute(chosen.with_for_update() if lock else chosen)
    return found.scalar_one_or_none()


async def received_comment(unit: Unit, comment_id: UUID, *, lock: bool = False) -> ConsultationComment | None:
    """Find what a unit below said to the tenant; locked, others are kept from changing it until the end."""
    chosen = select(ConsultationComment).where(
        col(ConsultationComment.tenant_id) == unit.tenant_id, col(ConsultationComment.id) == comment_id
    )
    found = await unit.session.execute(chosen.with_for_update() if lock else chosen)
    return found.scalar_one_or_none()
