"""Promise customers what a standard delivers, and end a promise."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.kernel.audit import record_act
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.kernel.work_items import settle_item
from core.standards.adapt import expected_head, head_to_end
from core.standards.errors import NoStandardInForce
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import instants_to_judge
from core.standards.permissions import PROMISE_STANDARDS
from core.standards.policy.checks import at, checked_note
from core.standards.policy.fold import EffectiveStandard
from core.standards.policy.spans import Span
from core.standards.policy.values import normalised
from core.standards.policy.wordings import normalised_wording
from core.standards.promises.models import Promise
from core.standards.promises.policy import PromisedLimit
from core.standards.promises.repository import add_promises, close_promises, known_promises, promise_by_id
from core.standards.promises.standing import check_kept, standard_at
from core.standards.repository.adaptations import Head
from core.standards.resolve import zoned
from core.standards.vocabulary import ParameterType

MOST_LIMITS: Final = 200
CHECK: Final = "standards.check_promises"
ITEM: Final = "standards.promise_not_kept"


@frozen(kw_only=True)
class MakePromise:
    """Promise something of a standard.

    Attributes:
        code: The standard.
        scope: What is offered to whom, as a text per locale.
        limits: What is promised.
        expected_time: How long it usually takes; a duration for which lower is better.
        valid_from: Since when; now by default.
        valid_to: Until when; for good by default.
        reason: Why.
        expected_revision: Revision of the tenant's side of the standard as it was read; unchecked where empty.
    """

    code: str
    scope: Mapping[str, str]
    limits: Sequence[PromisedLimit] = ()
    expected_time: PromisedLimit | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str = ""
    expected_revision: int | None = None


@frozen(kw_only=True)
class EndPromise:
    """End a promise.

    Attributes:
        promise_id: The promise.
        ends: When it ends; now by default. At or before its beginning, nothing is left of it.
        reason: Why.
        expected_revision: Revision of the tenant's side of the standard as it was read; unchecked where empty.
    """

    promise_id: UUID
    ends: datetime | None = None
    reason: str
    expected_revision: int | None = None


async def make_promise(unit: Unit, command: MakePromise) -> Promise:
    """Promise customers something; what it overlaps in time ends where it begins.

    Raises:
        NotPermitted: The actor may not promise.
        PromiseExceedsStandard: The standard does not deliver it at some instant of its validity, as known now.
        UnknownParameter: There is no such parameter at some instant.
        WrongType: A value has not the form of the parameter's type, or the expected time is no duration.
        NoStandardInForce: No version holds at some instant.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The scope is empty, the span is empty, a parameter stands twice.
    """
    unit.scope.require(PROMISE_STANDARDS)
    span = checked_span(unit, command)
    scope, reason = checked_scope(command.scope), checked_note("reason", command.reason)
    check_once(command.limits)
    head = await expected_head(unit, command.code, command.expected_revision)
    gathered = await gather(unit, command.code, await lineage_at(unit, span.start), span, None)
    first = promised_throughout(gathered, command, span)
    replaced = [row for row in await known_promises(unit, command.code) if span_of(row).meets(span)]
    made = Promise(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=(made_id := new_id()),
        code=command.code,
        scope=scope,
        limits=[plain(one, first) for one in command.limits],
        expected_time=None if command.expected_time is None else plain(command.expected_time, first),
        reason=reason,
        origin_id=made_id,
        revision=head.revision,
        author_id=unit.scope.actor.id,
        valid_from=span.start,
        valid_to=span.end,
        recorded_from=head.recorded_at,
    )
    left = [piece for row in replaced for piece in split(row, span, head)]
    await amend(unit, closed=replaced, added=[made, *left], head=head)
    await record(unit, made, "standards.make_promise")
    return made


async def end_promise(unit: Unit, command: EndPromise) -> Promise:
    """End a promise.

    Returns:
        What is left of it, or the closed promise where nothing is.

    Raises:
        NotPermitted: The actor may not promise.
        NotFound: There is no such promise in this tenant, or it was replaced or ended before.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The instant has no zone, or the reason is missing.
    """
    unit.scope.require(PROMISE_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    ends = zoned(command.ends, "ends") or unit.now
    found = await promise_by_id(unit, command.promise_id)
    if found is None:
        raise NotFound(kind="promise", key=str(command.promise_id))
    head = await head_to_end(unit, found, ends, command.expected_revision, kind="promise in force")
    found.ended_because = reason
    left = split(found, Span(ends), head)
    await unit.session.flush()
    await amend(unit, closed=[found], added=left, head=head)
    await record(unit, found, "standards.end_promise")
    return left[0] if left else found


def promised_throughout(gathered: Gathered, command: MakePromise, span: Span) -> EffectiveStandard:
    """Refuse what is not delivered at every instant of a span at which something changes; give what holds first."""
    standards: list[EffectiveStandard] = []
    for instant in instants_to_judge(gathered, span):
        standard = standard_at(gathered, instant)
        if standard is None:
            raise NoStandardInForce(standard=command.code, at=instant)
        check_kept(command.code, command.limits, standard, instant)
        if command.expected_time is not None:
            check_kept(command.code, [command.expected_time], standard, instant, only=ParameterType.DURATION)
        standards.append(standard)
    return standards[0]


def plain(limit: PromisedLimit, standard: EffectiveStandard) -> dict[str, object]:
    """Give a promised value in the form it is kept in, normalised."""
    type_ = standard.values[limit.clause_key, limit.parameter_key].type
    value = limit.value if type_ is None else normalised(type_, limit.value)
    return msgspec.to_builtins(msgspec.structs.replace(limit, value=value))


def checked_span(unit: Unit, command: MakePromise) -> Span:
    """Give when the promise holds."""
    start = zoned(command.valid_from, "validFrom") or unit.now
    end = zoned(command.valid_to, "validTo")
    if end is not None and end <= start:
        raise InvalidInput(field="validTo", problem="the promise must end after it begins")
    return Span(start, end)


def checked_scope(scope: Mapping[str, str]) -> dict[str, str]:
    """Give the text for customers."""
    with at("scope"):
        return normalised_wording(scope)


def check_once(limits: Sequence[PromisedLimit]) -> None:
    """Refuse two promises of one parameter, and more than anybody reads."""
    if len(limits) > MOST_LIMITS:
        raise InvalidInput(field="limits", problem=f"at most {MOST_LIMITS} limits are promised")
    if len({one.address for one in limits}) < len(limits):
        raise InvalidInput(field="limits", problem="each parameter is promised once")


def span_of(row: Promise) -> Span:
    """Give when a promise holds."""
    return Span(row.valid_from, row.valid_to)


def split(row: Promise, taken: Span, head: Head) -> list[Promise]:
    """Give what is left of a promise once a span is taken out of its validity: nothing, one piece or two."""
    kept = row.model_dump(exclude={"id", "valid_from", "valid_to", "recorded_from", "recorded_to", "revision"})
    return [
        Promise(
            **kept,
            id=new_id(),
            valid_from=piece.start,
            valid_to=piece.end,
            recorded_from=head.recorded_at,
            revision=head.revision,
        )
        for piece in span_of(row).without(taken)
    ]


async def amend(unit: Unit, *, closed: Sequence[Promise], added: Sequence[Promise], head: Head) -> None:
    """Close what is known no longer and add what is known from now on."""
    if closed:
        await close_promises(unit, [row.id for row in closed], head.recorded_at)
    for row in closed:
        await unit.session.refresh(row)
        await settle_item(unit, ITEM, row.origin_id)
    await add_promises(unit, added)


async def record(unit: Unit, promise: Promise, action: str) -> None:
    """Write the audit entry, and have the tenant's inbox follow."""
    facts = {"standard": promise.code}
    await record_act(unit, action=action, subject_kind="promise", subject_id=promise.id, details=facts)
    await send(unit, CHECK, {"code": promise.code})
