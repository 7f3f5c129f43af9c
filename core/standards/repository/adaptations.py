"""SQL of a tenant's own side: its revision, its adaptations and what held for it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.models import Adaptation, EffectiveDocument, StandardHead
from core.standards.repository.published import known

KEPT_DOCUMENTS = "SELECT hash, document FROM effective_documents WHERE tenant_id = $1 AND hash = ANY($2::text[])"


@frozen(kw_only=True)
class Head:
    """The revision a change is made under, and the instant it is recorded from."""

    revision: int
    recorded_at: datetime


async def next_head(unit: Unit, code: str) -> Head:
    """Take the next revision of the tenant's side of a standard; whoever comes next waits until this one ends.

    The instant never lies before that of the change before, whatever the clocks of two servers say.
    """
    fresh = insert(StandardHead).values(
        tenant_id=unit.tenant_id, network_id=unit.network_id, code=code, revision=1, recorded_at=recorded_now()
    )
    statement = fresh.on_conflict_do_update(
        index_elements=["tenant_id", "code"],
        set_={
            "revision": col(StandardHead.revision) + 1,
            "recorded_at": func.greatest(col(StandardHead.recorded_at), fresh.excluded.recorded_at),
        },
    ).returning(col(StandardHead.revision), col(StandardHead.recorded_at))
    row = (await unit.session.execute(statement)).one()
    return Head(revision=row.revision, recorded_at=row.recorded_at)


async def hold_heads(unit: Unit) -> datetime:
    """Keep everybody else from changing the tenant's side of any standard; give an instant after every change."""
    found = await unit.session.execute(
        select(StandardHead.recorded_at)
        .where(col(StandardHead.tenant_id) == unit.tenant_id)
        .order_by(col(StandardHead.code))
        .with_for_update()
    )
    return max([recorded_now(), *found.scalars().all()])


async def revision_of(unit: Unit, code: str) -> int:
    """Tell the revision of the tenant's side of a standard; 0 before its first change."""
    found = await unit.session.scalar(
        select(StandardHead.revision).where(
            col(StandardHead.tenant_id) == unit.tenant_id, col(StandardHead.code) == code
        )
    )
    return found or 0


async def adaptations_of(unit: Unit, code: str, known_at: datetime | None = None) -> Sequence[Adaptation]:
    """List the tenant's own adaptations of a standard, of all times of validity."""
    found = await unit.session.execute(
        select(Adaptation)
        .where(col(Adaptation.tenant_id) == unit.tenant_id, col(Adaptation.code) == code, known(Adaptation, known_at))
        .order_by(col(Adaptation.id))
    )
    return found.scalars().all()


async def known_adaptations(unit: Unit) -> Sequence[Adaptation]:
    """List the tenant's adaptations of all standards, of all times of validity, as known now."""
    found = await unit.session.execute(
        select(Adaptation)
        .where(col(Adaptation.tenant_id) == unit.tenant_id, known(Adaptation, None))
        .order_by(col(Adaptation.id))
    )
    return found.scalars().all()


async def adaptation_by_id(unit: Unit, adaptation_id: UUID) -> Adaptation | None:
    """Find an adaptation of the tenant."""
    found = await unit.session.execute(
        select(Adaptation).where(col(Adaptation.tenant_id) == unit.tenant_id, col(Adaptation.id) == adaptation_id)
    )
    return found.scalar_one_or_none()


async def add_adaptations(unit: Unit, rows: Sequence[Adaptation]) -> None:
    """Add adaptations."""
    unit.session.add_all(rows)
    await unit.session.flush()


async def close_adaptations(unit: Unit, ids: Collection[UUID], recorded: datetime) -> None:
    """Say of adaptations that they are known no longer; the only update there is."""
    await unit.session.execute(
        update(Adaptation)
        .where(
            col(Adaptation.tenant_id) == unit.tenant_id,
            col(Adaptation.id).in_(ids),
            col(Adaptation.recorded_to).is_(None),
        )
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )


async def keep_document(unit: Unit, *, hash_: str, code: str, version: str, document: str) -> None:
    """Store an effective document, unless it is stored already."""
    await unit.session.execute(
        insert(EffectiveDocument)
        .values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            hash=hash_,
            code=code,
            version=version,
            document=document,
            recorded_at=recorded_now(),
        )
        .on_conflict_do_nothing()
    )


async def kept_documents(unit: Unit, hashes: Collection[str]) -> dict[str, str]:
    """Read the texts of effective documents of the tenant, by their hashes."""
    found = await fetch(unit, KEPT_DOCUMENTS, unit.tenant_id, list(hashes))
    return {row["hash"]: row["document"] for row in found}
