"""Limits as they add up from level to level: each level tightens what it received, none can loosen it."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from core.standards.policy.bounds import Limit, LimitKey, Limits, matches
from core.standards.policy.documents import JsonValue
from core.standards.policy.values import magnitude
from core.standards.vocabulary import Direction, Facet, ParameterType

EDGES = ((Direction.LOWER, Facet.MAXIMUM), (Direction.HIGHER, Facet.MINIMUM))
"""What a direction makes of the received value."""


def tightened(type_: ParameterType, received: Limits, own: Limits) -> dict[LimitKey, Limit]:
    """Join a level's own limits with those it received; of two of one kind the tighter stays."""
    joined = dict(received)
    for key, limit in own.items():
        before = joined.get(key)
        joined[key] = limit if before is None else tighter(type_, key[0], before, limit)
    return joined


def tighter(type_: ParameterType, facet: Facet, before: Limit, after: Limit) -> Limit:
    """Give the tighter of two limits that work as the same facet; the earlier one where they are alike."""
    if facet is Facet.CHOICES:
        left = cast("Sequence[str]", before.value)
        kept = [one for one in left if one in cast("Sequence[str]", after.value)]
        return before if len(kept) == len(left) else Limit(facet=after.facet, value=kept, set_by=after.set_by)
    if facet in {Facet.MINIMUM, Facet.MAXIMUM}:
        old, new = magnitude(type_, before.value), magnitude(type_, after.value)
        return after if (new > old if facet is Facet.MINIMUM else new < old) else before
    return before


def first_looser(type_: ParameterType, received: Limits, own: Limits) -> Limit | None:
    """Find a received limit that a level asks to loosen, or nothing."""
    for key, limit in own.items():
        before = received.get(key)
        if before is None or limit.value == before.value:
            continue
        if tighter(type_, key[0], before, limit).value != limit.value:
            return before
    return None


def directed(type_: ParameterType, limits: Limits, value: JsonValue, set_by: UUID) -> dict[LimitKey, Limit]:
    """Turn directions into edges: the received value becomes the greatest, or the least, that a level may choose.

    Args:
        type_: Type of the value.
        limits: What a level receives.
        value: The value it receives.
        set_by: The level that set that value.
    """
    edges: dict[LimitKey, Limit] = {}
    for way, extreme in EDGES:
        if (Facet.DIRECTION, way.value) in limits:
            currency, _ = magnitude(type_, value)
            edges[extreme, currency] = Limit(facet=Facet.DIRECTION, value=value, set_by=set_by)
    return tightened(type_, limits, edges) if edges else dict(limits)


def exceeded(type_: ParameterType, limits: Limits, value: JsonValue) -> Limit | None:
    """Find a limit that a normalised value does not keep to, or nothing."""
    for (facet, _), limit in limits.items():
        if not keeps(type_, facet, limit.value, value):
            return limit
    return None


def keeps(type_: ParameterType, facet: Facet, bound: JsonValue, value: JsonValue) -> bool:
    """Tell whether a value keeps to one bound; amounts of money are held against bounds of their own currency."""
    if facet is Facet.CHOICES:
        asked = [magnitude(type_, value)[0]] if type_ is ParameterType.MONEY else value
        wanted = [asked] if isinstance(asked, str) else cast("Sequence[str]", asked)
        return set(wanted) <= set(cast("Sequence[str]", bound))
    if facet is Facet.PATTERN:
        return matches(cast("str", bound), cast("str", value))
    if facet is Facet.DIRECTION:
        return True  # its edge is a least or greatest value beside it
    (unit, limit), (currency, amount) = magnitude(type_, bound), magnitude(type_, value)
    if facet is Facet.STEP:
        return amount % limit == 0
    return unit != currency or (amount >= limit if facet is Facet.MINIMUM else amount <= limit)
