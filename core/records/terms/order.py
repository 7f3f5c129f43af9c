"""Have the terms of all of a tenant's records made anew from their events."""

from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.jobs import open_job
from core.kernel.models import Job
from core.kernel.outbox import send
from core.kernel.permissions import DO_WORK
from core.kernel.unit import Unit
from core.records.permissions import READ_NOTES

INDEX_TERMS: Final = "records.index_terms"
"""Makes the terms of one chunk of the tenant's records anew and sends itself for the next."""
BEGINNING: Final = UUID(int=0)


async def order_indexing(unit: Unit) -> Job:
    """Have the terms of all records made anew because somebody asks for it.

    Raises:
        NotPermitted: The actor may not read notes, or not do work.
    """
    unit.scope.require(READ_NOTES)
    unit.scope.require(DO_WORK)
    job = await open_job(unit, kind=INDEX_TERMS, subject_kind="tenant", subject_id=unit.tenant_id)
    await send_chunk(unit, job.id, after=BEGINNING, done=0)
    await record_act(unit, action=INDEX_TERMS, subject_kind="job", subject_id=job.id)
    return job


async def send_chunk(unit: Unit, job_id: UUID, *, after: UUID, done: int) -> None:
    """Send the command for the chunk behind a record; ``done`` records came before."""
    await send(unit, INDEX_TERMS, {"job_id": str(job_id), "after": str(after), "done": done})
