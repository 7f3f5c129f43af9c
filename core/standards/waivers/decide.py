"""At the level that set the bound: take a question in, decide it, take back what was granted."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.approvals import (
    AskApproval,
    DecideApproval,
    Verdict,
    approval_kind,
    approvals_of,
    ask_approval,
    decide_approval,
    is_one_hand,
    withdraw_open,
)
from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.scope import Actor
from core.kernel.unit import Unit
from core.standards.models import Waiver, WaiverRequest
from core.standards.permissions import GRANT_WAIVERS
from core.standards.policy.checks import checked_note
from core.standards.resolve import zoned
from core.standards.waivers.errors import AskerMayNotDecide, WaiverIsElsewhere, WaiverIsOver
from core.standards.waivers.repository import add, request_by_id
from core.standards.waivers.statuses import WaiverStatus
from core.standards.waivers.topics import APPROVAL, REVOKE, SETTLE

WAIVER_APPROVAL: Final = approval_kind(APPROVAL, GRANT_WAIVERS)
SUBJECT: Final = "waiver_request"

TOLD: Final = (
    *("code", "clause_key", "parameter_key", "variant", "value", "measure", "reason", "legal_basis", "bound"),
    *("bound_limit", "round", "renewals", "asked_until", "asked_at", "author_id"),
)
"""What the deciding level keeps of a waiver as the asking tenant wrote it."""


@frozen(kw_only=True)
class DecideWaiver:
    """Grant or reject what a unit below asks for.

    Attributes:
        waiver_id: The waiver.
        granted: False where it is rejected.
        reason: Why.
        until: Until when it is granted; as asked for by default, never longer.
        expected_revision: The revision that was read.
    """

    waiver_id: UUID
    granted: bool
    reason: str
    until: datetime | None = None
    expected_revision: int


@frozen(kw_only=True)
class RevokeWaiver:
    """Take back what was granted, from now on; ``expected_revision`` is the one that was read."""

    waiver_id: UUID
    reason: str
    expected_revision: int


async def take_in(unit: Unit, asking: UUID, asker: Actor, waiver: Waiver, hands: Iterable[UUID] = ()) -> WaiverRequest:
    """Put a question of a unit below before those who decide; done again for a renewal.

    Args:
        unit: The deciding level, in the transaction of the command.
        asking: The tenant that asks.
        asker: Who asked there; the approval is theirs, so that they never decide it here.
        waiver: The waiver as that tenant wrote it.
        hands: All who can act there as those who asked; none of them decides it here.
    """
    known = await request_by_id(unit, waiver.id)
    told = {name: getattr(waiver, name) for name in TOLD}
    on_their_behalf = replace(unit, scope=replace(unit.scope, actor=asker))
    question = AskApproval(
        kind=WAIVER_APPROVAL, subject_kind=SUBJECT, subject_id=waiver.id, subject_version=waiver.round
    )
    approval = await ask_approval(on_their_behalf, question)
    now = recorded_now()
    if known is None:
        known = WaiverRequest(
            **told,
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=waiver.id,
            asking_tenant_id=asking,
            first_author_id=waiver.author_id,
            expires_at=waiver.asked_until,
            approval_id=approval.id,
            recorded_at=now,
        )
        known.hands = with_hands(known, hands)
        await add(unit, known)
        return known
    known.hands = with_hands(known, hands)
    for name, value in told.items():
        setattr(known, name, value)
    known.status, known.approval_id = WaiverStatus.ASKED.value, approval.id
    await written(unit, known)
    return known


async def decide_waiver(unit: Unit, command: DecideWaiver) -> WaiverRequest:
    """Grant or reject; the answer goes back to the tenant that asked.

    Raises:
        NotPermitted: The actor may not grant.
        NotFound: The tenant was not asked for such a waiver.
        StaleEdit: It was changed since it was read.
        WaiverIsElsewhere: It waits for no decision.
        AskerMayNotDecide: The actor asked for it, in the other tenant.
        WaiverIsOver: It was asked for until an instant that has passed.
        InvalidInput: The end is not within what was asked for, or the reason is missing.
    """
    unit.scope.require(GRANT_WAIVERS)
    request = await request_to_change(unit, command.waiver_id, command.expected_revision, WaiverStatus.ASKED)
    if await is_one_hand(unit, unit.scope.actor.id, askers(request)):
        raise AskerMayNotDecide(waiver=request.id)
    reason = checked_note("reason", command.reason, required=True)
    until = checked_grant(unit, request, command) if command.granted else None
    verdict: Verdict = "approved" if command.granted else "rejected"
    decision = DecideApproval(approval_id=request.approval_id, verdict=verdict, reason=reason)
    await decide_approval(unit, decision)
    await decided(unit, request, unit.scope.actor.id, reason, until)
    return request


def with_hands(request: WaiverRequest, hands: Iterable[UUID]) -> list[str]:
    """Give all who can act as those who asked, now and in earlier rounds."""
    return sorted({*request.hands, *map(str, hands)})


def askers(request: WaiverRequest) -> list[UUID]:
    """Name whoever asked, and all who can act as them in the tenant that asked."""
    return [request.author_id, request.first_author_id, *map(UUID, request.hands)]


def checked_grant(unit: Unit, request: WaiverRequest, command: DecideWaiver) -> datetime:
    """Give the end that is granted."""
    if request.asked_until <= unit.now:
        raise WaiverIsOver(until=request.asked_until)
    until = zoned(command.until, "until") or request.asked_until
    earliest = unit.now if request.granted_at is None or not request.round else max(unit.now, request.expires_at)
    if not earliest < until <= request.asked_until:
        raise InvalidInput(field="until", problem="grant what was asked for, or a part of it from now on")
    return until


async def follow_inbox(unit: Unit, waiver_id: UUID, round_: int) -> None:
    """Follow a decision that was made in the inbox, where the waiver still waits for it; asked too long ago, it falls.

    Whoever asked for the waiver is the author of that approval, so the inbox itself keeps them from deciding it.
    """
    request = await request_by_id(unit, waiver_id)
    if request is None or request.status != WaiverStatus.ASKED or request.round != round_:
        return
    approval = (await approvals_of(unit, waiver_id))[0]
    if approval.id != request.approval_id or approval.decided_by is None:
        return
    by_asker = await is_one_hand(unit, approval.decided_by, askers(request))
    granted = approval.status == "approved" and request.asked_until > unit.now and not by_asker
    until = request.asked_until if granted else None
    await decided(unit, request, approval.decided_by, approval.reason or "", until)


async def decided(unit: Unit, request: WaiverRequest, by: UUID, reason: str, until: datetime | None) -> None:
    """Write a decision down and send it back; without an end it is a rejection."""
    status = WaiverStatus.REJECTED if until is None else WaiverStatus.GRANTED
    renewal_rejected = until is None and request.round > 0 and request.granted_at is not None
    request.status = (WaiverStatus.GRANTED if renewal_rejected else status).value
    request.decided_by, request.decided_at, request.decision_reason = by, unit.now, reason
    if until is not None:
        request.granted_at, request.expires_at = unit.now, until
        request.renewals += 1 if request.round > 0 else 0
    await written(unit, request)
    facts = {"asking": request.asking_tenant_id, "code": request.code, "verdict": status.value, "until": until}
    await record_act(unit, action="standards.decide_waiver", subject_kind=SUBJECT, subject_id=request.id, details=facts)
    payload = {
        "waiver_id": request.id,
        "round": request.round,
        "status": status.value,
        "decided_at": unit.now,
        "decided_by": by,
        "until": until,
    }
    await send(unit, SETTLE, payload, target_tenant_id=request.asking_tenant_id)


async def revoke_waiver(unit: Unit, command: RevokeWaiver) -> WaiverRequest:
    """Take back what was granted: it ends now in the tenant that has it.

    Raises:
        NotPermitted: The actor may not grant.
        NotFound: The tenant was not asked for such a waiver.
        StaleEdit: It was changed since it was read.
        WaiverIsElsewhere: It is not granted, or over.
        AskerMayNotDecide: The actor asked for it, in the other tenant.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(GRANT_WAIVERS)
    request = await request_by_id(unit, command.waiver_id)
    if request is None:
        raise NotFound(kind="waiver", key=str(command.waiver_id))
    check_revision(request, command.expected_revision)
    if request.granted_at is None or request.expires_at <= unit.now or request.status not in {"granted", "asked"}:
        status = "expired" if request.status == WaiverStatus.GRANTED else request.status
        raise WaiverIsElsewhere(status=status, needed=WaiverStatus.GRANTED.value)
    if await is_one_hand(unit, unit.scope.actor.id, askers(request)):
        raise AskerMayNotDecide(waiver=request.id)
    request.ended_reason = checked_note("reason", command.reason, required=True)
    request.status, request.expires_at = WaiverStatus.REVOKED.value, unit.now
    await withdraw_question(unit, request)
    await written(unit, request)
    facts = {"asking": request.asking_tenant_id, "code": request.code}
    await record_act(unit, action="standards.revoke_waiver", subject_kind=SUBJECT, subject_id=request.id, details=facts)
    payload = {"waiver_id": request.id, "at": unit.now, "by": unit.scope.actor.id}
    await send(unit, REVOKE, payload, target_tenant_id=request.asking_tenant_id)
    return request


async def close_request(unit: Unit, asking: UUID, payload: Mapping[str, Any]) -> None:
    """Follow a waiver that was withdrawn, ended or has expired in the tenant that asked for it."""
    request = await request_by_id(unit, UUID(payload["waiver_id"]))
    if (
        request is None
        or request.asking_tenant_id != asking
        or request.status not in {WaiverStatus.ASKED, WaiverStatus.GRANTED}
    ):
        return
    await withdraw_question(unit, request)
    request.status = str(payload["status"])
    request.expires_at = min(request.expires_at, datetime.fromisoformat(payload["at"]))
    await written(unit, request)


async def call_otherwise(unit: Unit, asking: UUID, waiver: Waiver) -> None:
    """Follow a place that is called otherwise in the version that the tenant that asked is on."""
    request = await request_by_id(unit, waiver.id)
    named = (waiver.clause_key, waiver.parameter_key)
    if request is None or request.asking_tenant_id != asking or (request.clause_key, request.parameter_key) == named:
        return
    request.clause_key, request.parameter_key = named
    await written(unit, request)


async def withdraw_question(unit: Unit, request: WaiverRequest) -> None:
    """Take the question out of the inbox, if it waits there."""
    question = AskApproval(
        kind=WAIVER_APPROVAL, subject_kind=SUBJECT, subject_id=request.id, subject_version=request.round
    )
    await withdraw_open(unit, question)


async def request_to_change(unit: Unit, waiver_id: UUID, expected: int, needed: WaiverStatus) -> WaiverRequest:
    """Lock what the tenant was asked, where it is as the caller read it."""
    request = await request_by_id(unit, waiver_id)
    if request is None:
        raise NotFound(kind="waiver", key=str(waiver_id))
    check_revision(request, expected)
    if request.status != needed:
        raise WaiverIsElsewhere(status=request.status, needed=needed.value)
    return request


def check_revision(request: WaiverRequest, expected: int) -> None:
    """Refuse what the caller has not read."""
    if request.revision != expected:
        raise StaleEdit(kind="waiver", expected=expected, actual=request.revision)


async def written(unit: Unit, request: WaiverRequest) -> None:
    """Write the next revision of what the tenant was asked."""
    request.revision, request.recorded_at = request.revision + 1, recorded_now()
    await unit.session.flush()
