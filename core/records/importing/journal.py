"""The run's own row and error report, kept in the importer's tenant while chunks are written elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import Clock, recorded_now
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.importing.figures import Figures, Watch
from core.records.importing.retrying import Patience, persist
from core.records.mappings.drafting import Refusal
from core.records.models import ImportRun, RunStatus
from core.records.permissions import IMPORT_RECORDS
from core.records.repository import runs

T = TypeVar("T")

MOST_REFUSALS = 10_000
REFUSALS_AT_ONCE = 500
SECONDS_BETWEEN = 1.0


@frozen(kw_only=True)
class Desk:
    """What an import works with: the database, whoever imports, the clock, and how long to wait for the database."""

    database: Database
    scope: Scope
    clock: Clock
    patience: Patience

    async def in_unit(
        self, scope: Scope, work: Callable[[Unit], Awaitable[T]], directory: Directory | None = None
    ) -> T:
        """Do work that may be repeated in one transaction of a tenant, waiting for a database that is away."""

        async def once() -> T:
            async with self.database.unit(scope, clock=self.clock, directory=directory) as unit:
                return await work(unit)

        return await persist(once, self.patience)


class Journal:
    """Writes how far a run is: at once at its beginning and end, about once a second between.

    Args:
        desk: What the import works with.
        run_id: The run.
        figures: The counts, changed by whoever imports.
        watch: Is told the counts whenever they are written on the way.
    """

    def __init__(self, desk: Desk, run_id: UUID, figures: Figures, watch: Watch | None = None) -> None:
        self.attempt = 0
        self._watch = watch
        self._desk = desk
        self._run_id = run_id
        self._figures = figures
        self._refusals: list[Refusal] = []
        self._saving = asyncio.Lock()
        self._kept = 0
        self._saved = monotonic()

    async def start(self, run: ImportRun) -> None:
        """Write the run, or begin its next attempt."""

        async def work(unit: Unit) -> int:
            unit.scope.require(IMPORT_RECORDS)
            attempt = await runs.start_run(unit, run)
            details = {"attempt": attempt, "file_hash": run.file_hash, "mapping_hash": run.mapping_hash}
            await self._act(unit, "records.start_import", details)
            return attempt

        self.attempt = await self._desk.in_unit(self._desk.scope, work)

    async def refuse(self, refusal: Refusal) -> None:
        """Count a refusal and keep it for the error report, as long as there is room."""
        code = refusal.flaw.code.value
        self._figures.refused += 1
        self._figures.refusals[code] = self._figures.refusals.get(code, 0) + 1
        if self._kept < MOST_REFUSALS:
            self._kept += 1
            self._refusals.append(refusal)
        if len(self._refusals) >= REFUSALS_AT_ONCE:
            await self.save()

    async def save_sometimes(self) -> None:
        """Write the counts where the last writing is a while ago."""
        if monotonic() - self._saved >= SECONDS_BETWEEN:
            await self.save()
            if self._watch is not None:
                await self._watch(self._figures)

    async def save(self) -> None:
        """Write the counts and the refusals that wait."""
        async with self._saving:  # Chunks are written side by side.
            waiting = list(self._refusals)
            await self._desk.in_unit(self._desk.scope, lambda unit: self._save(unit, waiting))
            del self._refusals[: len(waiting)]
            self._saved = monotonic()

    async def finish(self, failure: DomainError | None) -> None:
        """Write how the run ended, and forget what only earlier attempts refused."""

        async def work(unit: Unit) -> None:
            await self._save(unit, self._refusals)
            await runs.drop_old_refusals(unit, self._run_id, self.attempt)
            status = RunStatus.FINISHED if failure is None else RunStatus.FAILED
            ended: dict[str, Any] = {"status": status.value, "finished_at": unit.now}
            if failure is not None:
                ended |= {"error_code": failure.code, "error_message": failure.message}
            await runs.save_run(unit, self._run_id, ended)
            details = {"attempt": self.attempt, "status": status, "new_records": self._figures.new}
            await self._act(unit, "records.end_import", details)
            if self._figures.new:
                await send(unit, "records.imported", {"import_run_id": str(self._run_id)})

        await self._desk.in_unit(self._desk.scope, work)

    async def _save(self, unit: Unit, refusals: list[Refusal]) -> None:
        figures = self._figures
        values = {
            "bytes_read": figures.bytes_read,
            "records_seen": figures.seen,
            "records_imported": figures.imported,
            "records_already_there": figures.already_there,
            "records_refused": figures.refused,
            "steps_imported": figures.steps,
            "placeholders": sum(figures.placeholders.values()),
            "errors_omitted": figures.refused - self._kept,
            "updated_at": unit.now,
        }
        await runs.save_run(unit, self._run_id, values)
        if refusals:
            kept = refusal_columns(refusals)
            await runs.keep_refusals(unit, self._run_id, self.attempt, kept, recorded_now())

    async def _act(self, unit: Unit, action: str, details: dict[str, Any]) -> None:
        await record_act(unit, action=action, subject_kind="import_run", subject_id=self._run_id, details=details)


def refusal_columns(refusals: list[Refusal]) -> dict[str, list[Any]]:
    """Turn refusals into one list per column; a position that was refused twice keeps its last reason."""
    by_position = {refusal.position: refusal for refusal in refusals}
    kept = list(by_position.values())
    return {
        "id": [new_id() for _ in kept],
        "position": [refusal.position for refusal in kept],
        "external_id": [refusal.external_id for refusal in kept],
        "code": [refusal.flaw.code.value for refusal in kept],
        "message": [refusal.flaw.message for refusal in kept],
    }
