"""Approve a proposed adaptation, here or in the inbox: it is laid as it is checked at that moment."""

from typing import Final
from uuid import UUID

import msgspec

from core.kernel.approvals import AuthorMayNotApprove, DecideApproval, approvals_of, decide_approval, is_one_hand
from core.kernel.clock import recorded_now
from core.kernel.errors import DomainError, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.kernel.work_items import open_item
from core.standards.adapt import Adapt, WithdrawAdaptation, ended, expected_head, judged, laid
from core.standards.models import Adaptation, AdaptationProposal
from core.standards.permissions import ADAPT_STANDARDS
from core.standards.policy.content import Narrowing
from core.standards.policy.variants import read_selector
from core.standards.proposals.errors import ProposalIsDecided
from core.standards.proposals.models import ProposalStatus
from core.standards.proposals.repository import lock_proposal
from core.standards.repository.adaptations import adaptation_by_id, adaptations_of
from core.standards.vocabulary import Operator

REFUSED_ITEM: Final = "standards.proposal_refused"


@frozen(kw_only=True)
class ApproveAdaptation:
    """Approve a proposal as it was read at ``expected_revision``."""

    proposal_id: UUID
    expected_revision: int
    reason: str = ""


async def approve_adaptation(unit: Unit, command: ApproveAdaptation) -> Adaptation:
    """Approve a proposal: it becomes an adaptation, in force at once, or ends one.

    Raises:
        NotPermitted: The actor may not adapt.
        NotFound: There is no such proposal in this tenant.
        ProposalIsDecided: It was decided before.
        StaleEdit: It was changed since it was read.
        AuthorMayNotApprove: The actor proposed it, or one person can act as both.
        DomainError: Whatever :func:`core.standards.adapt.adapt` refuses by now; the proposal stays as it is.
    """
    unit.scope.require(ADAPT_STANDARDS)
    proposal = await lock_proposal(unit, command.proposal_id)
    if proposal is None:
        raise NotFound(kind="proposal", key=str(command.proposal_id))
    if proposal.status != ProposalStatus.ASKED:
        raise ProposalIsDecided(status=proposal.status)
    if proposal.revision != command.expected_revision:
        raise StaleEdit(kind="proposal", expected=command.expected_revision, actual=proposal.revision)
    if await is_one_hand(unit, unit.scope.actor.id, [proposal.author_id]):
        raise AuthorMayNotApprove
    asked = (await approvals_of(unit, proposal.id))[0]
    made = await became(unit, proposal, unit.scope.actor.id)
    await decide_approval(unit, DecideApproval(approval_id=asked.id, verdict="approved", reason=command.reason))
    return made


async def settle_proposal(unit: Unit, proposal_id: UUID) -> None:
    """Follow a decision that was made in the inbox.

    One that was approved and does not keep to what is granted by now is refused, and its people are told.
    """
    proposal = await lock_proposal(unit, proposal_id)
    if proposal is None or proposal.status != ProposalStatus.ASKED:
        return
    decided = (await approvals_of(unit, proposal_id))[0]
    if decided.status == "withdrawn":
        settled(proposal, ProposalStatus.WITHDRAWN, None)
        return
    if decided.status != "approved" or decided.decided_by is None:
        settled(proposal, ProposalStatus.REJECTED, decided.decided_by)
        return
    try:
        async with unit.session.begin_nested():
            await became(unit, proposal, decided.decided_by)
    except DomainError as refusal:
        await unit.session.refresh(proposal)
        settled(proposal, ProposalStatus.REFUSED, decided.decided_by)
        proposal.refusal = refusal.code
        facts = {"code": proposal.code, "clause": proposal.clause_key, "refusal": refusal.code}
        await open_item(
            unit, kind=REFUSED_ITEM, subject_kind="adaptation_proposal", subject_id=proposal.id, facts=facts
        )


async def became(unit: Unit, proposal: AdaptationProposal, approver_id: UUID) -> Adaptation:
    """Lay what was proposed, or end what was proposed to end, and say what became of the proposal."""
    if proposal.withdraws is not None:
        return await ended_as_proposed(unit, proposal, proposal.withdraws, approver_id)
    command = Adapt(
        code=proposal.code,
        clause_key=proposal.clause_key,
        parameter_key=proposal.parameter_key,
        context=read_selector(proposal.variant),
        operator=Operator(proposal.operator),
        value=proposal.value,
        narrowing=None if proposal.narrowing is None else msgspec.convert(proposal.narrowing, type=Narrowing),
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
        reason=proposal.reason,
        legal_basis=proposal.legal_basis,
    )
    head = await expected_head(unit, command.code, None)
    asked = await judged(unit, command, head, author_id=proposal.author_id, approver_id=approver_id)
    proposal.adaptation_id = asked.overlay.id
    settled(proposal, ProposalStatus.APPROVED, approver_id)
    await unit.session.flush()
    return await laid(unit, command.code, asked)


async def ended_as_proposed(
    unit: Unit, proposal: AdaptationProposal, adaptation_id: UUID, approver_id: UUID
) -> Adaptation:
    """End what was proposed to end, as it stands now if a version has carried it along since."""
    first, ends = await adaptation_by_id(unit, adaptation_id), proposal.valid_to or unit.now
    origin = None if first is None else first.origin_id
    now = [
        row
        for row in await adaptations_of(unit, proposal.code)
        if row.origin_id == origin and (row.valid_to is None or ends < row.valid_to)
    ]
    if not now:
        raise NotFound(kind="adaptation in force", key=str(adaptation_id))
    proposal.adaptation_id = now[-1].id
    settled(proposal, ProposalStatus.APPROVED, approver_id)
    await unit.session.flush()
    return await ended(unit, WithdrawAdaptation(adaptation_id=now[-1].id, ends=ends, reason=proposal.reason))


def settled(proposal: AdaptationProposal, status: ProposalStatus, decider: UUID | None) -> None:
    """Write what became of a proposal."""
    proposal.status, proposal.decided_by = status.value, decider
    proposal.decided_at, proposal.revision = recorded_now(), proposal.revision + 1
