"""In the tenant that asked: put an answer into force, end a waiver, let it expire, remind of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.models import Waiver, WaiverSpan
from core.standards.permissions import ASK_WAIVERS
from core.standards.policy.checks import checked_note
from core.standards.policy.spans import Span
from core.standards.promises.make import CHECK as CHECK_PROMISES
from core.standards.repository.adaptations import Head, next_head
from core.standards.waivers.ask import changed, waiver_to_change
from core.standards.waivers.errors import WaiverIsElsewhere
from core.standards.waivers.history import happened
from core.standards.waivers.repository import add, close_spans, spans_of_waiver, waiver_by_id
from core.standards.waivers.rules import network_rules
from core.standards.waivers.statuses import WaiverEventKind, WaiverStatus
from core.standards.waivers.topics import CHANGED, CLOSE, EXPIRE, FOLLOW, LOST, REMIND, REMINDER, TURN

LIVE: Final = frozenset({WaiverStatus.ASKED.value, WaiverStatus.GRANTED.value})
PERSON: Final = "person"
GRANTED_AS_ASKED: Final = (
    *("code", "clause_key", "parameter_key", "variant", "based_on", "value", "measure", "reason", "legal_basis"),
    *("bound", "bound_limit", "granting_tenant_id", "author_id"),
)
"""What a span says as the waiver itself does at the moment it is granted."""


@frozen(kw_only=True)
class EndWaiver:
    """End a waiver, or withdraw the question; ``expected_revision`` is the one that was read."""

    waiver_id: UUID
    reason: str
    expected_revision: int


async def settle(unit: Unit, deciding: UUID, payload: Mapping[str, Any], reason: str) -> None:
    """Put an answer into force; one to a question that is not asked any more is told so.

    Args:
        unit: The tenant that asked.
        deciding: The level that answers.
        payload: What it decided.
        reason: Why, in their words.
    """
    waiver = await waiver_by_id(unit, UUID(payload["waiver_id"]))
    if waiver is None:
        return
    renews = waiver.renewal_asked
    waits = (renews or waiver.status == WaiverStatus.ASKED) and waiver.granting_tenant_id == deciding
    if not waits or waiver.round != payload["round"]:
        if payload["until"] and waiver.status not in LIVE:
            await tell(unit, waiver, [deciding], waiver.expires_at)
        return
    decided_at = datetime.fromisoformat(payload["decided_at"])
    waiver.renewal_asked = False
    waiver.approver_id, waiver.decided_at, waiver.decision_reason = UUID(payload["decided_by"]), decided_at, reason
    by = (PERSON, waiver.approver_id, deciding)
    if payload["until"] is None:
        waiver.status = waiver.status if renews else WaiverStatus.REJECTED.value
        await happened(unit, waiver, WaiverEventKind.REJECTED, at=decided_at, reason=reason, by=by)
    else:
        await grant(unit, waiver, decided_at, datetime.fromisoformat(payload["until"]))
        until = waiver.expires_at
        await happened(unit, waiver, WaiverEventKind.GRANTED, at=decided_at, until=until, reason=reason, by=by)
    await changed(unit, waiver)
    verdict = "reject" if payload["until"] is None else "grant"
    await tell_here(unit, waiver, f"standards.{verdict}_waiver")
    if waiver.status == WaiverStatus.EXPIRED:  # It ended while its renewal waited, so nobody was told of that.
        await tell(unit, waiver, await deciders(unit, waiver), waiver.expires_at)


async def grant(unit: Unit, waiver: Waiver, decided_at: datetime, until: datetime) -> None:
    """Add the span that was granted: from the decision on, or from where the one before ends."""
    head = await next_head(unit, waiver.code)
    start = decided_at if waiver.valid_from is None else max(decided_at, waiver.expires_at)
    assert waiver.approver_id is not None  # noqa: S101 - set by whoever grants
    span = WaiverSpan(
        **{name: getattr(waiver, name) for name in GRANTED_AS_ASKED},
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        waiver_id=waiver.id,
        approver_id=waiver.approver_id,
        valid_from=start,
        valid_to=until,
        recorded_from=head.recorded_at,
    )
    await add(unit, span)
    gapless = waiver.valid_from is not None and start == waiver.expires_at
    waiver.valid_from = waiver.valid_from if gapless else start
    waiver.renewals += 1 if waiver.round else 0
    waiver.status, waiver.expires_at = WaiverStatus.GRANTED.value, until
    await set_timers(unit, waiver)


async def set_timers(unit: Unit, waiver: Waiver) -> None:
    """Have the tenant reminded of the end of a waiver, and the end recorded; the reminder of an earlier end is over."""
    await settle_item(unit, REMINDER, waiver.id)
    await set_timer(unit, EXPIRE, waiver.id, waiver.expires_at)
    reminder = (await network_rules(unit)).next_reminder(waiver.expires_at, unit.now)
    if reminder is None:
        await clear_timer(unit, REMIND, waiver.id)
    else:
        await set_timer(unit, REMIND, waiver.id, reminder)


async def end_waiver(unit: Unit, command: EndWaiver) -> Waiver:
    """End a waiver from now on, or withdraw the question where nobody has granted it yet.

    Raises:
        NotPermitted: The actor may not ask for waivers.
        NotFound: There is no such waiver in this tenant.
        StaleEdit: It was changed since it was read.
        WaiverIsElsewhere: It is over.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(ASK_WAIVERS)
    waiver = await waiver_to_change(unit, command.waiver_id, command.expected_revision)
    reason = checked_note("reason", command.reason, required=True)
    over = waiver.status == WaiverStatus.GRANTED and waiver.expires_at <= unit.now
    if waiver.status not in LIVE or over:
        raise WaiverIsElsewhere(status="expired" if over else waiver.status, needed=WaiverStatus.GRANTED.value)
    kind = WaiverEventKind.WITHDRAWN if waiver.status == WaiverStatus.ASKED else WaiverEventKind.ENDED
    others = await deciders(unit, waiver)
    await stop(unit, waiver, unit.now, WaiverStatus(kind.value))
    await happened(unit, waiver, kind, until=unit.now, reason=reason)
    await changed(unit, waiver)
    await tell_here(unit, waiver, "standards.end_waiver")
    await tell(unit, waiver, others, unit.now)
    return waiver


async def revoked(unit: Unit, deciding: UUID, payload: Mapping[str, Any], reason: str) -> None:
    """End a waiver because a level that granted it took it back."""
    waiver = await waiver_by_id(unit, UUID(payload["waiver_id"]))
    if waiver is None:
        raise NotFound(kind="waiver", key=payload["waiver_id"])
    others = await deciders(unit, waiver)
    at = datetime.fromisoformat(payload["at"])
    if waiver.status != WaiverStatus.GRANTED or deciding not in others or at >= waiver.expires_at:
        return
    await stop(unit, waiver, at, WaiverStatus.REVOKED)
    by = (PERSON, UUID(payload["by"]), deciding)
    await happened(unit, waiver, WaiverEventKind.REVOKED, at=at, until=at, reason=reason, by=by)
    await changed(unit, waiver)
    await tell_here(unit, waiver, "standards.follow_revocation")
    await tell(unit, waiver, others - {deciding}, at)


async def stop(unit: Unit, waiver: Waiver, at: datetime, status: WaiverStatus) -> None:
    """Let nothing of a waiver hold from an instant on; what held before stays known as it was."""
    spans = await spans_of_waiver(unit, waiver.id)
    cut = [one for one in spans if one.valid_to > at]
    if cut:
        head = await next_head(unit, waiver.code)
        await close_spans(unit, cut, head.recorded_at)
        await add(unit, *(piece for one in cut for piece in before(one, at, head)))
    waiver.status, waiver.expires_at, waiver.renewal_asked = status.value, min(at, waiver.expires_at), False
    for item in (REMINDER, LOST):
        await settle_item(unit, item, waiver.id)
    for timer in (REMIND, EXPIRE, TURN):
        await clear_timer(unit, timer, waiver.id)


def before(span: WaiverSpan, at: datetime, head: Head) -> list[WaiverSpan]:
    """Give what is left of a span before an instant, if anything is."""
    kept = span.model_dump(exclude={"id", "valid_from", "valid_to", "recorded_from", "recorded_to"})
    left = Span(span.valid_from, span.valid_to).without(Span(at))
    return [
        WaiverSpan(**kept, id=new_id(), valid_from=one.start, valid_to=one.end or at, recorded_from=head.recorded_at)
        for one in left
    ]


async def expire(unit: Unit, waiver_id: UUID) -> None:
    """Record that a waiver has ended; it holds no longer whether this runs or not, and is recorded once."""
    waiver = await waiver_by_id(unit, waiver_id)
    if waiver is None or waiver.status != WaiverStatus.GRANTED or waiver.expires_at > unit.now:
        return
    waiver.status = WaiverStatus.EXPIRED.value
    for item in (REMINDER, LOST):
        await settle_item(unit, item, waiver.id)
    await happened(unit, waiver, WaiverEventKind.EXPIRED, at=waiver.expires_at, until=waiver.expires_at)
    await changed(unit, waiver)
    await tell_here(unit, waiver, "standards.expire_waiver")
    if not waiver.renewal_asked:
        await tell(unit, waiver, await deciders(unit, waiver), waiver.expires_at)


async def remind(unit: Unit, waiver_id: UUID) -> None:
    """Put the end of a waiver into the inbox of the tenant that has it, and set the next reminder."""
    waiver = await waiver_by_id(unit, waiver_id)
    if waiver is None or waiver.status != WaiverStatus.GRANTED or waiver.expires_at <= unit.now:
        return
    rules = await network_rules(unit)
    following = rules.next_reminder(waiver.expires_at, unit.now)
    if following is not None:
        await set_timer(unit, REMIND, waiver.id, following)
    first = rules.next_reminder(waiver.expires_at, datetime.min.replace(tzinfo=waiver.expires_at.tzinfo))
    if first is None or first > unit.now:
        return  # The rules have changed, or the waiver was renewed, since this was set.
    facts = {
        "code": waiver.code,
        "clause_key": waiver.clause_key,
        "parameter_key": waiver.parameter_key,
        "expires_at": waiver.expires_at,
        "days": (waiver.expires_at - unit.now).days,
    }
    due_at = waiver.expires_at
    await open_item(unit, kind=REMINDER, subject_kind="waiver", subject_id=waiver.id, facts=facts, due_at=due_at)


async def deciders(unit: Unit, waiver: Waiver) -> frozenset[UUID]:
    """Name the levels that were asked for a waiver last, or granted some of it."""
    spans = await spans_of_waiver(unit, waiver.id)
    return frozenset({waiver.granting_tenant_id, *(one.granting_tenant_id for one in spans)})


async def tell(unit: Unit, waiver: Waiver, deciding: Iterable[UUID], at: datetime) -> None:
    """Tell levels that a waiver is over."""
    payload = {"waiver_id": waiver.id, "status": waiver.status, "at": at}
    for tenant_id in sorted(deciding):
        await send(unit, CLOSE, payload, target_tenant_id=tenant_id)


async def tell_here(unit: Unit, waiver: Waiver, action: str) -> None:
    """Write the audit entry and the event of a change, and have the tenant's promises looked at again."""
    facts = {"code": waiver.code, "status": waiver.status, "round": waiver.round, "until": waiver.expires_at}
    await record_act(unit, action=action, subject_kind="waiver", subject_id=waiver.id, details=facts)
    await send(unit, CHANGED, {"waiver_id": waiver.id, "code": waiver.code, "status": waiver.status})
    if waiver.status in LIVE:
        await send(unit, FOLLOW, {"code": waiver.code})
    await send(unit, CHECK_PROMISES, {"code": waiver.code})
