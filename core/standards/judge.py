"""Judge an adaptation before it is made: at every instant of its validity at which something else changes."""

from datetime import datetime
from uuid import UUID

from core.kernel.errors import DomainError
from core.standards.errors import (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    NoStandardInForce,
    UnknownParameter,
    VariantsAreAmbiguous,
    WrongType,
)
from core.standards.gather import Gathered
from core.standards.policy.content import address
from core.standards.policy.documents import JsonValue, json_text
from core.standards.policy.fold import open_to, slots_received
from core.standards.policy.limits import first_looser
from core.standards.policy.overlays import Overlay
from core.standards.policy.passing import Slots, may_vary
from core.standards.policy.slots import Judged, Slot, descend, own_limits, received
from core.standards.policy.spans import Span
from core.standards.policy.variants import ambiguous
from core.standards.vocabulary import Aspect, Operator, Outcome, aspect_of


def check_overlay(gathered: Gathered, code: str, overlay: Overlay) -> UUID:
    """Refuse an overlay that would be suspended at any instant of its validity, as far as that is known.

    Args:
        gathered: What bears on the standard in the owner's tenant.
        code: The standard.
        overlay: What the owner wants to lay.

    Returns:
        The published version that holds where the overlay begins.
    """
    for instant in instants_to_judge(gathered, overlay.span):
        version = gathered.version_at(instant)
        if version is None:
            raise NoStandardInForce(standard=code, at=instant)
        place = (overlay.clause_key, overlay.parameter_key)
        slots = slots_received(version, gathered.above_on(version, instant), gathered.lineage, instant, place)
        other = beside(gathered, overlay, instant)
        if slots is None or not is_there(slots, overlay, other):
            raise UnknownParameter(standard=code, place=overlay.address, at=instant)
        if overlay.variant not in slots:
            check_choice(slots, gathered, overlay, instant)
        check_at(open_to(slots, overlay.variant), overlay, other, instant)
    first = gathered.version_at(overlay.span.start)
    if first is None:
        raise NoStandardInForce(standard=code, at=overlay.span.start)
    return first.id


def instants_to_judge(gathered: Gathered, span: Span) -> list[datetime]:
    """List the beginning of a span and every instant in it at which something begins or ends."""
    return sorted({span.start, *(edge for edge in gathered.edges() if span.holds(edge))})


def beside(gathered: Gathered, overlay: Overlay, instant: datetime) -> Overlay | None:
    """Find the owner's overlay of the other aspect of the same place."""
    aspect = aspect_of(overlay.operator)
    return next(
        (
            one
            for one in gathered.own
            if one.address == overlay.address and aspect_of(one.operator) is not aspect and one.span.holds(instant)
        ),
        None,
    )


def is_there(slots: Slots, overlay: Overlay, other: Overlay | None) -> bool:
    """Tell whether there is something to change: a variant that is received, or is or has been added by the owner."""
    adds = any(one is not None and one.operator is Operator.ASSIGN for one in (overlay, other))
    return overlay.variant in slots or (adds and may_vary(slots))


def check_choice(slots: Slots, gathered: Gathered, overlay: Overlay, instant: datetime) -> None:
    """Refuse to add a variant between which and another no context could choose."""
    place = (overlay.clause_key, overlay.parameter_key)
    own = {
        one.variant for one in gathered.own if (one.clause_key, one.parameter_key) == place and one.span.holds(instant)
    }
    for other in sorted({*slots, *own} - {overlay.variant}):
        if ambiguous(other, overlay.variant):
            raise VariantsAreAmbiguous(place=address(*place), first=other, second=overlay.variant)


def check_at(slot: Slot, overlay: Overlay, other: Overlay | None, instant: datetime) -> None:
    """Refuse an overlay that would be suspended, or would suspend what the owner has laid beside it."""
    if aspect_of(overlay.operator) is Aspect.BOUNDS:
        check_widening(slot, overlay, instant)
        _, before = descend(slot, other, None)
        _, after = descend(slot, other, overlay)
    else:
        _, before = descend(slot, None, other)
        _, after = descend(slot, overlay, other)
    held = {judged.overlay.id for judged in before if judged.outcome is Outcome.IN_FORCE} | {overlay.id}
    for judged in after:
        if judged.overlay.id in held and judged.outcome is not Outcome.IN_FORCE:
            raise refusal(slot, judged, instant)


def check_widening(slot: Slot, overlay: Overlay, instant: datetime) -> None:
    """Refuse a narrowing that asks for looser bounds, or for operators that are not granted."""
    kept = None if overlay.narrowing is None else overlay.narrowing.operators
    if set(kept or ()) - slot.operators:
        raise BoundWidened(
            place=overlay.address,
            bound="operators",
            limit=json_text(sorted(slot.operators)),
            set_by=slot.locked_by,
            at=instant,
        )
    try:
        looser = None if slot.type is None else first_looser(slot.type, received(slot), own_limits(slot, overlay))
    except ValueError:
        return  # its form is refused as such
    if looser is not None:
        raise BoundWidened(
            place=overlay.address,
            bound=looser.facet.value,
            limit=json_text(looser.value),
            set_by=looser.set_by,
            at=instant,
        )


def refusal(slot: Slot, judged: Judged, instant: datetime) -> DomainError:
    """Say as a refusal why an overlay would be suspended."""
    overlay, set_by = judged.overlay, judged.set_by or slot.set_by
    if judged.outcome is Outcome.LOCKED:
        granted = tuple(sorted(slot.operators))
        return ClauseIsLocked(
            place=overlay.address, operator=overlay.operator.value, granted=granted, set_by=set_by, at=instant
        )
    if judged.outcome is Outcome.WRONG_TYPE or judged.limit is None:
        expected = "wording" if slot.type is None else slot.type.value
        return WrongType(place=overlay.address, expected=expected, problem=judged.problem)
    return BoundExceeded(
        place=overlay.address,
        bound=judged.limit.facet.value,
        limit=json_text(judged.limit.value),
        value=json_text(value_tried(slot, overlay)),
        set_by=set_by,
        at=instant,
    )


def value_tried(slot: Slot, overlay: Overlay) -> JsonValue:
    """Give the value that does not keep to a bound; for a narrowing it is the one that holds already."""
    return slot.value if aspect_of(overlay.operator) is Aspect.BOUNDS else overlay.value
