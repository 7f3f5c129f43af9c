"""SQL that reads one standard of many tenants, in the keyset order of their ids; the unit reads that far.

Every statement names the network, and the tenants it is about. Rows come as columns and not as objects: a network of
ten thousand tenants has hundreds of thousands.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, inspect, literal
from sqlmodel import col, select

from core.kernel.rows import Row
from core.kernel.unit import Unit
from core.standards.models import (
    Adaptation,
    Adoption,
    PublishedOverlay,
    PublishedVersion,
    RolloutAssignment,
    RolloutStage,
    WaiverSpan,
)


async def published_overlays(unit: Unit, code: str) -> Sequence[Any]:
    """List what anybody in the network published of a standard, versions and adaptations, as known now."""
    return await rows_of(
        unit,
        PublishedOverlay,
        col(PublishedOverlay.network_id) == unit.network_id,
        col(PublishedOverlay.code) == code,
        col(PublishedOverlay.recorded_to).is_(None),
    )


async def stages(unit: Unit, code: str) -> Sequence[Any]:
    """List where the waves of a standard's rollouts stand, as known now."""
    return await rows_of(
        unit,
        RolloutStage,
        col(RolloutStage.network_id) == unit.network_id,
        col(RolloutStage.code) == code,
        col(RolloutStage.recorded_to).is_(None),
    )


async def assignments(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List the waves that tenants are in; one that is in none is in the rest."""
    return await rows_of(
        unit,
        RolloutAssignment,
        col(RolloutAssignment.network_id) == unit.network_id,
        col(RolloutAssignment.code) == code,
        among(RolloutAssignment.adopter_id, tenants),
    )


async def adoptions(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what tenants have adopted by themselves, as known now."""
    return await rows_of(
        unit,
        Adoption,
        col(Adoption.network_id) == unit.network_id,
        among(Adoption.tenant_id, tenants),
        col(Adoption.code) == code,
        col(Adoption.recorded_to).is_(None),
    )


async def adaptations(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what tenants have adapted, of all times of validity, as known now."""
    return await rows_of(
        unit,
        Adaptation,
        col(Adaptation.network_id) == unit.network_id,
        among(Adaptation.tenant_id, tenants),
        col(Adaptation.code) == code,
        col(Adaptation.recorded_to).is_(None),
    )


async def waiver_spans(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what was granted to tenants as waivers, of all times of validity, as known now."""
    return await rows_of(
        unit,
        WaiverSpan,
        col(WaiverSpan.network_id) == unit.network_id,
        among(WaiverSpan.tenant_id, tenants),
        col(WaiverSpan.code) == code,
        col(WaiverSpan.recorded_to).is_(None),
    )


async def adapting_tenants(unit: Unit, code: str, after: UUID, most: int) -> Sequence[UUID]:
    """List the tenants behind one that have adapted a standard, or were granted a waiver, as far as so many rows reach.

    Where one of the two reaches less far than the other, the rest of the other is left for the next time.
    """
    found: list[Sequence[UUID]] = []
    for model in (Adaptation, WaiverSpan):
        rows = (
            select(model.tenant_id)
            .where(
                col(model.network_id) == unit.network_id,
                col(model.tenant_id) > after,
                col(model.code) == code,
                col(model.recorded_to).is_(None),
            )
            .order_by(col(model.tenant_id))
            .limit(most)
        )
        found.append((await unit.session.execute(rows)).scalars().all())
    reached = [some[-1] for some in found if len(some) == most]
    every = sorted({one for some in found for one in some})
    return [one for one in every if one <= min(reached)] if reached else every


async def published_codes(unit: Unit, after: str = "") -> Sequence[str]:
    """List the standards that anybody in the network publishes, from one on, by code."""
    found = await unit.session.execute(
        select(PublishedVersion.code)
        .where(col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.code) >= after)
        .distinct()
        .order_by(col(PublishedVersion.code))
    )
    return found.scalars().all()


def among(column: UUID, tenants: Collection[UUID]) -> ColumnElement[bool]:
    """Compare a column with many ids that are one parameter."""
    return col(column) == any_(literal(list(tenants), ARRAY(Uuid())))


async def rows_of(unit: Unit, model: type[Row], *conditions: ColumnElement[bool]) -> Sequence[Any]:
    """Read rows of a table as plain columns, in the order of their ids."""
    mapped: Any = inspect(model)
    columns = mapped.local_table.c
    chosen = cast("Any", select)(*columns)
    return (await unit.session.execute(chosen.where(*conditions).order_by(columns.id))).all()
