"""SQL of previews, and nothing else."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, text, update
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import Preview, PreviewFinding, PreviewLimit, PublishedVersion

FINDINGS = text("""
    INSERT INTO preview_findings
        (tenant_id, network_id, id, preview_id, version_id, subject_id, finding, count, details)
    SELECT :tenant_id, :network_id, f.id, :preview_id, :version_id, f.subject_id, f.finding, f.count, f.details
    FROM unnest(CAST(:id AS uuid[]), CAST(:subject_id AS uuid[]), CAST(:finding AS text[]), CAST(:count AS integer[]),
                CAST(:details AS text[])) AS f (id, subject_id, finding, count, details)
    ON CONFLICT (tenant_id, preview_id, subject_id, finding) DO NOTHING
""")
LIMITS = text("""
    INSERT INTO preview_limits (tenant_id, network_id, id, preview_id, place, variant, before, after, digest, tenants)
    SELECT :tenant_id, :network_id, l.id, :preview_id, l.place, l.variant, l.before, l.after, l.digest, l.tenants
    FROM unnest(CAST(:id AS uuid[]), CAST(:place AS text[]), CAST(:variant AS text[]), CAST(:before AS text[]),
                CAST(:after AS text[]), CAST(:digest AS text[]), CAST(:tenants AS integer[]))
        AS l (id, place, variant, before, after, digest, tenants)
    ON CONFLICT (tenant_id, preview_id, digest) DO UPDATE SET tenants = preview_limits.tenants + excluded.tenants
""")
CHANGED = text("""
    SELECT count(*) FROM (
        SELECT h.tenant_id FROM standard_heads h
        WHERE h.network_id = :network_id AND h.code = :code AND h.recorded_at > :since AND EXISTS (
            SELECT FROM adaptations a WHERE a.network_id = :network_id AND a.tenant_id = h.tenant_id
              AND a.code = :code AND (a.recorded_from > :since OR a.recorded_to > :since))
        UNION
        SELECT w.tenant_id FROM waiver_spans w
        WHERE w.network_id = :network_id AND w.code = :code AND (w.recorded_from > :since OR w.recorded_to > :since)
    ) AS changed
""")


async def preview_of(unit: Unit, version_id: UUID) -> Preview | None:
    """Find the preview that a version keeps."""
    found = await unit.session.execute(
        select(Preview).where(col(Preview.tenant_id) == unit.tenant_id, col(Preview.version_id) == version_id)
    )
    return found.scalar_one_or_none()


async def preview_by_id(unit: Unit, preview_id: UUID) -> Preview | None:
    """Find a preview."""
    found = await unit.session.execute(
        select(Preview).where(col(Preview.tenant_id) == unit.tenant_id, col(Preview.id) == preview_id)
    )
    return found.scalar_one_or_none()


async def drop_preview(unit: Unit, preview_id: UUID) -> None:
    """Forget a preview with all it found."""
    for model in (PreviewFinding, PreviewLimit):
        owned = delete(model).where(col(model.tenant_id) == unit.tenant_id, col(model.preview_id) == preview_id)
        await unit.session.execute(owned.execution_options(synchronize_session=False))
    gone = delete(Preview).where(col(Preview.tenant_id) == unit.tenant_id, col(Preview.id) == preview_id)
    await unit.session.execute(gone.execution_options(synchronize_session=False))


async def add_findings(unit: Unit, preview: Preview, rows: Mapping[str, Sequence[Any]]) -> None:
    """Add what was found in some tenants, column by column."""
    named = {"preview_id": preview.id, "version_id": preview.version_id}
    await unit.session.execute(FINDINGS, {**owner(unit), **named, **rows})


async def add_limits(unit: Unit, preview: Preview, rows: Mapping[str, Sequence[Any]]) -> None:
    """Add how many tenants have which limits changed, column by column."""
    await unit.session.execute(LIMITS, {**owner(unit), "preview_id": preview.id, **rows})


async def count_tenants(unit: Unit, preview: Preview, looked_at: int, affected: int) -> None:
    """Count the tenants that were looked at."""
    await unit.session.execute(
        update(Preview)
        .where(col(Preview.tenant_id) == unit.tenant_id, col(Preview.id) == preview.id)
        .values(tenants=col(Preview.tenants) + looked_at, affected=col(Preview.affected) + affected)
        .execution_options(synchronize_session=False)
    )


async def counted(unit: Unit, preview: Preview) -> Sequence[Any]:
    """Count tenants and what was found in them, by what it is."""
    found = await unit.session.execute(
        select(
            col(PreviewFinding.finding),
            func.count().label("tenants"),
            func.sum(col(PreviewFinding.count)).label("places"),
        )
        .where(
            col(PreviewFinding.tenant_id) == preview.tenant_id,
            col(PreviewFinding.preview_id) == preview.id,
        )
        .group_by(col(PreviewFinding.finding))
        .order_by(col(PreviewFinding.finding))
    )
    return found.all()


async def tenants_changed(unit: Unit, code: str, since: datetime) -> int:
    """Count the tenants whose adaptations or waivers were changed after an instant, as far as the unit reads."""
    given = {"network_id": unit.network_id, "code": code, "since": since}
    return (await unit.session.execute(CHANGED, given)).scalar_one()


async def versions_by_start(unit: Unit, code: str) -> Sequence[PublishedVersion]:
    """List the tenant's own published versions of a standard, the oldest first."""
    found = await unit.session.execute(
        select(PublishedVersion)
        .where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.owner_tenant_id) == unit.tenant_id,
            col(PublishedVersion.code) == code,
        )
        .order_by(col(PublishedVersion.valid_from))
    )
    return found.scalars().all()


def owner(unit: Unit) -> dict[str, Any]:
    """Name the tenant a row is written for."""
    return {"tenant_id": unit.tenant_id, "network_id": unit.network_id}


def columns(rows: Collection[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    """Turn rows into columns, as ``unnest`` takes them."""
    return {name: [row[name] for row in rows] for name in names}
