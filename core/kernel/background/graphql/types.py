"""Types of what waits for people, what runs in the background, and what was given up there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from strawberry.scalars import JSON

from core.kernel.background.statuses import ApprovalStatus, JobStatus, Verdict, WorkItemEnding, WorkItemStatus
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import entity, reads
from core.kernel.models import Approval, Job, OutboxRow, WorkItem
from core.kernel.permissions import READ_WORK
from core.kernel.reads import Column, Document, Expression

enumeration(
    WorkItemStatus,
    description="Where a work item stands.",
    values={
        "OPEN": "It waits for anybody it is meant for.",
        "TAKEN": "Somebody has taken it.",
        "DONE": "What it asked for was done.",
        "DISMISSED": "Nothing needed to be done.",
    },
)
enumeration(
    WorkItemEnding,
    description="How a work item is closed.",
    values={"DONE": "What it asked for was done.", "DISMISSED": "Nothing needs to be done."},
)
enumeration(
    JobStatus,
    description="Where a job stands.",
    values={
        "WAITING": "It was not begun yet.",
        "RUNNING": "It is under way.",
        "DONE": "It has ended as it should.",
        "FAILED": "It was given up; `error` says why, and it goes on when its dead letter is sent again.",
        "CANCELLED": "Somebody cancelled it; what was done before that stays done.",
    },
)
enumeration(
    ApprovalStatus,
    description="Where an approval stands.",
    name="DecisionStatus",
    values={
        "ASKED": "It waits for somebody else than its author.",
        "APPROVED": "It was approved.",
        "REJECTED": "It was rejected.",
        "WITHDRAWN": "Its author took it back, or asked anew.",
    },
)
enumeration(
    Verdict,
    description="How an approval is decided.",
    values={"APPROVED": "It may be so.", "REJECTED": "It may not."},
)


def as_text(column: str) -> Callable[[Any], Any]:
    """Read a column as text: an id of another kind of thing, which is no global id."""
    return lambda table: sa.cast(table.c[column], sa.Text())


@entity(WorkItem, permission=READ_WORK, description="Something that waits for a person.")
class WorkItemType:
    """One work item."""

    kind: str = reads(
        Column("kind"), description="What kind of thing waits, `<feature>.<what>`; choose the wording by it."
    )
    subject_kind: str = reads(Column("subject_kind"), description="What kind of thing it is about.")
    subject_id: str = reads(Expression(as_text("subject_id")), description="Id of that thing.")
    status: WorkItemStatus = reads(Column("status"), description="Where it stands.")
    facts: JSON = reads(Document("facts"), description="An object of ids and figures that its wording needs.")
    for_role: str | None = reads(Column("for_role"), description="Key of the role it is for; anybody where empty.")
    assignee_id: str | None = reads(Expression(as_text("assignee_id")), description="Id of whoever has taken it.")
    due_at: datetime | None = reads(Column("due_at"), description="When it should be done.")
    opened_at: datetime = reads(Column("opened_at"), description="Since when it waits.")
    closed_at: datetime | None = reads(Column("closed_at"), description="When it was closed.")
    version: int = reads(Column("version"), description="Goes up with every change; sent back with a change.")


@filters(WorkItem, description="Narrows the inbox.")
class WorkItemFilter:
    """What the inbox can be narrowed by."""

    status: list[WorkItemStatus] | None = matches("status", "among", description="Any of these.")
    kind: str | None = matches("kind", description="Of this kind.")


@entity(Job, permission=READ_WORK, description="Long work in the background that somebody waits for.")
class JobType:
    """One job."""

    kind: str = reads(Column("kind"), description="What is done, `<feature>.<verb>`.")
    subject_kind: str = reads(Column("subject_kind"), description="What kind of thing it works on.")
    subject_id: str = reads(Expression(as_text("subject_id")), description="Id of that thing.")
    status: JobStatus = reads(Column("status"), description="Where it stands.")
    done: int = reads(Column("done"), description="How many steps are done.")
    total: int | None = reads(Column("total"), description="How many steps there are; empty while that is not known.")
    error: str | None = reads(Column("error"), description="Stable code of why it failed.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When it was asked for.")
    started_at: datetime | None = reads(Column("started_at"), description="When it was begun.")
    updated_at: datetime = reads(Column("updated_at"), description="When it last moved.")
    finished_at: datetime | None = reads(Column("finished_at"), description="When it ended, however it did.")


@filters(Job, description="Narrows a list of jobs.")
class JobFilter:
    """What jobs can be narrowed by."""

    status: list[JobStatus] | None = matches("status", "among", description="Any of these.")
    kind: str | None = matches("kind", description="Of this kind.")


@entity(Approval, permission=READ_WORK, description="A decision asked of somebody else than its author.")
class ApprovalType:
    """One approval."""

    kind: str = reads(Column("kind"), description="What kind of decision it is.")
    subject_kind: str = reads(Column("subject_kind"), description="What kind of thing is decided upon.")
    subject_id: str = reads(Expression(as_text("subject_id")), description="Id of that thing.")
    subject_version: int = reads(Column("subject_version"), description="The version of it that is decided upon.")
    status: ApprovalStatus = reads(Column("status"), description="Where it stands.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever asked.")
    decided_by: str | None = reads(Expression(as_text("decided_by")), description="Id of whoever decided.")
    reason: str | None = reads(Column("reason"), description="Why it was decided so, in the decider's words.")
    asked_at: datetime = reads(Column("asked_at"), description="When it was asked.")
    decided_at: datetime | None = reads(Column("decided_at"), description="When it was decided.")


@entity(
    OutboxRow,
    permission=READ_WORK,
    name="DeadLetter",
    description="Background work that was given up after its last attempt; it can be sent again.",
)
class DeadLetterType:
    """One dead letter."""

    topic: str = reads(Column("topic"), description="What was to be done, or had happened.")
    attempts: int = reads(Column("attempts"), description="How often it was tried.")
    error: str | None = reads(Column("last_error"), description="Stable code or kind of the last error.")
    sent_at: datetime = reads(Column("sent_at"), description="When it was sent.")
    given_up_at: datetime | None = reads(
        Column("finished_at"), description="When it was given up; empty once it was sent again."
    )
