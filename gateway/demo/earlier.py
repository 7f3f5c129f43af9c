"""What an earlier run of the demonstration left: a log that is in the records whole is not read again."""

from typing import Final

from sqlalchemy import text

from core.records.importing.figures import Figures, Imported
from core.records.importing.import_log import ImportLog, describe_run
from core.records.importing.journal import Desk
from core.records.models import ImportRun, RunStatus
from gateway.cli.operator import Operator
from gateway.demo.stage import Stage

BY_EARLIER_RUN: Final = "counted when it was imported"
CHUNKS: Final = text(
    "SELECT tenant_id, sum(records) AS records FROM import_chunks "
    "WHERE network_id = :network_id AND run_id = :run_id GROUP BY tenant_id"
)


async def imported_before(at: Operator, stage: Stage, command: ImportLog) -> Imported | None:
    """Tell what the import of this very log with this very mapping came to, if it ended well and refused nothing.

    The tenants' chunks, which are written with the records, must come to the same count. Anything less is imported
    again, which adds what is missing and says again what is wrong.
    """
    scope = stage.headquarters
    desk = Desk(database=at.database, scope=scope, clock=at.clock, patience=command.patience)
    wanted = await describe_run(desk, command)
    async with at.database.unit(scope, clock=at.clock, read_only=True) as unit:
        run = await unit.session.get(ImportRun, (wanted.tenant_id, wanted.id))
    if run is None or run.status != RunStatus.FINISHED.value or run.records_refused:
        return None
    tenants = await tenants_of(at, stage, run)
    if sum(tenants.values()) != run.records_imported:
        return None
    figures = Figures(
        bytes_total=run.bytes_total,
        bytes_read=run.bytes_read,
        seen=run.records_seen,
        imported=run.records_imported,
        already_there=run.records_already_there,
        steps=run.steps_imported,
        placeholders={BY_EARLIER_RUN: run.placeholders} if run.placeholders else {},
        tenants=tenants,
    )
    return Imported(run_id=run.id, attempt=run.attempts, figures=figures, created=(), failure=None)


async def tenants_of(at: Operator, stage: Stage, run: ImportRun) -> dict[str, int]:
    """Count the records that a run brought in, by tenant key."""
    network_id = stage.headquarters.network_id
    keys = {facts.id: facts.key for facts in await at.directory.tenants(network_id)}
    async with at.database.network_reads(network_id) as session:
        found = await session.execute(CHUNKS, {"network_id": network_id, "run_id": run.id})
        return {keys[row.tenant_id]: int(row.records) for row in found}
