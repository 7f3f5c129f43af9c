"""SQL of what decides which version a tenant is on: stages of waves, who is in which, and own adoptions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.rollouts.models import Adoption, RolloutAssignment, RolloutStage


def known(model: type[RolloutStage | Adoption], known_at: datetime | None) -> ColumnElement[bool]:
    """Select the rows that say what is known now, or what was known at an instant."""
    if known_at is None:
        return col(model.recorded_to).is_(None)
    return (col(model.recorded_from) <= known_at) & or_(
        col(model.recorded_to).is_(None), col(model.recorded_to) > known_at
    )


async def stages_of(
    unit: Unit, code: str, owners: Collection[UUID], known_at: datetime | None = None
) -> Sequence[RolloutStage]:
    """List where the waves of a standard's rollouts stand, of all times of validity."""
    found = await unit.session.execute(
        select(RolloutStage)
        .where(
            col(RolloutStage.network_id) == unit.network_id,
            col(RolloutStage.code) == code,
            col(RolloutStage.owner_tenant_id).in_(owners),
            known(RolloutStage, known_at),
        )
        .order_by(col(RolloutStage.id))
    )
    return found.scalars().all()


async def assigned_waves(unit: Unit, versions: Collection[UUID], known_at: datetime | None = None) -> dict[UUID, UUID]:
    """Find the wave the unit's tenant is in, by the published version; none where it is in the rest."""
    chosen = select(RolloutAssignment.published_version_id, RolloutAssignment.wave_id).where(
        col(RolloutAssignment.network_id) == unit.network_id,
        col(RolloutAssignment.published_version_id).in_(versions),
        col(RolloutAssignment.adopter_id) == unit.tenant_id,
    )
    if known_at is not None:
        chosen = chosen.where(col(RolloutAssignment.recorded_from) <= known_at)
    found = await unit.session.execute(chosen)
    return {row.published_version_id: row.wave_id for row in found}


async def adoptions_of(unit: Unit, code: str, known_at: datetime | None = None) -> Sequence[Adoption]:
    """List the tenant's own adoptions of a standard's versions, of all times of validity."""
    found = await unit.session.execute(
        select(Adoption)
        .where(col(Adoption.tenant_id) == unit.tenant_id, col(Adoption.code) == code, known(Adoption, known_at))
        .order_by(col(Adoption.id))
    )
    return found.scalars().all()


async def close_stages(unit: Unit, ids: Collection[UUID], recorded: datetime) -> None:
    """Say of stages that they are known no longer; the only update there is."""
    await unit.session.execute(
        update(RolloutStage)
        .where(
            col(RolloutStage.network_id) == unit.network_id,
            col(RolloutStage.owner_tenant_id) == unit.tenant_id,
            col(RolloutStage.id).in_(ids),
            col(RolloutStage.recorded_to).is_(None),
        )
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )


async def add_stages(unit: Unit, rows: Sequence[RolloutStage]) -> None:
    """Add stages."""
    unit.session.add_all(rows)
    await unit.session.flush()


async def add_assignments(
    unit: Unit, code: str, published_version_id: UUID, waves: Sequence[tuple[UUID, UUID]], recorded: datetime
) -> None:
    """Put units into waves, each once.

    Args:
        unit: The publisher's transaction.
        code: The standard.
        published_version_id: The version.
        waves: Unit and wave.
        recorded: Since when that is known.
    """
    if not waves:
        return
    rows = [
        {
            "network_id": unit.network_id,
            "id": new_id(),
            "owner_tenant_id": unit.tenant_id,
            "code": code,
            "published_version_id": published_version_id,
            "wave_id": wave_id,
            "adopter_id": adopter_id,
            "recorded_from": recorded,
        }
        for adopter_id, wave_id in waves
    ]
    await unit.session.execute(insert(RolloutAssignment).values(rows).on_conflict_do_nothing())


async def rolled_out_codes(unit: Unit, owners: Collection[UUID]) -> Sequence[str]:
    """Name the standards of which some version is, or was, rolled out."""
    found = await unit.session.execute(
        select(RolloutStage.code)
        .where(
            col(RolloutStage.network_id) == unit.network_id,
            col(RolloutStage.owner_tenant_id).in_(owners),
            col(RolloutStage.recorded_to).is_(None),
        )
        .distinct()
        .order_by(col(RolloutStage.code))
    )
    return found.scalars().all()
