"""One value on its way down the tree: what each level receives, what it may do with it, and what it passes on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.bounds import Limit, Limits, limits_of
from core.standards.policy.content import Bounds
from core.standards.policy.documents import JsonValue
from core.standards.policy.limits import directed, exceeded, tightened
from core.standards.policy.overlays import Overlay
from core.standards.policy.process import ProcessContent
from core.standards.policy.process_added import widened
from core.standards.policy.values import normalised
from core.standards.policy.wordings import normalised_wording
from core.standards.vocabulary import Operator, Outcome, ParameterType


@frozen(kw_only=True)
class Slot:
    """A value as one level receives it.

    Attributes:
        type: Type of the value; ``None`` for the wording of a clause, a text per locale.
        value: The value received.
        set_by: The level that set it.
        operators: What the level may do.
        limits: What it must keep to.
        locked_by: For operators that are not granted, the level that withheld them.
        within: For steps that are added, the process they are added to.
    """

    type: ParameterType | None
    value: JsonValue
    set_by: UUID
    operators: frozenset[Operator]
    limits: Limits
    locked_by: UUID
    within: ProcessContent | None = None


@frozen(kw_only=True)
class Judged:
    """What became of one overlay at its level.

    Attributes:
        overlay: The overlay.
        outcome: In force, or why it is suspended.
        limit: The bound it does not keep to, where that is why.
        set_by: The level whose bound or lock suspends it.
        problem: What is wrong with the form of its value, where that is why.
    """

    overlay: Overlay
    outcome: Outcome
    limit: Limit | None = None
    set_by: UUID | None = None
    problem: str = ""


def received(slot: Slot) -> Limits:
    """Give what a level must keep to: the limits above it, and the received value where a direction is given."""
    return slot.limits if slot.type is None else directed(slot.type, slot.limits, slot.value, slot.set_by)


def descend(slot: Slot, own_value: Overlay | None, own_bounds: Overlay | None) -> tuple[Slot, list[Judged]]:
    """Pass a value through one level.

    A narrowing is in force only where the value that then holds at the level keeps to it. So whatever is passed down
    keeps to what is passed down with it, and below, the received value is always there to fall back to.

    Args:
        slot: What the level receives.
        own_value: The level's overlay of the value, if any.
        own_bounds: The level's narrowing, if any.

    Returns:
        What levels below receive, and what became of the overlays.
    """
    above = received(slot)
    narrowing = judged_narrowing(slot, own_bounds)
    if narrowing is not None and narrowing.outcome is Outcome.IN_FORCE:
        within = tightened_by(slot, above, narrowing.overlay)
        value, verdict = laid(slot, within, own_value)
        broken = exceeded_by(slot, within, value)
        if broken is None:
            return passed_on(slot, value, verdict, narrowing), listed(verdict, narrowing)
        narrowing = suspended(narrowing.overlay, broken)
    value, verdict = laid(slot, above, own_value)
    return passed_on(slot, value, verdict, narrowing), listed(verdict, narrowing)


def listed(*judged: Judged | None) -> list[Judged]:
    """List what there is."""
    return [one for one in judged if one is not None]


def suspended(overlay: Overlay, limit: Limit) -> Judged:
    """Say that an overlay does not keep to a bound."""
    return Judged(overlay=overlay, outcome=Outcome.OUT_OF_BOUNDS, limit=limit, set_by=limit.set_by)


def laid(slot: Slot, limits: Limits, overlay: Overlay | None) -> tuple[JsonValue, Judged | None]:
    """Lay an overlay of the value: give the value that holds then, the received one where it is suspended."""
    if overlay is None:
        return slot.value, None
    if overlay.operator not in slot.operators:
        return slot.value, Judged(overlay=overlay, outcome=Outcome.LOCKED, set_by=slot.locked_by)
    try:
        value = changed(slot, overlay)
    except ValueError as problem:
        return slot.value, Judged(overlay=overlay, outcome=Outcome.WRONG_TYPE, problem=str(problem))
    broken = exceeded_by(slot, limits, value)
    if broken is not None:
        return slot.value, suspended(overlay, broken)
    return value, Judged(overlay=overlay, outcome=Outcome.IN_FORCE)


def changed(slot: Slot, overlay: Overlay) -> JsonValue:
    """Give what an overlay makes of the received value.

    Raises:
        ValueError: Its own value has not the form of the type, the type has no entries, or it does not fit what it is
            added to.
    """
    if slot.type is None:
        return dict(sorted({**cast("Mapping[str, str]", slot.value), **normalised_wording(overlay.value)}.items()))
    own = normalised(slot.type, overlay.value)
    if slot.within is not None:
        return widened(slot.within, slot.value, own)
    if overlay.operator is Operator.ASSIGN:
        return own
    if slot.type is not ParameterType.CHOICES:
        raise ValueError("only a list of entries can be appended to or removed from")
    entries, named = set(cast("Sequence[str]", slot.value)), set(cast("Sequence[str]", own))
    return sorted(entries | named if overlay.operator is Operator.APPEND else entries - named)


def judged_narrowing(slot: Slot, overlay: Overlay | None) -> Judged | None:
    """Judge a narrowing by itself: whether the level may narrow at all, and whether it has the form of the type."""
    if overlay is None:
        return None
    if Operator.NARROW not in slot.operators:
        return Judged(overlay=overlay, outcome=Outcome.LOCKED, set_by=slot.locked_by)
    try:
        own_limits(slot, overlay)
    except ValueError as problem:
        return Judged(overlay=overlay, outcome=Outcome.WRONG_TYPE, problem=str(problem))
    return Judged(overlay=overlay, outcome=Outcome.IN_FORCE)


def own_limits(slot: Slot, overlay: Overlay) -> Limits:
    """Take the bounds of a narrowing apart.

    Raises:
        ValueError: They do not suit the type; a wording has none.
    """
    bounds = Bounds() if overlay.narrowing is None else overlay.narrowing.bounds
    if slot.type is not None:
        return limits_of(slot.type, bounds, overlay.owner_tenant_id)
    if bounds != Bounds():
        raise ValueError("a text has no bounds")
    return {}


def tightened_by(slot: Slot, limits: Limits, overlay: Overlay) -> Limits:
    """Add a narrowing's bounds to limits."""
    return limits if slot.type is None else tightened(slot.type, limits, own_limits(slot, overlay))


def exceeded_by(slot: Slot, limits: Limits, value: JsonValue) -> Limit | None:
    """Find a limit that a value does not keep to; a wording has none."""
    return None if slot.type is None else exceeded(slot.type, limits, value)


def passed_on(slot: Slot, value: JsonValue, verdict: Judged | None, narrowing: Judged | None) -> Slot:
    """Give what levels below receive."""
    if verdict is not None and verdict.outcome is Outcome.IN_FORCE:
        slot = replace(slot, value=value, set_by=verdict.overlay.owner_tenant_id)
    if narrowing is None or narrowing.outcome is not Outcome.IN_FORCE:
        return slot
    kept = None if narrowing.overlay.narrowing is None else narrowing.overlay.narrowing.operators
    withheld = frozenset[Operator]() if kept is None else slot.operators - frozenset(kept)
    return replace(
        slot,
        limits=tightened_by(slot, slot.limits, narrowing.overlay),
        operators=slot.operators - withheld,
        locked_by=narrowing.overlay.owner_tenant_id if withheld else slot.locked_by,
    )
