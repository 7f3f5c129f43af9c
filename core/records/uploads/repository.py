"""SQL of files that wait to be imported."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from core.kernel.clock import recorded_now
from core.kernel.unit import Unit
from core.records.models import ImportRun, RunStatus
from core.records.uploads.models import ImportUpload

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def count_waiting(unit: Unit) -> int:
    """Count the files of the tenant whose import nobody has ordered."""
    chosen = select(func.count()).select_from(ImportUpload)
    counted = chosen.where(col(ImportUpload.tenant_id) == unit.tenant_id, col(ImportUpload.job_id).is_(None))
    return (await unit.session.execute(counted)).scalar_one()


async def count_alone(unit: Unit) -> int:
    """Count the same while nobody else of the tenant does, until the transaction ends."""
    await unit.session.execute(ONE_AT_A_TIME, {"name": f"records.uploads {unit.tenant_id}"})
    return await count_waiting(unit)


async def find_upload(unit: Unit, upload_id: UUID, *, lock: bool = False) -> ImportUpload | None:
    """Find a file of the tenant."""
    chosen = select(ImportUpload).where(
        col(ImportUpload.tenant_id) == unit.tenant_id, col(ImportUpload.id) == upload_id
    )
    return (await unit.session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()


async def order_upload(unit: Unit, upload_id: UUID, values: Mapping[str, Any]) -> None:
    """Note that a file is to be imported: how, by which run and job."""
    changed = update(ImportUpload).where(
        col(ImportUpload.tenant_id) == unit.tenant_id, col(ImportUpload.id) == upload_id
    )
    await unit.session.execute(changed.values(**values))


async def delete_upload(unit: Unit, upload_id: UUID) -> None:
    """Forget a file."""
    await unit.session.execute(
        delete(ImportUpload).where(col(ImportUpload.tenant_id) == unit.tenant_id, col(ImportUpload.id) == upload_id)
    )


async def add_run(unit: Unit, run: ImportRun) -> None:
    """Show a run before its first attempt; one that is there stays as it is until the next attempt begins."""
    values = {**run.model_dump(), "attempts": 0}
    await unit.session.execute(insert(ImportRun).values(**values).on_conflict_do_nothing())


async def end_run(unit: Unit, run_id: UUID, code: str, message: str) -> None:
    """Mark a run failed that has not ended."""
    now = unit.now
    await unit.session.execute(
        update(ImportRun)
        .where(
            col(ImportRun.tenant_id) == unit.tenant_id,
            col(ImportRun.id) == run_id,
            col(ImportRun.status) == RunStatus.RUNNING.value,
        )
        .values(status=RunStatus.FAILED.value, error_code=code, error_message=message, updated_at=now, finished_at=now)
    )


async def end_lost_run(session: AsyncSession, tenant_id: UUID, upload_id: UUID, code: str, message: str) -> None:
    """Mark the run of a file failed that has not ended, where nothing but its file is known."""
    now = recorded_now()
    owned = select(ImportUpload.run_id).where(
        col(ImportUpload.tenant_id) == tenant_id, col(ImportUpload.id) == upload_id
    )
    await session.execute(
        update(ImportRun)
        .where(
            col(ImportRun.tenant_id) == tenant_id,
            col(ImportRun.id).in_(owned),
            col(ImportRun.status) == RunStatus.RUNNING.value,
        )
        .values(status=RunStatus.FAILED.value, error_code=code, error_message=message, updated_at=now, finished_at=now)
        .execution_options(synchronize_session=False)
    )
