"""Events of background work."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import strawberry

from core.kernel.background.graphql.types import JobType
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.subscriptions import subscription
from core.kernel.jobs import ACTIVE, find_job
from core.kernel.permissions import READ_WORK

LOOK_EVERY_S = 0.5


@subscription(
    permission=READ_WORK,
    description="Tells how far a background job is, whenever that changes, until it has ended.",
    returns=JobType,
    arguments={"job": "The job."},
)
async def job_progress(context: RequestContext, job: strawberry.ID) -> AsyncIterator[UUID]:
    """Look at the job in short transactions and tell when it has changed."""
    job_id = local_id(JobType, job)
    told = None
    while True:
        async with context.unit() as unit:
            found = await find_job(unit, job_id)
        if told != (found.status, found.done, found.total):
            told = (found.status, found.done, found.total)
            yield job_id
        if found.status not in ACTIVE:
            return
        await asyncio.sleep(LOOK_EVERY_S)
