"""Ask for a waiver, or for its renewal: of the level that set what it lifts."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.models import Waiver
from core.standards.permissions import ASK_WAIVERS
from core.standards.policy.checks import at, checked_note
from core.standards.policy.documents import JsonValue
from core.standards.policy.spans import Span
from core.standards.policy.variants import Context, checked_context, selector_text
from core.standards.resolve import zoned
from core.standards.waivers.barred import Barred, Wanted, find_barrier
from core.standards.waivers.errors import (
    NoCompensatingMeasure,
    TooManyRenewals,
    WaiverIsElsewhere,
    WaiverIsThere,
)
from core.standards.waivers.history import happened
from core.standards.waivers.repository import insert_waiver, live_waivers, waiver_by_id
from core.standards.waivers.rules import check_length, network_rules
from core.standards.waivers.statuses import WaiverEventKind, WaiverStatus
from core.standards.waivers.topics import ASK


@frozen(kw_only=True)
class AskWaiver:
    """Ask to deviate from what a level above has set.

    Attributes:
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        context: The contexts it is for, by context key; all by default. It changes a variant that holds, and adds none.
        value: The value asked for.
        measure: What the tenant does instead of keeping to the standard.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        until: Until when.
    """

    code: str
    clause_key: str
    parameter_key: str = ""
    context: Context = field(default_factory=dict[str, str])
    value: JsonValue
    measure: str
    reason: str
    legal_basis: str = ""
    until: datetime


@frozen(kw_only=True)
class RenewWaiver:
    """Ask for a waiver to hold on.

    Attributes:
        waiver_id: The waiver.
        until: Until when.
        reason: Why it is needed still.
        expected_revision: The revision that was read.
    """

    waiver_id: UUID
    until: datetime
    reason: str
    expected_revision: int


async def ask_waiver(unit: Unit, command: AskWaiver) -> Waiver:
    """Ask for a waiver; it holds once the level that set the bound, or the lock, has granted it.

    Raises:
        NotPermitted: The actor may not ask.
        NoCompensatingMeasure: No measure is named.
        NoWaiverNeeded: The tenant has the value, or may adapt it so.
        UnknownParameter: There is no such clause or parameter.
        WrongType: The value has not the form of its type.
        WaiverTooLong: It would last longer than the network allows.
        WaiverIsThere: One of that place is asked for, or holds still.
        NoStandardInForce: No version holds now.
        PublisherCannotAdapt: The tenant publishes the standard itself.
        InvalidInput: The end is over or has no zone, or the reason is missing.
    """
    unit.scope.require(ASK_WAIVERS)
    place = (command.clause_key, command.parameter_key)
    with at("context"):
        variant = selector_text(checked_context(command.context))
    wanted = Wanted(code=command.code, place=place, variant=variant, value=command.value)
    until = await checked_end(unit, command.until)
    if not command.measure.strip():
        raise NoCompensatingMeasure(place=wanted.address)
    live = await live_waivers(unit, command.code)
    barred = await find_barrier(unit, wanted, Span(unit.now, until), named_by(live))
    check_free(barred, wanted, live)
    barrier = barred.barrier
    waiver = Waiver(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        code=command.code,
        clause_key=command.clause_key,
        parameter_key=command.parameter_key,
        variant=variant,
        based_on=barred.version.id,
        value=barred.value,
        measure=checked_note("compensatingMeasure", command.measure, required=True),
        reason=checked_note("reason", command.reason, required=True),
        legal_basis=checked_note("legalBasis", command.legal_basis),
        expires_at=until,
        asked_until=until,
        bound=barrier.bound,
        bound_limit=barrier.limit,
        granting_tenant_id=barrier.set_by,
        author_id=unit.scope.actor.id,
        asked_at=unit.now,
        recorded_at=recorded_now(),
    )
    if not await insert_waiver(unit, waiver):
        raise WaiverIsThere(place=wanted.address, status=WaiverStatus.ASKED.value)
    await asked(unit, waiver, "standards.ask_waiver", waiver.reason)
    return waiver


async def renew_waiver(unit: Unit, command: RenewWaiver) -> Waiver:
    """Ask for a waiver to hold on, of whoever set what it lifts by then; until that is granted its end stays.

    Raises:
        NotPermitted: The actor may not ask.
        NotFound: There is no such waiver in this tenant.
        StaleEdit: It was changed since it was read.
        WaiverIsElsewhere: It does not hold, or a renewal is asked for already.
        TooManyRenewals: It was renewed as often as the network allows.
        WaiverTooLong: It would last longer than the network allows.
        NoWaiverNeeded: Nothing stands in the way from its end on.
        UnknownParameter: There is no such clause or parameter from its end on.
        WrongType: The parameter has another type from its end on.
        NoStandardInForce: No version holds from its end on.
        PublisherCannotAdapt: The tenant publishes the standard itself.
        InvalidInput: The end is not after the one it has, or the reason is missing.
    """
    unit.scope.require(ASK_WAIVERS)
    waiver = await waiver_to_change(unit, command.waiver_id, command.expected_revision)
    if waiver.status != WaiverStatus.GRANTED or waiver.expires_at <= unit.now:
        status = waiver.status if waiver.status != WaiverStatus.GRANTED else WaiverStatus.EXPIRED.value
        raise WaiverIsElsewhere(status=status, needed=WaiverStatus.GRANTED.value)
    if waiver.renewal_asked:
        raise WaiverIsElsewhere(status="waiting for a renewal", needed=WaiverStatus.GRANTED.value)
    rules = await network_rules(unit)
    if waiver.renewals >= rules.most_renewals:
        raise TooManyRenewals(renewals=waiver.renewals, most=rules.most_renewals)
    until = await checked_end(unit, command.until)
    if until <= waiver.expires_at:
        raise InvalidInput(field="until", problem="the renewal must end after the waiver does")
    reason = checked_note("reason", command.reason, required=True)
    barrier = (await find_barrier(unit, wanted_by(waiver), Span(waiver.expires_at, until))).barrier
    waiver.bound, waiver.bound_limit, waiver.granting_tenant_id = barrier.bound, barrier.limit, barrier.set_by
    waiver.round, waiver.renewal_asked, waiver.asked_until = waiver.round + 1, True, until
    waiver.author_id, waiver.asked_at, waiver.reason = unit.scope.actor.id, unit.now, reason
    await changed(unit, waiver)
    await asked(unit, waiver, "standards.renew_waiver", reason)
    return waiver


def wanted_by(waiver: Waiver) -> Wanted:
    """Give what a waiver asks for."""
    return Wanted(
        code=waiver.code,
        place=(waiver.clause_key, waiver.parameter_key),
        variant=waiver.variant,
        value=waiver.value,
        based_on=waiver.based_on,
    )


async def checked_end(unit: Unit, until: datetime) -> datetime:
    """Give an end that is to come, and within what the network allows."""
    end = zoned(until, "until") or until
    check_length(unit, await network_rules(unit), end)
    return end


def named_by(waivers: Iterable[Waiver]) -> set[UUID]:
    """Name the versions that call the places of waivers so."""
    return {one.based_on for one in waivers if one.based_on is not None}


def check_free(barred: Barred, wanted: Wanted, live: Iterable[Waiver]) -> None:
    """Refuse where a waiver of the place is asked for, or holds still, whatever its place was called then."""
    for one in live:
        named = (one.clause_key, one.parameter_key)
        there = barred.gathered.place_in(barred.version, one.based_on or barred.version.id, named)
        if (there.site, one.variant) == (wanted.place, wanted.variant) and not there.retyped:
            raise WaiverIsThere(place=wanted.address, status=one.status)


async def waiver_to_change(unit: Unit, waiver_id: UUID, expected: int) -> Waiver:
    """Lock a waiver of the tenant that is as the caller read it."""
    waiver = await waiver_by_id(unit, waiver_id)
    if waiver is None:
        raise NotFound(kind="waiver", key=str(waiver_id))
    if waiver.revision != expected:
        raise StaleEdit(kind="waiver", expected=expected, actual=waiver.revision)
    return waiver


async def changed(unit: Unit, waiver: Waiver) -> None:
    """Write the next revision of a waiver."""
    waiver.revision, waiver.recorded_at = waiver.revision + 1, recorded_now()
    await unit.session.flush()


async def asked(unit: Unit, waiver: Waiver, action: str, reason: str) -> None:
    """Write down that a waiver was asked for, and send the question to whoever decides it."""
    await happened(unit, waiver, WaiverEventKind.ASKED, until=waiver.asked_until, reason=reason)
    facts = {"code": waiver.code, "bound": waiver.bound, "asked_of": waiver.granting_tenant_id, "round": waiver.round}
    await record_act(unit, action=action, subject_kind="waiver", subject_id=waiver.id, details=facts)
    payload = {"waiver_id": waiver.id, "round": waiver.round}
    await send(unit, ASK, payload, target_tenant_id=waiver.granting_tenant_id)
