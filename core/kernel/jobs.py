"""Jobs: long work somebody waits for, with visible progress, stopped by its row in the database.

A command that works on a job names it in its payload as ``job_id``: if the command is given up, the job has failed;
if it is sent again, the job goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Update, case, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.models import Job
from core.kernel.permissions import DO_WORK, READ_WORK
from core.kernel.unit import Unit
from core.kernel.work import Work

ACTIVE = ("waiting", "running")


class JobIsCancelled(Exception):  # noqa: N818 - it is no error: somebody asked for it
    """The job was asked to stop, and stands as cancelled now."""


@frozen(kw_only=True)
class CancelJob:
    """Ask a job to stop at its next step."""

    job_id: UUID


async def open_job(unit: Unit, *, kind: str, subject_kind: str, subject_id: UUID, total: int | None = None) -> Job:
    """Open a job in the transaction that also sends its first command.

    Args:
        unit: The transaction.
        kind: ``<feature>.<verb>``.
        subject_kind: What kind of thing it works on.
        subject_id: Its id.
        total: How many steps it has, where that is known.
    """
    now = recorded_now()
    job = Job(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        total=total,
        actor_kind=unit.scope.actor.kind.value,
        actor_id=unit.scope.actor.id,
        updated_at=now,
        recorded_at=now,
    )
    unit.session.add(job)
    await unit.session.flush()
    return job


async def advance(unit: Unit, job_id: UUID, steps: int = 1) -> Job:
    """Count steps in the transaction that does them, so that a step done twice is counted once.

    The job is done when the last of a known total is counted; the row is locked until the unit commits.

    Raises:
        JobIsCancelled: It was asked to stop; roll the step back.
        NotFound: There is no such job.
    """
    reached = col(Job.done) + steps
    finishes = reached >= col(Job.total)
    job = await changed(
        unit,
        active(unit, job_id).values(
            status=case((finishes, "done"), else_="running"),
            done=func.least(reached, func.coalesce(col(Job.total), reached)),
            started_at=func.coalesce(col(Job.started_at), recorded_now()),
            finished_at=case((finishes, recorded_now()), else_=None),
            updated_at=recorded_now(),
        ),
    )
    return await standing(unit, job_id, job)


async def report(work: Work, job_id: UUID, done: int, total: int | None = None) -> None:
    """Show progress in a short transaction of its own, seen at once; it never goes back.

    Args:
        work: The work that does the job.
        job_id: The job.
        done: How many steps are done by now.
        total: How many there are, where that is known only now.

    Raises:
        JobIsCancelled: It was asked to stop; the job is marked cancelled.
        NotFound: There is no such job.
    """
    values: dict[str, Any] = {
        "status": "running",
        "done": func.greatest(col(Job.done), func.least(done, func.coalesce(total, col(Job.total), done))),
        "total": func.coalesce(total, col(Job.total)),
        "started_at": func.coalesce(col(Job.started_at), recorded_now()),
        "updated_at": recorded_now(),
    }
    async with work.unit(once=False) as unit:
        job = await changed(unit, active(unit, job_id).values(values))
        stands = job or await find_job(unit, job_id)
    if stands.status == "cancelled":
        raise JobIsCancelled


async def finish(unit: Unit, job_id: UUID) -> None:
    """Mark a job done, in the transaction of its last step."""
    now = recorded_now()
    started = func.coalesce(col(Job.started_at), now)
    values = {"status": "done", "started_at": started, "updated_at": now, "finished_at": now}
    await standing(unit, job_id, await changed(unit, active(unit, job_id).values(values)))


async def fail(unit: Unit, job_id: UUID, error: str) -> None:
    """Mark a job failed for a reason given by its stable code; one that has ended already stays as it is."""
    now = recorded_now()
    await changed(unit, active(unit, job_id).values(status="failed", error=error, updated_at=now, finished_at=now))


async def fail_job_of(session: AsyncSession, tenant_id: UUID, payload: Mapping[str, Any], error: str) -> None:
    """Mark the job failed that a given-up command names as ``job_id`` in its payload, if it names one."""
    now = recorded_now()
    values = {"status": "failed", "error": error, "updated_at": now, "finished_at": now}
    await session.execute(jobs_of(tenant_id, payload).where(col(Job.status).in_(ACTIVE)).values(values))


async def reopen_job_of(session: AsyncSession, tenant_id: UUID, payload: Mapping[str, Any]) -> None:
    """Let the job go on that failed with a command that is sent again."""
    values = {"status": "running", "error": None, "updated_at": recorded_now(), "finished_at": None}
    await session.execute(jobs_of(tenant_id, payload).where(col(Job.status) == "failed").values(values))


def jobs_of(tenant_id: UUID, payload: Mapping[str, Any]) -> Update:
    """Change the job that a payload names; none where it names none."""
    named = [UUID(str(payload["job_id"]))] if "job_id" in payload else []
    chosen = update(Job).where(col(Job.tenant_id) == tenant_id, col(Job.id).in_(named))
    return chosen.execution_options(synchronize_session=False)


async def cancel_job(unit: Unit, command: CancelJob) -> Job:
    """Cancel a job: nothing more of it is begun; the step under way ends without effect.

    Raises:
        NotFound: There is no such job in this tenant.
        NotPermitted: The actor may not do work.
    """
    unit.scope.require(DO_WORK)
    now = recorded_now()
    values = {"status": "cancelled", "cancel_asked_at": now, "cancel_asked_by": unit.scope.actor.id}
    job = await changed(unit, active(unit, command.job_id).values({**values, "updated_at": now, "finished_at": now}))
    if job is None:
        return await find_job(unit, command.job_id)
    await record_act(unit, action="work.cancel_job", subject_kind="job", subject_id=job.id)
    return job


async def list_jobs(unit: Unit, *, active_only: bool = False, most: int = 50) -> Sequence[Job]:
    """List the tenant's jobs, the newest first."""
    unit.scope.require(READ_WORK)
    chosen = select(Job).where(col(Job.tenant_id) == unit.tenant_id)
    if active_only:
        chosen = chosen.where(col(Job.status).in_(ACTIVE))
    return (await unit.session.execute(chosen.order_by(col(Job.id).desc()).limit(most))).scalars().all()


async def find_job(unit: Unit, job_id: UUID) -> Job:
    """Find a job.

    Raises:
        NotFound: There is none of that id in this tenant.
    """
    chosen = select(Job).where(col(Job.tenant_id) == unit.tenant_id, col(Job.id) == job_id)
    fresh = chosen.execution_options(populate_existing=True)
    job = (await unit.session.execute(fresh)).scalar_one_or_none()
    if job is None:
        raise NotFound(kind="job", key=str(job_id))
    return job


async def standing(unit: Unit, job_id: UUID, job: Job | None) -> Job:
    """Give the job that was changed, or as it stands where it has ended already.

    Raises:
        JobIsCancelled: It was cancelled.
    """
    stands = job or await find_job(unit, job_id)
    if stands.status == "cancelled":
        raise JobIsCancelled
    return stands


def active(unit: Unit, job_id: UUID) -> Update:
    """Change a job that has not ended."""
    return update(Job).where(col(Job.tenant_id) == unit.tenant_id, col(Job.id) == job_id, col(Job.status).in_(ACTIVE))


async def changed(unit: Unit, statement: Update) -> Job | None:
    """Change a job and give it as it is now; ``None`` where it has ended or is not there."""
    found = await unit.session.execute(
        statement.returning(Job).execution_options(synchronize_session=False, populate_existing=True)
    )
    return found.scalar_one_or_none()
