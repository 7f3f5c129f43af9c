"""SQL that reads one standard of many tenants, in the keyset order of their ids; the unit reads that far.

Every statement names the network, and the tenants it is about. Rows come as columns and not as objects: a network of
ten thousand tenants has hundreds of thousands.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect
from sqlmodel import col, select

from core.kernel.direct import fetch
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

CONCERNED: Final = """
    SELECT tenant_id FROM standard_heads
    WHERE network_id = $1 AND tenant_id = ANY($3::uuid[]) AND code = $2
      AND ($4::timestamptz IS NULL OR recorded_at >= $4)
    UNION SELECT tenant_id FROM promises
    WHERE network_id = $1 AND tenant_id = ANY($3::uuid[]) AND code = $2 AND recorded_to IS NULL
      AND ($4::timestamptz IS NULL OR recorded_from >= $4)
    UNION SELECT tenant_id FROM acknowledgements
    WHERE network_id = $1 AND tenant_id = ANY($3::uuid[]) AND code = $2 AND status <> 'settled' AND $4 IS NULL
    ORDER BY tenant_id
"""
"""Whoever ever changed its side of a standard has a head there."""


async def published_overlays(unit: Unit, code: str) -> Sequence[Any]:
    """List what anybody in the network published of a standard, versions and adaptations, as known now."""
    return await known_now(unit, PublishedOverlay, code)


async def stages(unit: Unit, code: str) -> Sequence[Any]:
    """List where the waves of a standard's rollouts stand, as known now."""
    return await known_now(unit, RolloutStage, code)


async def assignments(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List the waves that tenants are in; one that is in none is in the rest."""
    return await rows_of(unit, RolloutAssignment, code, tenants, "true", "adopter_id")


async def adoptions(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what tenants have adopted by themselves, as known now."""
    return await known_now(unit, Adoption, code, tenants)


async def adaptations(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what tenants have adapted, of all times of validity, as known now."""
    return await known_now(unit, Adaptation, code, tenants)


async def waiver_spans(unit: Unit, code: str, tenants: Collection[UUID]) -> Sequence[Any]:
    """List what was granted to tenants as waivers, of all times of validity, as known now."""
    return await known_now(unit, WaiverSpan, code, tenants)


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


async def concerned(unit: Unit, code: str, tenants: Collection[UUID], since: datetime | None = None) -> Sequence[UUID]:
    """List those of some tenants that have something that hangs on a standard, in the order of their ids.

    Args:
        unit: Reads as the region or network role.
        code: The standard.
        tenants: The tenants.
        since: Only those that have changed something of their own from an instant on.
    """
    found = await fetch(unit, CONCERNED, unit.network_id, code, list(tenants), since)
    return [row["tenant_id"] for row in found]


async def published_codes(unit: Unit, after: str = "") -> Sequence[str]:
    """List the standards that anybody in the network publishes, from one on, by code."""
    found = await unit.session.execute(
        select(PublishedVersion.code)
        .where(col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.code) >= after)
        .distinct()
        .order_by(col(PublishedVersion.code))
    )
    return found.scalars().all()


async def known_now(unit: Unit, model: type[Row], code: str, tenants: Collection[UUID] | None = None) -> Sequence[Any]:
    """Read what is known now of one standard, of all times of validity: of the whole network, or of some tenants."""
    return await rows_of(unit, model, code, tenants, "recorded_to IS NULL", "tenant_id")


async def rows_of(
    unit: Unit, model: type[Row], code: str, tenants: Collection[UUID] | None, condition: str, owner: str
) -> Sequence[Any]:
    """Read rows of a table as plain columns, in the order of their ids.

    Args:
        unit: Reads as the region or network role.
        model: The table.
        code: The standard.
        tenants: Whose rows; those of all where it is empty.
        condition: What else is asked of them.
        owner: The column that says whose they are.
    """
    mapped: Any = inspect(model)
    named, table = ", ".join(one.name for one in mapped.local_table.c), mapped.local_table.name
    conditions = ["network_id = $1", "code = $2", condition]
    given: list[Any] = [unit.network_id, code]
    if tenants is not None:
        conditions.append(f"{owner} = ANY($3::uuid[])")
        given.append(list(tenants))
    asked = " AND ".join(conditions)
    found = await fetch(unit, f"SELECT {named} FROM {table} WHERE {asked} ORDER BY id", *given)  # noqa: S608 - names of this code alone
    return [SimpleNamespace(**row) for row in found]
