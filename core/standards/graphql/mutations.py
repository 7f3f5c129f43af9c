"""Mutations of standards."""

from core.kernel.approvals import AuthorMayNotApprove
from core.kernel.errors import DomainError, InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.standards import adapt as adapting
from core.standards import approve as approving
from core.standards import draft as drafting
from core.standards import publish as publishing
from core.standards import withdraw as withdrawing
from core.standards.errors import (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    CodeIsTaken,
    LineageDoesNotFit,
    NoStandardInForce,
    PublisherCannotAdapt,
    UnknownParameter,
    VariantsAreAmbiguous,
    VersionIsElsewhere,
    VersionIsNotNewer,
    WrongType,
)
from core.standards.graphql.inputs import (
    AdaptParameterInput,
    ApproveVersionInput,
    DraftStandardInput,
    PublishVersionInput,
    SubmitVersionInput,
    WithdrawAdaptationInput,
    WithdrawVersionInput,
)
from core.standards.graphql.rollouts import PLANNING
from core.standards.graphql.types import AdaptationType, StandardVersionType
from core.standards.permissions import ADAPT_STANDARDS, APPROVE_STANDARDS, DRAFT_STANDARDS, PUBLISH_STANDARDS
from core.standards.process_errors import PROCESS_ERRORS
from core.standards.proposals.errors import TwoMustAdapt
from core.standards.rollouts.errors import RolloutIsPlanned
from core.standards.rollouts.gates import gates_in
from core.standards.rollouts.plan import plan_rollout

MOVING: tuple[type[DomainError], ...] = (NotFound, StaleEdit, VersionIsElsewhere)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("DraftStandardSuccess", version=StandardVersionType),
    errors=(
        InvalidInput,
        VariantsAreAmbiguous,
        *PROCESS_ERRORS,
        CodeIsTaken,
        VersionIsNotNewer,
        VersionIsElsewhere,
        StaleEdit,
    ),
    description="Writes a new version of a standard whole, or writes its draft anew.",
)
async def draft_standard(unit: Unit, input: DraftStandardInput) -> Refs:
    """Draft a version."""
    return Refs(version=(await drafting.draft_standard(unit, input.to_command())).id)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("SubmitVersionSuccess", version=StandardVersionType),
    errors=MOVING,
    description="Hands a draft in for the approval of somebody who did not write it.",
)
async def submit_version(unit: Unit, input: SubmitVersionInput) -> Refs:
    """Hand a draft in."""
    return Refs(version=(await approving.submit_version(unit, input.to_command())).id)


@mutation(
    permission=APPROVE_STANDARDS,
    success=payload("ApproveVersionSuccess", version=StandardVersionType),
    errors=(*MOVING, AuthorMayNotApprove),
    description="Approves a version that somebody else wrote.",
)
async def approve_version(unit: Unit, input: ApproveVersionInput) -> Refs:
    """Approve a version."""
    return Refs(version=(await approving.approve_version(unit, input.to_command())).id)


@mutation(
    permission=PUBLISH_STANDARDS,
    success=payload("PublishVersionSuccess", version=StandardVersionType),
    errors=(*MOVING, VersionIsNotNewer, LineageDoesNotFit, CodeIsTaken, *PLANNING, RolloutIsPlanned),
    description=(
        "Publishes an approved version to the units below, in the waves of its rollout or to all at once; "
        "the version before ends where it begins for each."
    ),
)
async def publish_version(unit: Unit, context: RequestContext, input: PublishVersionInput) -> Refs:
    """Publish a version."""
    plan = input.to_plan()
    if plan is not None:
        await plan_rollout(unit, plan, gates_in(context.services))
    return Refs(version=(await publishing.publish_version(unit, input.to_command())).id)


@mutation(
    permission=PUBLISH_STANDARDS,
    success=payload("WithdrawVersionSuccess", version=StandardVersionType),
    errors=(*MOVING, InvalidInput),
    description="Withdraws a version for good; where it held, the one before it holds again, or none.",
)
async def withdraw_version(unit: Unit, input: WithdrawVersionInput) -> Refs:
    """Withdraw a version."""
    return Refs(version=(await withdrawing.withdraw_version(unit, input.to_command())).id)


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("AdaptParameterSuccess", adaptation=AdaptationType),
    errors=(
        BoundExceeded,
        BoundWidened,
        ClauseIsLocked,
        InvalidInput,
        NoStandardInForce,
        NotFound,
        PublisherCannotAdapt,
        StaleEdit,
        TwoMustAdapt,
        UnknownParameter,
        VariantsAreAmbiguous,
        WrongType,
    ),
    description="Adapts a parameter or a clause's text for the tenant acted in; what it overlaps in time gives way.",
)
async def adapt_parameter(unit: Unit, input: AdaptParameterInput) -> Refs:
    """Adapt a standard."""
    return Refs(adaptation=(await adapting.adapt(unit, input.to_command())).id)


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("WithdrawAdaptationSuccess", adaptation=AdaptationType),
    errors=(InvalidInput, NotFound, StaleEdit, TwoMustAdapt),
    description="Ends an adaptation; the value received from above holds from then on.",
)
async def withdraw_adaptation(unit: Unit, input: WithdrawAdaptationInput) -> Refs:
    """End an adaptation."""
    return Refs(adaptation=(await adapting.withdraw_adaptation(unit, input.to_command())).id)
