"""Mutations of the inbox, jobs, approvals and dead letters."""

import strawberry

from core.kernel import approvals, dead_letters, jobs, work_items
from core.kernel.background.graphql.types import ApprovalType, DeadLetterType, JobType, WorkItemType
from core.kernel.background.statuses import Verdict, WorkItemEnding
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.permissions import DO_WORK, REPLAY_WORK
from core.kernel.unit import Unit


@input_type(description="A work item to take upon oneself.")
class TakeWorkItemInput:
    """A work item to take."""

    work_item: strawberry.ID = strawberry.field(description="The work item.")
    version: int = strawberry.field(description="The version that was read.")

    def to_command(self) -> work_items.TakeWorkItem:
        """Give the command."""
        return work_items.TakeWorkItem(item_id=local_id(WorkItemType, self.work_item), expected_version=self.version)


@input_type(description="A work item to close.")
class CloseWorkItemInput:
    """A work item to close."""

    work_item: strawberry.ID = strawberry.field(description="The work item.")
    version: int = strawberry.field(description="The version that was read.")
    ending: WorkItemEnding = strawberry.field(description="How it is closed.")

    def to_command(self) -> work_items.CloseWorkItem:
        """Give the command."""
        return work_items.CloseWorkItem(
            item_id=local_id(WorkItemType, self.work_item),
            expected_version=self.version,
            ending=self.ending.value,
        )


@input_type(description="A decision.")
class DecideApprovalInput:
    """A decision."""

    approval: strawberry.ID = strawberry.field(description="The approval.")
    verdict: Verdict = strawberry.field(description="How it is decided.")
    reason: str = strawberry.field(default="", description="Why, in your own words.")

    def to_command(self) -> approvals.DecideApproval:
        """Give the command."""
        return approvals.DecideApproval(
            approval_id=local_id(ApprovalType, self.approval), verdict=self.verdict.value, reason=self.reason
        )


@input_type(description="An approval that its author takes back.")
class WithdrawApprovalInput:
    """An approval to take back."""

    approval: strawberry.ID = strawberry.field(description="The approval.")


@input_type(description="A job to cancel.")
class CancelJobInput:
    """A job to cancel."""

    job: strawberry.ID = strawberry.field(description="The job.")


@input_type(description="A dead letter to send again.")
class ReplayDeadLetterInput:
    """A dead letter to send again."""

    dead_letter: strawberry.ID = strawberry.field(description="The dead letter.")


@mutation(
    permission=DO_WORK,
    success=payload("TakeWorkItemSuccess", work_item=WorkItemType),
    errors=(NotFound, StaleEdit, work_items.WorkItemIsClosed, work_items.WorkItemIsTaken),
    description="Takes a work item, so that nobody else does it at the same time.",
)
async def take_work_item(unit: Unit, input: TakeWorkItemInput) -> Refs:
    """Take a work item."""
    return Refs(work_item=(await work_items.take_item(unit, input.to_command())).id)


@mutation(
    permission=DO_WORK,
    success=payload("CloseWorkItemSuccess", work_item=WorkItemType),
    errors=(NotFound, StaleEdit, work_items.WorkItemIsClosed),
    description="Closes a work item as done, or dismisses it.",
)
async def close_work_item(unit: Unit, input: CloseWorkItemInput) -> Refs:
    """Close a work item."""
    return Refs(work_item=(await work_items.close_item(unit, input.to_command())).id)


@mutation(
    permission=DO_WORK,
    success=payload("DecideApprovalSuccess", approval=ApprovalType),
    errors=(NotFound, approvals.ApprovalIsDecided, approvals.AuthorMayNotApprove),
    description="Approves or rejects; it takes the permission of that kind of decision as well.",
)
async def decide_approval(unit: Unit, input: DecideApprovalInput) -> Refs:
    """Decide an approval."""
    return Refs(approval=(await approvals.decide_approval(unit, input.to_command())).id)


@mutation(
    permission=DO_WORK,
    success=payload("WithdrawApprovalSuccess", approval=ApprovalType),
    errors=(NotFound, approvals.ApprovalIsDecided, approvals.OnlyTheAuthorWithdraws),
    description="Takes back an approval that one has asked for.",
)
async def withdraw_approval(unit: Unit, input: WithdrawApprovalInput) -> Refs:
    """Withdraw an approval."""
    command = approvals.WithdrawApproval(approval_id=local_id(ApprovalType, input.approval))
    return Refs(approval=(await approvals.withdraw_approval(unit, command)).id)


@mutation(
    permission=DO_WORK,
    success=payload("CancelJobSuccess", job=JobType),
    errors=(NotFound,),
    description="Cancels a job: no further step of it is begun. One that has ended stays as it is.",
)
async def cancel_job(unit: Unit, input: CancelJobInput) -> Refs:
    """Cancel a job."""
    return Refs(job=(await jobs.cancel_job(unit, jobs.CancelJob(job_id=local_id(JobType, input.job)))).id)


@mutation(
    permission=REPLAY_WORK,
    success=payload("ReplayDeadLetterSuccess", dead_letter=DeadLetterType),
    errors=(NotFound,),
    description="Sends work again that was given up, once what made it fail is mended.",
)
async def replay_dead_letter(unit: Unit, input: ReplayDeadLetterInput) -> Refs:
    """Send a dead letter again."""
    command = dead_letters.ReplayDeadLetter(command_id=local_id(DeadLetterType, input.dead_letter))
    return Refs(dead_letter=await dead_letters.replay_dead_letter(unit, command))


MUTATIONS = [take_work_item, close_work_item, decide_approval, withdraw_approval, cancel_job, replay_dead_letter]
