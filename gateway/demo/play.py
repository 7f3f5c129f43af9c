"""The main job behind the scenes: import, score, show."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import text

from core.kernel.crypto import MasterKeys
from core.kernel.unit import Unit
from core.quality.dashboard import Dashboard, network_dashboard
from core.quality.repository import Period
from core.records.importing.figures import Imported, Progress
from core.records.importing.import_log import ImportLog, import_log
from gateway.cli.operator import Operator
from gateway.demo.earlier import imported_before
from gateway.demo.material import Material
from gateway.demo.publishing import Adaptation
from gateway.demo.stage import PLUGIN, SCOPES, Stage
from tenants.networks.opening import LogTenants

PAUSE_S = 0.1
OPEN_WORK = text(
    "SELECT count(*) FILTER (WHERE status <> 'done') AS open, count(*) FILTER (WHERE status = 'dead') AS dead, "
    "count(*) AS total FROM outbox WHERE network_id = :network_id AND topic = 'quality.score_chunk'"
)
LEFT_OVER = text("SELECT EXISTS (SELECT FROM outbox WHERE network_id = :network_id AND status NOT IN ('done', 'dead'))")


def command_of(at: Operator, material: Material) -> ImportLog:
    """Make the command that imports the log."""
    return ImportLog(
        path=material.log,
        mapping=material.mapping,
        masters=at.services.get(MasterKeys),
        opener=LogTenants(at.database, at.clock, {PLUGIN: SCOPES}),
    )


async def brought_in(at: Operator, stage: Stage, material: Material) -> Imported | None:
    """Tell what an earlier run imported, if it was the whole log."""
    return await imported_before(at, stage, command_of(at, material)) if material.log.exists() else None


async def bring_in(
    at: Operator, stage: Stage, material: Material, tell: Progress, earlier: Imported | None
) -> Imported:
    """Import the log as records, unless an earlier run imported the whole of it."""
    if earlier is not None:
        tell(earlier.figures)
        return earlier
    command = command_of(at, material)
    return await import_log(at.database, at.directory, stage.headquarters, command, clock=at.clock, progress=tell)


async def wait_for_scores(at: Operator, stage: Stage, tell: Callable[[int, int], None]) -> int:
    """Wait until the worker has scored everything; tell done and total, and give how much was given up."""
    while True:
        async with at.database.network_reads(stage.headquarters.network_id) as session:
            found = await session.execute(OPEN_WORK, {"network_id": stage.headquarters.network_id})
            open_, dead, total = found.one()
        tell(total - open_, total)
        if open_ == dead:
            return dead
        await asyncio.sleep(PAUSE_S)


async def unscored(at: Operator, stage: Stage) -> bool:
    """Tell whether an earlier run left anything to be scored."""
    async with at.database.network_reads(stage.headquarters.network_id) as session:
        found = await session.execute(LEFT_OVER, {"network_id": stage.headquarters.network_id})
        return bool(found.scalar_one())


async def dashboard(
    at: Operator, stage: Stage, material: Material, first: date | None = None, last: date | None = None
) -> Dashboard:
    """Read every tenant against the standard, as headquarters."""
    async with at.database.network_reads(stage.headquarters.network_id) as session:
        unit = Unit(session=session, scope=stage.editor.scope, clock=at.clock, directory=at.directory.within(session))
        return await network_dashboard(unit, Period(standard_code=material.code, first=first, last=last))


def figures_of(shown: Dashboard, imported: Imported, adaptation: Adaptation, dead: int) -> dict[str, Any]:
    """Give the figures of the run, for a file."""
    whole = shown.whole
    return {
        "tenants": len(shown.tenants),
        "records": whole.figures.records,
        "steps": whole.figures.steps,
        "resolved": whole.figures.resolved,
        "resolved_within_published_limit": whole.figures.within_published,
        "resolved_within_own_limit": whole.figures.within_effective,
        "median_resolution_hours": None if whole.median_seconds is None else round(whole.median_seconds / 3600, 4),
        "records_by_tenant": {one.tenant.key: one.performance.figures.records for one in shown.tenants},
        "mean_scores": {score.dimension: score.mean for score in whole.scores},
        "scored": {score.dimension: score.scored for score in whole.scores},
        "placeholders_reported": sum(imported.figures.placeholders.values()),
        "records_refused": imported.figures.refused,
        "newly_imported": imported.figures.new,
        "adaptation_accepted": adaptation.accepted,
        "adaptation_refused_with": adaptation.refusal.code if adaptation.refusal else None,
        "work_given_up": dead,
    }


def togetherness(shown: Dashboard) -> dict[str, float | None]:
    """Give how well a network's stores do and how far they are apart, for a file; times in seconds, shares 0 to 1."""
    medians = [one.performance.median_seconds for one in shown.tenants if one.performance.median_seconds is not None]
    return {
        "in_time_share": shown.whole.figures.within_published_share,
        "median_seconds": shown.whole.median_seconds,
        "fastest_tenant_median_seconds": min(medians, default=None),
        "slowest_tenant_median_seconds": max(medians, default=None),
    }
