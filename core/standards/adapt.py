"""Adapt a standard for one's tenant within bounds, and withdraw an adaptation."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.kernel.work_items import settle_items
from core.standards.amend import amend, row_of, split
from core.standards.errors import NoStandardInForce, PublisherCannotAdapt
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import check_overlay
from core.standards.merging.carry import ITEM
from core.standards.merging.repository import overtake
from core.standards.models import Adaptation, Promise
from core.standards.permissions import ADAPT_STANDARDS
from core.standards.policy.checks import at, checked_note
from core.standards.policy.content import Narrowing
from core.standards.policy.documents import JsonValue
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.policy.variants import Context, checked_context, selector_text
from core.standards.proposals.errors import TwoMustAdapt
from core.standards.proposals.repository import needs_two
from core.standards.repository.adaptations import Head, adaptation_by_id, adaptations_of, next_head, revision_of
from core.standards.resolve import zoned
from core.standards.vocabulary import Operator, aspect_of


@frozen(kw_only=True)
class Adapt:
    """Adapt one parameter, or the text of one clause.

    Attributes:
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        context: The contexts it is for, by context key; all by default. One that is not received from above is a
            variant of the tenant's own, which takes the grant to append.
        operator: What is done.
        value: For all operators but ``narrow``: the value, the entries to append or remove, or a text per locale.
        narrowing: For ``narrow``.
        valid_from: Since when; now by default.
        valid_to: Until when; for good by default.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        suggestion_id: The suggestion that is adopted, where it is one.
        expected_revision: Revision of the tenant's side of the standard as it was read; unchecked where empty.
    """

    code: str
    clause_key: str
    parameter_key: str = ""
    context: Context = field(default_factory=dict[str, str])
    operator: Operator = Operator.ASSIGN
    value: JsonValue = None
    narrowing: Narrowing | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str
    legal_basis: str = ""
    suggestion_id: UUID | None = None
    expected_revision: int | None = None


@frozen(kw_only=True)
class WithdrawAdaptation:
    """End an adaptation.

    Attributes:
        adaptation_id: The adaptation.
        ends: When it ends; now by default. At or before its beginning, nothing is left of it.
        reason: Why.
        expected_revision: Revision of the tenant's side of the standard as it was read; unchecked where empty.
    """

    adaptation_id: UUID
    ends: datetime | None = None
    reason: str
    expected_revision: int | None = None


@frozen(kw_only=True)
class Asked:
    """An adaptation that was judged.

    Attributes:
        overlay: What is asked for.
        based_on: The published version it is laid over.
        head: The revision it is laid under.
    """

    overlay: Overlay
    based_on: UUID
    head: Head


async def adapt(unit: Unit, command: Adapt) -> Adaptation:
    """Adapt a standard; it is in force at once, and what it overlaps in time ends where it begins.

    Raises:
        NotPermitted: The actor may not adapt.
        TwoMustAdapt: The tenant wants one person to propose and another to approve.
        UnknownParameter: There is no such clause or parameter at some instant of its validity.
        ClauseIsLocked: It is core, or the operator is not granted.
        WrongType: The value has not the form of the parameter's type.
        BoundExceeded: The value does not keep to a bound.
        BoundWidened: The narrowing would widen what is received.
        VariantsAreAmbiguous: It would add a variant that is just as specific as another.
        NoStandardInForce: No version holds at some instant of its validity.
        PublisherCannotAdapt: The tenant publishes the standard itself.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The span is empty, an instant has no zone, or the reason is missing.
    """
    unit.scope.require(ADAPT_STANDARDS)
    if await needs_two(unit):
        raise TwoMustAdapt
    head = await expected_head(unit, command.code, command.expected_revision)
    return await laid(unit, command.code, await judged(unit, command, head))


async def judged(
    unit: Unit, command: Adapt, head: Head, *, author_id: UUID | None = None, approver_id: UUID | None = None
) -> Asked:
    """Judge what is asked for as it would be in force now.

    Args:
        unit: The owner's transaction.
        command: What is asked for.
        head: The revision it would be laid under.
        author_id: Who asked for it; the actor by default.
        approver_id: Who approved it, where approval was asked.

    Raises:
        DomainError: It would not be in force; see :func:`adapt`.
    """
    span = checked_span(unit, command)
    gathered = await gather(unit, command.code, await lineage_at(unit, span.start), span, None)
    check_publisher(unit, gathered, command.code, span)
    overlay = replace(
        overlay_asked(unit, command, span, head),
        author_id=author_id or unit.scope.actor.id,
        approver_id=approver_id,
    )
    based_on = await to_thread(check_overlay, gathered, command.code, overlay)  # Guards of many steps take their time.
    return Asked(overlay=overlay, based_on=based_on, head=head)


async def laid(unit: Unit, code: str, asked: Asked) -> Adaptation:
    """Lay what was judged; what it overlaps in time ends where it begins."""
    overlay, span, head = asked.overlay, asked.overlay.span, asked.head
    replaced = [
        row
        for row in await adaptations_of(unit, code)
        if same_place(row, overlay) and Span(row.valid_from, row.valid_to).meets(span)
    ]
    made = row_of(unit, code, overlay, asked.based_on, head)
    left = [piece for row in replaced for piece in split(row, span, head)]
    await record(unit, made, "standards.adapt")
    await settle_upgrades(unit, code, replaced)
    await amend(unit, closed=replaced, added=[made, *left], head=head)
    return made


async def withdraw_adaptation(unit: Unit, command: WithdrawAdaptation) -> Adaptation:
    """End an adaptation; the value received from above holds from then on.

    Returns:
        What is left of it, or the closed adaptation where nothing is.

    Raises:
        NotPermitted: The actor may not adapt.
        TwoMustAdapt: The tenant wants one person to propose that and another to approve.
        NotFound: There is no such adaptation in this tenant, or it was replaced or withdrawn before.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The instant has no zone, or the reason is missing.
    """
    unit.scope.require(ADAPT_STANDARDS)
    if await needs_two(unit):
        raise TwoMustAdapt
    return await ended(unit, command)


async def ended(unit: Unit, command: WithdrawAdaptation) -> Adaptation:
    """End an adaptation, whoever had to agree to that."""
    reason = checked_note("reason", command.reason, required=True)
    ends = zoned(command.ends, "ends") or unit.now
    found = await adaptation_by_id(unit, command.adaptation_id)
    if found is None:
        raise NotFound(kind="adaptation", key=str(command.adaptation_id))
    head = await head_to_end(unit, found, ends, command.expected_revision, kind="adaptation in force")
    found.ended_because = reason
    left = split(found, Span(ends), head)
    await record(unit, found, "standards.withdraw_adaptation")
    await settle_upgrades(unit, found.code, [found])
    await amend(unit, closed=[found], added=left, head=head)
    return left[0] if left else found


async def head_to_end(
    unit: Unit, row: Adaptation | Promise, ends: datetime, expected: int | None, *, kind: str
) -> Head:
    """Take the next revision to end what the owner has laid; what is over by then, or known no longer, is refused."""
    head = await expected_head(unit, row.code, expected)
    await unit.session.refresh(row)
    if row.recorded_to is not None or (row.valid_to is not None and row.valid_to <= ends):
        raise NotFound(kind=kind, key=str(row.id))
    return head


def checked_span(unit: Unit, command: Adapt) -> Span:
    """Give when the adaptation holds."""
    start = zoned(command.valid_from, "validFrom") or unit.now
    end = zoned(command.valid_to, "validTo")
    if end is not None and end <= start:
        raise InvalidInput(field="validTo", problem="the adaptation must end after it begins")
    return Span(start, end)


async def head_to_come(unit: Unit, code: str, expected: int | None) -> Head:
    """Tell what the next revision would be, without taking it, and refuse where the caller read another one."""
    actual = await revision_of(unit, code)
    if expected is not None and expected != actual:
        raise StaleEdit(kind="tenant's side of the standard", expected=expected, actual=actual)
    return Head(revision=actual + 1, recorded_at=recorded_now())


async def expected_head(unit: Unit, code: str, expected: int | None) -> Head:
    """Take the next revision, and refuse where the caller read another one than the last."""
    head = await next_head(unit, code)
    if expected is not None and expected != head.revision - 1:
        raise StaleEdit(kind="tenant's side of the standard", expected=expected, actual=head.revision - 1)
    return head


def check_publisher(unit: Unit, gathered: Gathered, code: str, span: Span) -> None:
    """Refuse where nothing is published, and where the tenant would adapt what it publishes."""
    if not gathered.versions:
        raise NoStandardInForce(standard=code, at=span.start)
    if any(version.owner_tenant_id == unit.tenant_id for version in gathered.versions):
        raise PublisherCannotAdapt(standard=code)


def overlay_asked(unit: Unit, command: Adapt, span: Span, head: Head) -> Overlay:
    """Give what is asked for as an overlay."""
    narrows = command.operator is Operator.NARROW
    if narrows is (command.narrowing is None) or narrows is (command.value is not None):
        raise InvalidInput(field="value", problem="narrow takes a narrowing, every other operator a value")
    return Overlay(
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        clause_key=command.clause_key,
        parameter_key=command.parameter_key,
        variant=variant_asked(command),
        operator=command.operator,
        value=command.value,
        narrowing=command.narrowing,
        author_id=unit.scope.actor.id,
        reason=checked_note("reason", command.reason, required=True),
        legal_basis=checked_note("legalBasis", command.legal_basis),
        suggestion_id=command.suggestion_id,
        span=span,
        recorded_from=head.recorded_at,
    )


def variant_asked(command: Adapt) -> str:
    """Give the variant that is asked for."""
    with at("context"):
        context = checked_context(command.context)
        if context and not command.parameter_key:
            raise ValueError("the text of a clause is the same in all contexts")
    return selector_text(context)


def same_place(row: Adaptation, overlay: Overlay) -> bool:
    """Tell whether a row changes the same side of the same place, for the same contexts."""
    place = (row.clause_key, row.parameter_key, row.variant, row.aspect)
    return place == (overlay.clause_key, overlay.parameter_key, overlay.variant, aspect_of(overlay.operator))


async def settle_upgrades(unit: Unit, code: str, replaced: Sequence[Adaptation]) -> None:
    """Let nothing wait about adaptations that are known no longer; what is left of them is looked at again."""
    ids = [row.id for row in replaced]
    if ids and await overtake(unit, ids):
        await settle_items(unit, ITEM, ids)
        await send(unit, "standards.check_adaptations", {"code": code})


async def record(unit: Unit, adaptation: Adaptation, action: str) -> None:
    """Write the audit entry and the event; units below read the copies that are written after them."""
    facts = {"standard": adaptation.code, "clause": adaptation.clause_key, "parameter": adaptation.parameter_key}
    facts |= {"variant": adaptation.variant} if adaptation.variant else {}
    await record_act(
        unit,
        action=action,
        subject_kind="adaptation",
        subject_id=adaptation.id,
        details={**facts, "operator": adaptation.operator},
    )
    await send(unit, "standards.adapted", {"code": adaptation.code, "adaptation_id": adaptation.id})
