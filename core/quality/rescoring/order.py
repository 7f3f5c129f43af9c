"""Have all records of a tenant scored again."""

from typing import Final
from uuid import UUID

from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.jobs import open_job
from core.kernel.models import Job
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.quality.permissions import SCORE
from core.records.models import Record

RESCORE: Final = "quality.rescore"
"""Scores one chunk of the tenant's records and sends itself for the next."""

RESCORE_TENANT: Final = "quality.rescore_tenant"
"""Orders the rescoring of the tenant it is sent to."""


async def rescore_records(unit: Unit) -> Job:
    """Have all records of the tenant scored again because somebody asks for it.

    Raises:
        NotPermitted: The actor may not have records scored.
    """
    unit.scope.require(SCORE)
    job = await begin(unit)
    await record_act(unit, action="quality.rescore", subject_kind="job", subject_id=job.id)
    return job


async def order_rescoring(unit: Unit) -> Job | None:
    """Have all records of the tenant scored again; a tenant without records has nothing to score.

    What is written in this transaction is judged by: the first chunk is read after its commit.
    """
    return await begin(unit) if await has_records(unit) else None


async def begin(unit: Unit) -> Job:
    """Open the job and send the command for the first chunk."""
    job = await open_job(unit, kind=RESCORE, subject_kind="tenant", subject_id=unit.tenant_id)
    await send_chunk(unit, job.id, after=None, done=0)
    return job


async def send_chunk(unit: Unit, job_id: UUID, *, after: UUID | None, done: int) -> None:
    """Send the command for the chunk behind a record; ``done`` records came before."""
    await send(unit, RESCORE, {"job_id": job_id, "after": None if after is None else str(after), "done": done})


async def has_records(unit: Unit) -> bool:
    """Tell whether the tenant has any record."""
    chosen = select(Record.id).where(col(Record.tenant_id) == unit.tenant_id).limit(1)
    return (await unit.session.execute(chosen)).first() is not None
