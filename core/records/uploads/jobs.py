"""Background work of uploads: import a file, and delete what nobody has imported."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.crypto import MasterKeys
from core.kernel.errors import DomainError
from core.kernel.handlers import handles
from core.kernel.jobs import ACTIVE, JobIsCancelled, fail, find_job, finish, report
from core.kernel.outbox_rows import Tenancy
from core.kernel.timers import clear_timer
from core.kernel.work import Work
from core.records.importing.figures import Figures
from core.records.importing.import_log import ImportLog, import_log
from core.records.mappings.loading import parse_mapping
from core.records.uploads.errors import ImportIsCancelled, UploadIsGone
from core.records.uploads.models import ImportUpload
from core.records.uploads.receive import EXPIRES
from core.records.uploads.repository import delete_upload, end_lost_run, end_run, find_upload
from core.records.uploads.start import IMPORT
from core.records.uploads.store import UploadStore

GIVEN_UP: Final = "The import was tried again and again and is given up; what it had imported by then is there."
LONGEST = timedelta(hours=12)
"""An import is one run from its beginning; a worker that takes over after a kill adds what is missing."""


async def given_up(session: AsyncSession, tenant_id: UUID, payload: Mapping[str, Any], error: str) -> None:
    """Mark the run failed whose import is given up, after failures or because every worker was lost over it."""
    await end_lost_run(session, tenant_id, UUID(payload["upload_id"]), error, GIVEN_UP)


@handles(IMPORT, limit=LONGEST, given_up=given_up)
async def import_upload(work: Work) -> None:
    """Import a file into the tenant; killed and run again, it adds only what is missing."""
    upload_id, job_id = UUID(work.payload["upload_id"]), UUID(work.payload["job_id"])
    async with work.unit(read_only=True) as unit:
        upload = await find_upload(unit, upload_id)
    if upload is None:
        return
    try:
        failure = await imported(work, upload, job_id)
    except JobIsCancelled:
        await end(work, upload, job_id, ImportIsCancelled())
        raise
    await end(work, upload, job_id, failure)


async def imported(work: Work, upload: ImportUpload, job_id: UUID) -> DomainError | None:
    """Import, while the job shows how far it is; give what ended it early.

    Raises:
        JobIsCancelled: Somebody asked it to stop.
    """
    await report(work, job_id, 0, upload.bytes)
    try:
        async with work.services.get(UploadStore).fetched(owner_of(upload), upload.id) as path:
            return await imported_from(work, upload, job_id, path)
    except UploadIsGone as gone:
        return gone


async def imported_from(work: Work, upload: ImportUpload, job_id: UUID, path: Path) -> DomainError | None:
    """Import what lies there."""

    async def watch(figures: Figures) -> None:
        await report(work, job_id, figures.bytes_read, upload.bytes)

    command = ImportLog(
        path=path,
        mapping=parse_mapping((upload.mapping or "").encode(), "mapping.json"),
        masters=work.services.get(MasterKeys),
        name=upload.file_name,
        only_own=True,
        watch=watch,
    )
    done = await import_log(work.background.database, work.directory, work.scope, command, clock=work.clock)
    await report(work, job_id, upload.bytes, upload.bytes)
    return done.failure


async def end(work: Work, upload: ImportUpload, job_id: UUID, failure: DomainError | None) -> None:
    """End the job as the import ended, and forget the file; its row goes first, so that it is never looked for."""
    async with work.unit(once=False) as unit:
        if failure is None:
            await finish(unit, job_id)
        else:
            await fail(unit, job_id, failure.code)
            await end_run(unit, run_id_of(upload), failure.code, failure.message)
        await delete_upload(unit, upload.id)
        await clear_timer(unit, EXPIRES, upload.id)
    await work.services.get(UploadStore).forget(owner_of(upload), upload.id)


def owner_of(upload: ImportUpload) -> Tenancy:
    """Say whose file it is."""
    return Tenancy(upload.tenant_id, upload.network_id)


def run_id_of(upload: ImportUpload) -> UUID:
    """Give the run of a file whose import was ordered."""
    if upload.run_id is None:
        msg = "a file is imported only after that was ordered"
        raise ValueError(msg)
    return upload.run_id


@handles(EXPIRES)
async def expire_upload(work: Work) -> None:
    """Delete a file that nobody has had imported, or whose import was given up long ago."""
    upload_id = UUID(work.payload["subject_id"])
    async with work.unit(once=False) as unit:
        upload = await find_upload(unit, upload_id, lock=True)
        if upload is not None and upload.job_id is not None and (await find_job(unit, upload.job_id)).status in ACTIVE:
            return
        await delete_upload(unit, upload_id)
    await work.services.get(UploadStore).forget(Tenancy(work.scope.tenant_id, work.scope.network_id), upload_id)
