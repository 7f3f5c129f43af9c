"""SQL of waivers: the asking tenant's rows, the granting level's, and the network's rules."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import Waiver, WaiverEvent, WaiverRequest, WaiverRules, WaiverSpan


async def insert_waiver(unit: Unit, waiver: Waiver) -> bool:
    """Add a waiver, unless one is asked for at that place already; tell whether it was added."""
    statement = insert(Waiver).values(waiver.model_dump()).on_conflict_do_nothing().returning(col(Waiver.id))
    return (await unit.session.execute(statement)).scalar() is not None


async def waiver_by_id(unit: Unit, waiver_id: UUID) -> Waiver | None:
    """Find a waiver of the tenant, and keep others from changing it until the end."""
    found = await unit.session.execute(
        select(Waiver)
        .where(col(Waiver.tenant_id) == unit.tenant_id, col(Waiver.id) == waiver_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def waiver_as_told(unit: Unit, waiver_id: UUID) -> Waiver | None:
    """Read a waiver of the tenant, in a unit that reads only."""
    found = await unit.session.execute(
        select(Waiver).where(col(Waiver.tenant_id) == unit.tenant_id, col(Waiver.id) == waiver_id)
    )
    return found.scalar_one_or_none()


async def live_waivers(unit: Unit, code: str, *, lock: bool = False) -> Sequence[Waiver]:
    """List the waivers of a standard that are asked for, or hold still, in the order they were asked for."""
    statement = (
        select(Waiver)
        .where(
            col(Waiver.tenant_id) == unit.tenant_id,
            col(Waiver.code) == code,
            or_(
                col(Waiver.status) == "asked",
                col(Waiver.renewal_asked).is_(True),
                (col(Waiver.status) == "granted") & (col(Waiver.expires_at) > unit.now),
            ),
        )
        .order_by(col(Waiver.id))
    )
    statement = statement.with_for_update().execution_options(populate_existing=True) if lock else statement
    return (await unit.session.execute(statement)).scalars().all()


async def has_live_waivers(unit: Unit, code: str) -> bool:
    """Tell whether any waiver of a standard is asked for, or may hold still."""
    found = await unit.session.execute(
        select(Waiver.id)
        .where(
            col(Waiver.tenant_id) == unit.tenant_id,
            col(Waiver.code) == code,
            col(Waiver.status).in_(("asked", "granted")),
        )
        .limit(1)
    )
    return found.scalar() is not None


def known(known_at: datetime | None) -> ColumnElement[bool]:
    """Select the spans that are known now, or were at an instant."""
    if known_at is None:
        return col(WaiverSpan.recorded_to).is_(None)
    return (col(WaiverSpan.recorded_from) <= known_at) & or_(
        col(WaiverSpan.recorded_to).is_(None), col(WaiverSpan.recorded_to) > known_at
    )


async def waiver_spans_of(unit: Unit, code: str, known_at: datetime | None = None) -> Sequence[WaiverSpan]:
    """List the spans of the tenant's waivers of a standard, of all times of validity."""
    found = await unit.session.execute(
        select(WaiverSpan)
        .where(col(WaiverSpan.tenant_id) == unit.tenant_id, col(WaiverSpan.code) == code, known(known_at))
        .order_by(col(WaiverSpan.id))
    )
    return found.scalars().all()


async def spans_of_waiver(unit: Unit, waiver_id: UUID) -> Sequence[WaiverSpan]:
    """List the spans of one waiver, as known now."""
    found = await unit.session.execute(
        select(WaiverSpan)
        .where(col(WaiverSpan.tenant_id) == unit.tenant_id, col(WaiverSpan.waiver_id) == waiver_id, known(None))
        .order_by(col(WaiverSpan.id))
    )
    return found.scalars().all()


async def close_spans(unit: Unit, spans: Sequence[WaiverSpan], recorded: datetime) -> None:
    """Say of spans that they are known no longer; the only update there is."""
    await unit.session.execute(
        update(WaiverSpan)
        .where(
            col(WaiverSpan.tenant_id) == unit.tenant_id,
            col(WaiverSpan.id).in_([one.id for one in spans]),
            col(WaiverSpan.recorded_to).is_(None),
        )
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )


async def add(unit: Unit, *rows: WaiverSpan | WaiverEvent | WaiverRequest) -> None:
    """Add rows."""
    unit.session.add_all(rows)
    await unit.session.flush()


async def request_by_id(unit: Unit, waiver_id: UUID) -> WaiverRequest | None:
    """Find what the tenant was asked to grant, and keep others from changing it until the end."""
    found = await unit.session.execute(
        select(WaiverRequest)
        .where(col(WaiverRequest.tenant_id) == unit.tenant_id, col(WaiverRequest.id) == waiver_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def request_as_told(unit: Unit, waiver_id: UUID) -> WaiverRequest | None:
    """Read what the tenant was asked to grant, in a unit that reads only."""
    found = await unit.session.execute(
        select(WaiverRequest).where(col(WaiverRequest.tenant_id) == unit.tenant_id, col(WaiverRequest.id) == waiver_id)
    )
    return found.scalar_one_or_none()


async def rules_of(unit: Unit, owner_tenant_id: UUID, *, lock: bool = False) -> WaiverRules | None:
    """Read the rules that a headquarters wrote down for its network."""
    chosen = select(WaiverRules).where(
        col(WaiverRules.network_id) == unit.network_id, col(WaiverRules.owner_tenant_id) == owner_tenant_id
    )
    found = await unit.session.execute(chosen.with_for_update() if lock else chosen)
    return found.scalar_one_or_none()


async def insert_rules(unit: Unit, rules: WaiverRules) -> bool:
    """Write the first rules of a network, unless somebody else has; tell whether they were written."""
    statement = insert(WaiverRules).values(rules.model_dump()).on_conflict_do_nothing()
    written = await unit.session.execute(statement.returning(col(WaiverRules.owner_tenant_id)))
    return written.scalar() is not None
