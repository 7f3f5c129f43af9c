"""Proposed adaptations in the schema."""

from datetime import datetime

import strawberry

from core.kernel.approvals import AuthorMayNotApprove
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Expression, ToOne
from core.kernel.unit import Unit
from core.standards.errors import (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    NoStandardInForce,
    PublisherCannotAdapt,
    UnknownParameter,
    VariantsAreAmbiguous,
    WrongType,
)
from core.standards.graphql.inputs import AdaptParameterInput, WithdrawAdaptationInput
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import NarrowingType, narrowing_of
from core.standards.graphql.types import AdaptationType, as_text
from core.standards.graphql.vocabulary import Operator
from core.standards.models import Adaptation, AdaptationProposal
from core.standards.permissions import ADAPT_STANDARDS, PROPOSE_ADAPTATIONS, READ_STANDARDS, RULE_ADAPTATIONS
from core.standards.proposals import decide as deciding
from core.standards.proposals import propose as proposing
from core.standards.proposals.errors import ProposalIsDecided
from core.standards.proposals.models import ProposalStatus
from core.standards.proposals.repository import needs_two

ADAPTING = (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    InvalidInput,
    NoStandardInForce,
    NotFound,
    PublisherCannotAdapt,
    StaleEdit,
    UnknownParameter,
    VariantsAreAmbiguous,
    WrongType,
)

enumeration(
    ProposalStatus,
    name="AdaptationProposalStatus",
    description="What became of a proposal.",
    values={
        "ASKED": "It waits for the approval of somebody else.",
        "APPROVED": "It became an adaptation.",
        "REJECTED": "It was rejected.",
        "REFUSED": "It was approved when it did no longer keep to what is granted.",
        "WITHDRAWN": "Whoever proposed it took it back.",
    },
)


@entity(
    AdaptationProposal,
    permission=READ_STANDARDS,
    description="An adaptation that somebody proposed, or proposed to end.",
)
class AdaptationProposalType:
    """One proposal."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty for the clause's text.")
    variant: str = reads(Column("variant"), description="The contexts it is for; empty for all.")
    operator: Operator = reads(Column("operator"), description="What it would do.")
    value: Json | None = reads(Column("value"), description="For all operators but `NARROW`.")
    narrowing: NarrowingType | None = reads(narrowing_of("narrowing"), description="For `NARROW`.")
    reason: str = reads(Column("reason"), description="Why.")
    legal_basis: str = reads(Column("legal_basis"), description="The law or rule that asks for it; may be empty.")
    valid_from: datetime | None = reads(
        Column("valid_from"), description="Since when it would hold; from its approval on where it is empty."
    )
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when; for good where it is empty.")
    status: ProposalStatus = reads(Column("status"), description="What became of it.")
    refusal: str = reads(Column("refusal"), description="For `REFUSED`, the code of the refusal.")
    adaptation: AdaptationType | None = reads(
        ToOne(Adaptation, by="adaptation_id"), description="The adaptation it became, or the one that it ended."
    )
    withdraws: AdaptationType | None = reads(
        ToOne(Adaptation, by="withdraws"),
        description="The adaptation it asks to end; empty where it asks for one. It ends at `validTo`, or on approval.",
    )
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever proposed it.")
    decided_by: str | None = reads(Expression(as_text("decided_by")), description="Id of whoever decided it.")
    proposed_at: datetime = reads(Column("proposed_at"), description="When it was proposed.")
    decided_at: datetime | None = reads(Column("decided_at"), description="When it was decided.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you decide.")


@filters(AdaptationProposal, description="Narrows a list of proposed adaptations.")
class AdaptationProposalFilter:
    """What proposals can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    status: ProposalStatus | None = matches("status", description="What became of them.")


@value(permission=READ_STANDARDS, description="How the tenant acted in adapts.", name="AdaptationRule")
class AdaptationRuleType:
    """A tenant's rule."""

    by_two: bool = shows("Whether every adaptation takes one person who proposes and another who approves.")


@input_type(description="Which proposal to approve.")
class ApproveAdaptationInput:
    """Which proposal to approve."""

    proposal: strawberry.ID = strawberry.field(description="The proposal.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    reason: str = strawberry.field(default="", description="Why, in your own words.")

    def to_command(self) -> deciding.ApproveAdaptation:
        """Give the command."""
        return deciding.ApproveAdaptation(
            proposal_id=local_id(AdaptationProposalType, self.proposal),
            expected_revision=self.expected_revision,
            reason=self.reason,
        )


@input_type(description="How the tenant adapts from now on.")
class RuleAdaptationsInput:
    """How the tenant adapts."""

    by_two: bool = strawberry.field(description="Whether every adaptation takes two persons.")


@mutation(
    permission=PROPOSE_ADAPTATIONS,
    success=payload("ProposeAdaptationSuccess", proposal=AdaptationProposalType),
    errors=ADAPTING,
    description="Proposes an adaptation for somebody else to approve; it is checked now and again then.",
)
async def propose_adaptation(unit: Unit, input: AdaptParameterInput) -> Refs:
    """Propose an adaptation."""
    return Refs(proposal=(await proposing.propose_adaptation(unit, input.to_command())).id)


@mutation(
    permission=PROPOSE_ADAPTATIONS,
    success=payload("ProposeWithdrawalSuccess", proposal=AdaptationProposalType),
    errors=(InvalidInput, NotFound, StaleEdit),
    description="Proposes to end an adaptation, for somebody else to approve with `approveAdaptation`.",
)
async def propose_withdrawal(unit: Unit, input: WithdrawAdaptationInput) -> Refs:
    """Propose to end an adaptation."""
    return Refs(proposal=(await proposing.propose_withdrawal(unit, input.to_command())).id)


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("ApproveAdaptationSuccess", adaptation=AdaptationType),
    errors=(*ADAPTING, AuthorMayNotApprove, ProposalIsDecided),
    description="Approves what somebody else proposed: it becomes an adaptation, checked as it is now, or ends one.",
)
async def approve_adaptation(unit: Unit, input: ApproveAdaptationInput) -> Refs:
    """Approve a proposal."""
    return Refs(adaptation=(await deciding.approve_adaptation(unit, input.to_command())).id)


@mutation(
    permission=RULE_ADAPTATIONS,
    success=payload("RuleAdaptationsSuccess", by_two=(bool, "Whether every adaptation takes two persons.")),
    description="Decides whether every adaptation of the tenant acted in takes two persons.",
)
async def rule_adaptations(unit: Unit, input: RuleAdaptationsInput) -> Refs:
    """Rule how the tenant adapts."""
    return Refs(by_two=await proposing.rule_adaptations(unit, proposing.RuleAdaptations(by_two=input.by_two)))


adaptation_proposals = query_connection(
    "adaptation_proposals",
    AdaptationProposalType,
    order=("-id",),
    filter=AdaptationProposalFilter,
    description="What is proposed in the tenant acted in, the latest first.",
)


@query_field(permission=READ_STANDARDS, description="How the tenant acted in adapts.")
async def adaptation_rule(unit: Unit) -> AdaptationRuleType:
    """Read the tenant's rule."""
    return AdaptationRuleType(by_two=await needs_two(unit))


QUERIES = [adaptation_proposals, adaptation_rule]
MUTATIONS = [propose_adaptation, propose_withdrawal, approve_adaptation, rule_adaptations]
