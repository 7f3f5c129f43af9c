"""Propose an adaptation for somebody else to approve, and rule whether that is always needed."""

from dataclasses import dataclass
from typing import Final

from core.kernel.approvals import AskApproval, approval_kind, ask_approval
from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.adapt import Adapt, head_to_come, judged
from core.standards.models import AdaptationProposal
from core.standards.permissions import ADAPT_STANDARDS, PROPOSE_ADAPTATIONS, RULE_ADAPTATIONS
from core.standards.policy.content import plain_narrowing
from core.standards.proposals.repository import put_rule

ADAPTATION_APPROVAL: Final = approval_kind("standards.adaptation", ADAPT_STANDARDS)


@dataclass(frozen=True, slots=True, kw_only=True)
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
