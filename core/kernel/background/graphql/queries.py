"""Queries of the inbox, jobs, approvals and dead letters."""

from core.kernel.background.graphql.types import (
    ApprovalType,
    DeadLetterType,
    JobFilter,
    JobType,
    WorkItemFilter,
    WorkItemType,
)
from core.kernel.graphql.queries import query_connection, query_one

inbox = query_connection(
    "inbox",
    WorkItemType,
    order=("opened_at", "id"),
    filter=WorkItemFilter,
    where=lambda item: item.c.status.in_(("open", "taken")),
    description="What waits for people in the tenant acted in, the oldest first.",
)
work_item = query_one("work_item", WorkItemType, description="Reads a work item by its global id.")
job = query_one("job", JobType, description="Reads a job by its global id.")
jobs = query_connection(
    "jobs",
    JobType,
    order=("-recorded_at", "-id"),
    filter=JobFilter,
    description="Jobs of the tenant acted in, the newest first.",
)
approvals = query_connection(
    "approvals",
    ApprovalType,
    order=("-asked_at", "-id"),
    description="Decisions asked for in the tenant acted in, the newest first.",
)
dead_letters = query_connection(
    "dead_letters",
    DeadLetterType,
    order=("sent_at", "id"),
    where=lambda letter: letter.c.status == "dead",
    description="Background work of the tenant acted in that was given up, the oldest first.",
)

QUERIES = [inbox, work_item, job, jobs, approvals, dead_letters]
