"""The value nearest to one that limits exclude, or that has another type now."""

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Final, cast

from core.standards.policy.bounds import Limits
from core.standards.policy.documents import JsonValue
from core.standards.policy.limits import exceeded
from core.standards.policy.values import DECIMALS, Magnitude, magnitude, normalised
from core.standards.vocabulary import Facet, Operator, ParameterType

NUMBERS: Final = frozenset(
    {
        ParameterType.DURATION,
        ParameterType.INTEGER,
        ParameterType.DECIMAL,
        ParameterType.PERCENT,
        ParameterType.MONEY,
    }
)


def nearest(type_: ParameterType, limits: Limits, value: JsonValue, operator: Operator) -> JsonValue:
    """Give the value within limits that is nearest to a normalised one, or nothing where none is near.

    Args:
        type_: Type of the value.
        limits: What it must keep to.
        value: What was asked for; for ``append`` and ``remove`` the entries.
        operator: What is done with it.
    """
    found = None
    if type_ in NUMBERS:
        found = nearest_number(type_, limits, value)
    elif type_ is ParameterType.CHOICES and operator is not Operator.REMOVE:
        allowed = cast("Sequence[str]", limits[Facet.CHOICES, ""].value) if (Facet.CHOICES, "") in limits else ()
        found = [one for one in cast("Sequence[str]", value) if one in allowed] or None
    return found if found is not None and exceeded(type_, limits, found) is None else None


def nearest_number(type_: ParameterType, limits: Limits, value: JsonValue) -> JsonValue:
    """Give the nearest number; of two that are equally near the one below."""
    currency, amount = magnitude(type_, value)
    low = edge(type_, limits, Facet.MINIMUM, currency)
    high = edge(type_, limits, Facet.MAXIMUM, currency)
    steps = [magnitude(type_, one.value)[1] for (facet, _), one in limits.items() if facet is Facet.STEP]
    step = lcm(*steps) if steps else 1
    within = amount if low is None else max(amount, low)
    within = within if high is None else min(within, high)
    below, above = within // step * step, -(-within // step) * step
    fitting = [one for one in (below, above) if (low is None or one >= low) and (high is None or one <= high)]
    return of_magnitude(type_, (currency, min(fitting, key=lambda one: abs(one - amount)))) if fitting else None


def edge(type_: ParameterType, limits: Limits, facet: Facet, currency: str) -> int | None:
    """Give the least or greatest number allowed, if there is one."""
    limit = limits.get((facet, currency))
    return None if limit is None else magnitude(type_, limit.value)[1]


def of_magnitude(type_: ParameterType, compared: Magnitude) -> JsonValue:
    """Give the value that is compared by a number."""
    currency, amount = compared
    if type_ is ParameterType.MONEY:
        return {"amountMinor": str(amount), "currency": currency}
    if type_ in {ParameterType.DECIMAL, ParameterType.PERCENT}:
        whole, fraction = divmod(abs(amount), 10**DECIMALS)
        return normalised(type_, f"{'-' if amount < 0 else ''}{whole}.{str(fraction).rjust(DECIMALS, '0')}")
    return amount


def converted(before: ParameterType, after: ParameterType, value: JsonValue) -> JsonValue:
    """Give a value of one type as one of another that means the same, or nothing where there is none."""
    if {before, after} <= {ParameterType.INTEGER, ParameterType.DECIMAL}:
        tried: JsonValue = str(value) if after is ParameterType.DECIMAL else whole_number(value)
    elif (before, after) == (ParameterType.CHOICE, ParameterType.CHOICES):
        tried = [cast("str", value)]
    elif (before, after) == (ParameterType.CHOICES, ParameterType.CHOICE):
        entries = cast("Sequence[str]", value)
        tried = entries[0] if len(entries) == 1 else None
    elif (before, after) == (ParameterType.CHOICE, ParameterType.TEXT):
        tried = value
    else:
        return None
    try:
        return None if tried is None else normalised(after, tried)
    except ValueError:
        return None


def whole_number(value: JsonValue) -> int | None:
    """Read a decimal as an integer, where it is one."""
    text = str(value)
    return None if "." in text or isinstance(value, Mapping) else int(text)
