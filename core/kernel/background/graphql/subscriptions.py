"""Events of background work."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

import strawberry

from core.kernel.background.graphql.types import JobType
from core.kernel.changes import Changes, occasions
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.subscriptions import subscription
from core.kernel.jobs import ACTIVE, find_job
from core.kernel.permissions import READ_WORK

LOOK_EVERY_S = 2.0
"""What a job counts without sending or finishing anything is seen by then."""


@subscription(
    permission=READ_WORK,
    description="Tells how far a background job is, whenever that changes, until it has ended.",
    returns=JobType,
    arguments={"job": "The job."},
)
async def job_progress(context: RequestContext, job: strawberry.ID) -> AsyncIterator[UUID]:
    """Look at the job in short transactions, whenever the tenant has changed, and tell when the job has."""
    job_id = local_id(JobType, job)
    told = None
    changes = context.services.find(Changes)
    async with aclosing(occasions(changes, context.acting.tenant_id, LOOK_EVERY_S)) as looks:
        async for _ in looks:
            async with context.unit() as unit:
                found = await find_job(unit, job_id)
            if told != (found.status, found.done, found.total):
                told = (found.status, found.done, found.total)
                yield job_id
            if found.status not in ACTIVE:
                return
