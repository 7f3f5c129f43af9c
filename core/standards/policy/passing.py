"""One parameter with its variants on its way down the tree, and what a level needs to add a variant of its own.

A variant that a level adds takes the place of others in some contexts. It must keep to the limits of all of those, and
the right to add must be granted by each; so no added variant reaches what the level could not have reached otherwise.
"""

from collections.abc import Mapping
from dataclasses import replace

from core.standards.policy.bounds import Limit, LimitKey
from core.standards.policy.limits import tightened
from core.standards.policy.overlays import Overlay
from core.standards.policy.slots import Judged, Slot, descend, received
from core.standards.policy.variants import EVERYWHERE, ambiguous, chosen, compatible, implied, rank, read_selector
from core.standards.vocabulary import Aspect, Operator, Outcome, ParameterType

Slots = Mapping[str, Slot]
"""A parameter as a level receives it, by variant."""

Own = Mapping[Aspect, Overlay]
"""What one level lays over one variant."""


def pass_level(slots: Slots, laid: Mapping[str, Own]) -> tuple[dict[str, Slot], dict[str, list[Judged]]]:
    """Pass a parameter through one level.

    Args:
        slots: What the level receives.
        laid: Its overlays, by variant.

    Returns:
        What levels below receive, and what became of the overlays, by variant.
    """
    after, told = dict(slots), dict[str, list[Judged]]()
    for variant in sorted(laid):
        own = laid[variant]
        if variant in slots:
            after[variant], told[variant] = descend(slots[variant], own.get(Aspect.VALUE), own.get(Aspect.BOUNDS))
        else:
            made, told[variant] = added(slots, after, variant, own)
            after |= {} if made is None else {variant: made}
    return after, told


def added(slots: Slots, beside: Slots, variant: str, own: Own) -> tuple[Slot | None, list[Judged]]:
    """Add a variant that the level does not receive, unless that is not granted or it is ambiguous."""
    value, bounds = own.get(Aspect.VALUE), own.get(Aspect.BOUNDS)
    if value is None or value.operator is not Operator.ASSIGN or not may_vary(slots):
        return None, [orphaned(one) for one in (value, bounds) if one is not None]
    rest = [] if bounds is None else [orphaned(bounds)]
    other = ambiguous_with(variant, beside)
    if other is not None:
        verdict = Judged(overlay=value, outcome=Outcome.AMBIGUOUS, set_by=beside[other].set_by, problem=other)
        return None, [verdict, *rest]
    slot, judged = descend(opening(slots, variant), value, bounds)
    if judged[0].outcome is not Outcome.IN_FORCE:
        return None, [judged[0], *rest]
    granted = shared_operators(slots, variant)
    return replace(slot, operators=slot.operators & granted), judged


def may_vary(slots: Slots) -> bool:
    """Tell whether there is a value that may have variants: a clause's text has none, and steps have guards instead."""
    return EVERYWHERE in slots and slots[EVERYWHERE].type not in {None, ParameterType.STEPS}


def ambiguous_with(variant: str, beside: Slots) -> str | None:
    """Find a variant that another would be ambiguous with."""
    return next((one for one in sorted(beside) if one != variant and ambiguous(one, variant)), None)


def opening(slots: Slots, variant: str) -> Slot:
    """Give a variant that is to be added as its level finds it: the nearest value received, the limits of all replaced.

    Args:
        slots: What the level receives; the value for all contexts is among it.
        variant: The variant.
    """
    replaced = replaced_by(slots, variant)
    nearest = slots[max((one for one in replaced if implied(one, variant)), key=rank)]
    if nearest.type is None:
        return nearest
    limits: dict[LimitKey, Limit] = {}
    for one in sorted(replaced, key=rank, reverse=True):
        limits = tightened(nearest.type, limits, received(slots[one]))
    granted = shared_operators(slots, variant)
    withheld = [slots[one].locked_by for one in sorted(replaced) if Operator.APPEND not in slots[one].operators]
    operators = granted | {Operator.ASSIGN} if not withheld else granted - {Operator.ASSIGN}
    return replace(nearest, limits=limits, operators=operators, locked_by=next(iter(withheld), nearest.locked_by))


def replaced_by(slots: Slots, variant: str) -> list[str]:
    """List the received variants whose place an added one takes in some context.

    Where both apply and nothing else is known is the context in which the received one is chosen, if it is in any.
    """
    selector = read_selector(variant)
    return [
        one
        for one in slots
        if rank(one) < rank(variant)
        and compatible(one, variant)
        and chosen(slots, {**selector, **read_selector(one)}) == one
    ]


def shared_operators(slots: Slots, variant: str) -> frozenset[Operator]:
    """Give what is granted for all that an added variant takes the place of."""
    return frozenset[Operator].intersection(*(slots[one].operators for one in replaced_by(slots, variant)))


def orphaned(overlay: Overlay) -> Judged:
    """Say that an overlay changes what is not there."""
    return Judged(overlay=overlay, outcome=Outcome.ORPHANED)
