"""Propose an adaptation, or its end, for somebody else to approve, and rule whether that is always needed."""

from datetime import datetime
from typing import Final

from core.kernel.approvals import AskApproval, approval_kind, ask_approval
from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.adapt import Adapt, WithdrawAdaptation, head_to_come, judged
from core.standards.models import Adaptation, AdaptationProposal
from core.standards.permissions import ADAPT_STANDARDS, PROPOSE_ADAPTATIONS, RULE_ADAPTATIONS
from core.standards.policy.checks import checked_note
from core.standards.policy.content import plain_narrowing
from core.standards.proposals.repository import put_rule
from core.standards.repository.adaptations import adaptation_by_id
from core.standards.resolve import zoned

ADAPTATION_APPROVAL: Final = approval_kind("standards.adaptation", ADAPT_STANDARDS)
SAME: Final = ("code", "clause_key", "parameter_key", "variant", "operator", "value", "narrowing", "legal_basis")
"""What a proposal to end an adaptation says as the adaptation does."""


@frozen(kw_only=True)
class RuleAdaptations:
    """Say whether every adaptation of the tenant takes two persons."""

    by_two: bool


async def propose_adaptation(unit: Unit, command: Adapt) -> AdaptationProposal:
    """Propose an adaptation; it is checked as it would be now, and again when it is approved.

    Raises:
        NotPermitted: The actor may not propose.
        DomainError: Whatever :func:`core.standards.adapt.adapt` refuses now.
    """
    unit.scope.require(PROPOSE_ADAPTATIONS)
    head = await head_to_come(unit, command.code, command.expected_revision)
    overlay = (await judged(unit, command, head)).overlay
    proposal = AdaptationProposal(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        code=command.code,
        clause_key=overlay.clause_key,
        parameter_key=overlay.parameter_key,
        variant=overlay.variant,
        operator=overlay.operator.value,
        value=overlay.value,
        narrowing=None if overlay.narrowing is None else plain_narrowing(overlay.narrowing),
        reason=overlay.reason,
        legal_basis=overlay.legal_basis,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        author_id=unit.scope.actor.id,
        proposed_at=recorded_now(),
    )
    return await asked_for(unit, proposal)


async def propose_withdrawal(unit: Unit, command: WithdrawAdaptation) -> AdaptationProposal:
    """Propose to end an adaptation; on approval it ends, at the instant that is named or else at that moment.

    Raises:
        NotPermitted: The actor may not propose.
        NotFound: There is no such adaptation in this tenant, or it is known no longer, or over by then.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The instant has no zone, or the reason is missing.
    """
    unit.scope.require(PROPOSE_ADAPTATIONS)
    reason, ends = checked_note("reason", command.reason, required=True), zoned(command.ends, "ends")
    found = await adaptation_by_id(unit, command.adaptation_id)
    if found is None or found.recorded_to is not None or is_over(found, ends or unit.now):
        raise NotFound(kind="adaptation in force", key=str(command.adaptation_id))
    await head_to_come(unit, found.code, command.expected_revision)
    proposal = AdaptationProposal(
        **{name: getattr(found, name) for name in SAME},
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        withdraws=found.id,
        reason=reason,
        valid_to=ends,
        author_id=unit.scope.actor.id,
        proposed_at=recorded_now(),
    )
    return await asked_for(unit, proposal)


def is_over(adaptation: Adaptation, at: datetime) -> bool:
    """Tell whether an adaptation holds no more at an instant."""
    return adaptation.valid_to is not None and adaptation.valid_to <= at


async def asked_for(unit: Unit, proposal: AdaptationProposal) -> AdaptationProposal:
    """Write a proposal and put it before whoever may approve it."""
    unit.session.add(proposal)
    await unit.session.flush()
    facts = {"code": proposal.code, "clause": proposal.clause_key, "parameter": proposal.parameter_key}
    await record_act(
        unit,
        action="standards.propose_adaptation",
        subject_kind="adaptation_proposal",
        subject_id=proposal.id,
        details=facts,
    )
    await ask_approval(
        unit,
        AskApproval(
            kind=ADAPTATION_APPROVAL,
            subject_kind="adaptation_proposal",
            subject_id=proposal.id,
            subject_version=proposal.revision,
        ),
    )
    return proposal


async def rule_adaptations(unit: Unit, command: RuleAdaptations) -> bool:
    """Say whether every adaptation takes two persons from now on.

    Raises:
        NotPermitted: The actor may not rule that.
    """
    unit.scope.require(RULE_ADAPTATIONS)
    await put_rule(unit, by_two=command.by_two, recorded=recorded_now())
    await record_act(
        unit,
        action="standards.rule_adaptations",
        subject_kind="tenant",
        subject_id=unit.tenant_id,
        details={"by_two": command.by_two},
    )
    return command.by_two
