"""SQL of import runs and of what they refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update

from core.kernel.columns import Columns, bulk_insert
from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.models import ImportRun, RunStatus
from core.records.repository.chunks import WRITTEN, written

REFUSALS = Columns(kinds={"id": "uuid", "position": "bigint", "external_id": "text", "code": "text", "message": "text"})
ADD_REFUSALS = bulk_insert(
    "import_refusals",
    REFUSALS,
    {**WRITTEN, "run_id": "uuid", "attempt": "integer"},
    end="""ON CONFLICT (tenant_id, run_id, position) DO UPDATE SET external_id = excluded.external_id,
    code = excluded.code, message = excluded.message, attempt = excluded.attempt, recorded_at = excluded.recorded_at""",
)
DROP_OLD_REFUSALS = text(
    "DELETE FROM import_refusals WHERE tenant_id = :tenant_id AND run_id = :run_id AND attempt < :attempt"
)


async def start_run(unit: Unit, run: ImportRun) -> int:
    """Write a run, or begin the next attempt of the one that is there.

    Returns:
        The number of the attempt.
    """
    values = run.model_dump()
    statement = insert(ImportRun).values(**values)
    again = statement.on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={
            "attempts": col(ImportRun.attempts) + 1,
            "file_name": statement.excluded.file_name,
            "status": RunStatus.RUNNING.value,
            "bytes_read": 0,
            "error_code": None,
            "error_message": None,
            "finished_at": None,
            "updated_at": statement.excluded.updated_at,
        },
    ).returning(col(ImportRun.attempts))
    return (await unit.session.execute(again)).scalar_one()


async def save_run(unit: Unit, run_id: UUID, values: Mapping[str, Any]) -> None:
    """Write how far a run is."""
    await unit.session.execute(
        update(ImportRun)
        .where(col(ImportRun.tenant_id) == unit.tenant_id, col(ImportRun.id) == run_id)
        .values(**values)
    )


async def keep_refusals(
    unit: Unit, run_id: UUID, attempt: int, refusals: Mapping[str, Sequence[Any]], recorded_at: datetime
) -> None:
    """Write refusals given as one sequence per column of ``REFUSALS``; one position has one refusal."""
    await fetch(unit, ADD_REFUSALS, *written(unit, recorded_at), run_id, attempt, *REFUSALS.sent(refusals))


async def drop_old_refusals(unit: Unit, run_id: UUID, attempt: int) -> None:
    """Forget what only earlier attempts refused."""
    values = {"tenant_id": unit.tenant_id, "run_id": run_id, "attempt": attempt}
    await unit.session.execute(DROP_OLD_REFUSALS, values)
