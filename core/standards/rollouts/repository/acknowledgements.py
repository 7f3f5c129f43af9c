"""SQL of a tenant's own side of rollouts: what it adopted, and what it was asked to acknowledge."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.repository.adaptations import Head
from core.standards.rollouts.models import Acknowledgement, Adoption


async def acknowledgement_of(unit: Unit, published_version_id: UUID) -> Acknowledgement | None:
    """Find what the tenant was asked about a version, and keep everybody else from changing it."""
    found = await unit.session.execute(
        select(Acknowledgement)
        .where(
            col(Acknowledgement.tenant_id) == unit.tenant_id,
            col(Acknowledgement.published_version_id) == published_version_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def keep_acknowledgement(unit: Unit, row: Acknowledgement) -> Acknowledgement:
    """Write a row unless there is one of the version already, and give the one that is there, locked.

    Raises:
        RuntimeError: The row that was just written cannot be read; this is damage, not a refusal.
    """
    await unit.session.execute(insert(Acknowledgement).values(row.model_dump()).on_conflict_do_nothing())
    found = await acknowledgement_of(unit, row.published_version_id)
    if found is None:
        msg = f"The acknowledgement of {row.published_version_id} is not there."
        raise RuntimeError(msg)
    return found


async def acknowledgements_of(unit: Unit, code: str) -> Sequence[Acknowledgement]:
    """List what the tenant was asked about the versions of a standard."""
    found = await unit.session.execute(
        select(Acknowledgement)
        .where(col(Acknowledgement.tenant_id) == unit.tenant_id, col(Acknowledgement.code) == code)
        .order_by(col(Acknowledgement.id))
    )
    return found.scalars().all()


async def replace_adoption(unit: Unit, made: Adoption, head: Head) -> None:
    """Write an adoption; an earlier one of the same version that is still open ends where it begins."""
    found = await unit.session.execute(
        select(Adoption).where(
            col(Adoption.tenant_id) == unit.tenant_id,
            col(Adoption.published_version_id) == made.published_version_id,
            col(Adoption.recorded_to).is_(None),
            col(Adoption.valid_to).is_(None),
        )
    )
    for row in found.scalars().all():
        await close_adoption(unit, row.id, head.recorded_at)
        if row.valid_from < made.valid_from:
            kept = row.model_dump(exclude={"id", "valid_to", "recorded_from", "recorded_to", "revision"})
            piece = Adoption(**kept, id=new_id(), recorded_from=head.recorded_at, revision=head.revision)
            piece.valid_to = made.valid_from
            unit.session.add(piece)
    unit.session.add(made)
    await unit.session.flush()


async def close_adoption(unit: Unit, adoption_id: UUID, recorded: datetime) -> None:
    """Say of an adoption that it is known no longer; the only update there is."""
    await unit.session.execute(
        update(Adoption)
        .where(col(Adoption.tenant_id) == unit.tenant_id, col(Adoption.id) == adoption_id)
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )
