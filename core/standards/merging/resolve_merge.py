"""Decide about an adaptation that does not fit a new version, or have a level above asked to let it hold."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.kernel.work_items import settle_items
from core.standards.adapt import Adapt, WithdrawAdaptation, adapt, withdraw_adaptation
from core.standards.errors import UnknownParameter
from core.standards.merging.carry import ITEM, tell
from core.standards.merging.errors import MergeIsSettled, WaiverComesTooEarly, WaiverIsProposed
from core.standards.merging.models import MergeOutcomeRow
from core.standards.merging.repository import adaptations_by_ids, hold_head, outcome_by_id, outcome_waived_by
from core.standards.merging.vocabulary import MergeOutcome, MergeStatus, ProposalKind, Resolution
from core.standards.models import Adaptation
from core.standards.permissions import ADAPT_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.policy.content import Narrowing, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.laying import Place
from core.standards.policy.variants import read_selector
from core.standards.vocabulary import Operator
from core.standards.waivers.ask import AskWaiver, ask_waiver
from core.standards.waivers.repository import waiver_by_id
from core.standards.waivers.statuses import WaiverStatus


@frozen(kw_only=True)
class ResolveMerge:
    """Decide about what waits.

    Attributes:
        outcome_id: The outcome.
        action: What is done.
        value: For ``adjust``: the value laid instead.
        measure: For ``ask_waiver``: what the tenant does instead of keeping to the standard.
        until: For ``ask_waiver``: until when it is asked for.
        reason: Why.
    """

    outcome_id: UUID
    action: Resolution
    value: JsonValue = None
    measure: str = ""
    until: datetime | None = None
    reason: str


@frozen
class Decision:
    """What is decided about.

    Attributes:
        outcome: The outcome.
        adaptation: The adaptation, which may be ended already.
        reason: Why.
    """

    outcome: MergeOutcomeRow
    adaptation: Adaptation
    reason: str


async def resolve_merge(unit: Unit, command: ResolveMerge) -> MergeOutcomeRow:
    """Decide about an outcome that waits: lay what is proposed or something else, end the adaptation, or leave it.

    Raises:
        NotPermitted: The actor may not adapt.
        NotFound: There is no such outcome in this tenant.
        MergeIsSettled: Nothing waits any more.
        WaiverIsProposed: What is proposed is a waiver, which is asked for by itself.
        WaiverComesTooEarly: The place is there only in a version that has not begun.
        InvalidInput: The reason is missing, something is given or missing where it should not be, or no waiver can
            make it hold.
        DomainError: What is laid is refused as ``adapt`` refuses it, what is asked for as ``ask_waiver`` does.
    """
    unit.scope.require(ADAPT_STANDARDS)
    decision = await decision_on(unit, command)
    row, proposal = decision.outcome, ProposalKind(decision.outcome.proposal)
    if (command.value is not None) is not (command.action is Resolution.ADJUST):
        raise InvalidInput(field="value", problem="a value is given to adjust, and for nothing else")
    if command.action is Resolution.ASK_WAIVER:
        return await have_waived(unit, decision, command)
    await settle(unit, decision, command.action)
    if command.action is Resolution.ADJUST:
        await lay(unit, decision, Operator.ASSIGN, command.value)
    elif command.action is Resolution.DROP or (command.action, proposal) == ACCEPTED_DROP:
        await end(unit, decision, max(row.at, decision.adaptation.valid_from))
    elif command.action is Resolution.ACCEPT_PROPOSAL:
        if proposal is ProposalKind.ASK_WAIVER:
            raise WaiverIsProposed(place=address(row.clause_key, row.parameter_key))
        await lay(unit, decision, Operator(decision.adaptation.operator), row.proposed_value)
    return row


ACCEPTED_DROP = (Resolution.ACCEPT_PROPOSAL, ProposalKind.DROP)
WAIVED = frozenset({MergeOutcome.OUT_OF_BOUNDS.value, MergeOutcome.LOCKED.value})
"""Outcomes of which a waiver can lift what stands in the way."""


async def have_waived(unit: Unit, decision: Decision, command: ResolveMerge) -> MergeOutcomeRow:
    """Ask for a waiver of what does not fit; the outcome goes on waiting, for the answer."""
    row, adaptation = decision.outcome, decision.adaptation
    if row.outcome not in WAIVED or adaptation.operator != Operator.ASSIGN:
        raise InvalidInput(field="action", problem="a waiver lifts what keeps a value from holding, and nothing else")
    if command.until is None:
        raise InvalidInput(field="until", problem="a waiver takes an end")
    clause, parameter = place_now(unit, row)
    asked = AskWaiver(
        code=row.code,
        clause_key=clause,
        parameter_key=parameter,
        context=dict(read_selector(row.variant)),
        value=adaptation.value,
        measure=command.measure,
        reason=decision.reason,
        legal_basis=adaptation.legal_basis,
        until=command.until,
    )
    try:
        row.waiver_id = (await ask_waiver(unit, asked)).id
    except UnknownParameter as unknown:
        if row.at <= unit.now:
            raise
        raise WaiverComesTooEarly(place=address(clause, parameter), begins=row.at) from unknown
    await unit.session.flush()
    await settle_items(unit, ITEM, [row.adaptation_id])
    await decided(unit, row, command.action)
    return row


def place_now(unit: Unit, row: MergeOutcomeRow) -> Place:
    """Name the place as it is called now: a waiver follows it into a version that has not begun."""
    if row.at > unit.now:
        return row.clause_key, row.parameter_key
    clause, parameter = row.clause_key_after, row.parameter_key_after
    return row.clause_key if clause is None else clause, row.parameter_key if parameter is None else parameter


async def follow_waiver(unit: Unit, waiver_id: UUID) -> None:
    """Follow the answer to what was asked instead: granted, nothing waits any more; else the owner is told anew."""
    row, waiver = await outcome_waived_by(unit, waiver_id), await waiver_by_id(unit, waiver_id)
    if row is None or waiver is None or waiver.status == WaiverStatus.ASKED:
        return
    await hold_head(unit, row.code)
    await unit.session.refresh(row)
    if row.settled_at is not None:
        return
    if waiver.status != WaiverStatus.GRANTED:
        await tell(unit, row, waiver=waiver.status)
        return
    row.status, row.resolution, row.reason = MergeStatus.RESOLVED.value, Resolution.ASK_WAIVER.value, waiver.reason
    row.resolved_by, row.settled_at = waiver.author_id, recorded_now()
    await unit.session.flush()
    await settle_items(unit, ITEM, [row.adaptation_id])
    await send(unit, "standards.merge_resolved", {"code": row.code, "outcome_id": row.id})


async def decision_on(unit: Unit, command: ResolveMerge) -> Decision:
    """Find what is decided about, and keep everybody else from changing it."""
    reason = checked_note("reason", command.reason, required=True)
    row = await outcome_by_id(unit, command.outcome_id)
    if row is None:
        raise NotFound(kind="merge outcome", key=str(command.outcome_id))
    await hold_head(unit, row.code)
    await unit.session.refresh(row)
    if row.settled_at is not None:
        raise MergeIsSettled(status=row.status)
    [adaptation] = await adaptations_by_ids(unit, [row.adaptation_id])
    return Decision(row, adaptation, reason)


async def settle(unit: Unit, decision: Decision, action: Resolution) -> None:
    """Write the decision."""
    row = decision.outcome
    row.status, row.resolution, row.reason = MergeStatus.RESOLVED.value, action.value, decision.reason
    row.resolved_by, row.settled_at = unit.scope.actor.id, recorded_now()
    await unit.session.flush()
    await settle_items(unit, ITEM, [row.adaptation_id])
    await send(unit, "standards.merge_resolved", await decided(unit, row, action))


async def decided(unit: Unit, row: MergeOutcomeRow, action: Resolution) -> dict[str, object]:
    """Write the audit entry of a decision; its reason stands on the row."""
    facts: dict[str, object] = {"code": row.code, "outcome_id": row.id, "adaptation_id": row.adaptation_id}
    await record_act(
        unit,
        action="standards.resolve_merge",
        subject_kind="merge_outcome",
        subject_id=row.id,
        details={**facts, "resolution": action.value, "outcome": row.outcome},
    )
    return facts


async def lay(unit: Unit, decision: Decision, operator: Operator, value: JsonValue) -> None:
    """Lay an adaptation where the outcome proposes, in the place of the one that does not fit."""
    row, old = decision.outcome, decision.adaptation
    begins = max(row.at, unit.now)
    narrows = operator is Operator.NARROW and old.narrowing is not None
    clause, parameter = row.proposed_clause_key or row.clause_key, row.proposed_parameter_key or ""
    await adapt(
        unit,
        Adapt(
            code=row.code,
            clause_key=clause,
            parameter_key=parameter,
            context=dict(read_selector(row.variant)),
            operator=operator,
            value=None if narrows else value,
            narrowing=msgspec.convert(old.narrowing, type=Narrowing) if narrows else None,
            valid_from=max(begins, old.valid_from),
            valid_to=old.valid_to,
            reason=decision.reason,
            legal_basis=old.legal_basis,
        ),
    )
    if (clause, parameter) != (old.clause_key, old.parameter_key):
        await end(unit, decision, max(begins, old.valid_from))


async def end(unit: Unit, decision: Decision, at: datetime) -> None:
    """End the adaptation that does not fit, unless the upgrade has ended it."""
    if not decision.outcome.ended:
        command = WithdrawAdaptation(adaptation_id=decision.adaptation.id, ends=at, reason=decision.reason)
        await withdraw_adaptation(unit, command)
