"""Bounds taken apart into limits: what each kind may bound, in which form, and which level set it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, cast
from uuid import UUID

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from core.kernel.frozen import frozen
from core.standards.policy.content import Bounds
from core.standards.policy.documents import JsonValue
from core.standards.policy.values import CURRENCY_FORM, choices, magnitude, normalised
from core.standards.vocabulary import Direction, Facet, ParameterType

MAX_PATTERN = 500
COMPARED = frozenset(
    {
        ParameterType.DURATION,
        ParameterType.INTEGER,
        ParameterType.DECIMAL,
        ParameterType.PERCENT,
        ParameterType.MONEY,
    }
)
PERMITTED: Mapping[Facet, frozenset[ParameterType]] = {
    Facet.MINIMUM: COMPARED,
    Facet.MAXIMUM: COMPARED,
    Facet.STEP: COMPARED - {ParameterType.MONEY},
    Facet.CHOICES: frozenset({ParameterType.CHOICE, ParameterType.CHOICES, ParameterType.MONEY}),
    Facet.PATTERN: frozenset({ParameterType.TEXT}),
    Facet.DIRECTION: COMPARED | {ParameterType.BOOLEAN},
}
"""Which bounds make sense for which types."""


@frozen(kw_only=True)
class Limit:
    """One bound and the level that set it.

    Attributes:
        facet: What kind of bound it is; a direction stays itself though it works as a least or greatest value.
        value: The bound in JSON, in the parameter's own form.
        set_by: The tenant that set it.
    """

    facet: Facet
    value: JsonValue
    set_by: UUID


LimitKey = tuple[Facet, str]
"""What a tighter limit takes the place of: the facet with the currency, or with the text of a step or pattern."""

Limits = Mapping[LimitKey, Limit]


def limits_of(type_: ParameterType, bounds: Bounds, set_by: UUID) -> dict[LimitKey, Limit]:
    """Take bounds apart into limits.

    Raises:
        ValueError: A bound does not suit the type, or has not its form; the message names it.
    """
    found: dict[LimitKey, Limit] = {}
    for facet in Facet:
        raw = cast("JsonValue", getattr(bounds, facet.value))
        if raw is None:
            continue
        if type_ not in PERMITTED[facet]:
            raise ValueError(f"{facet.value}: a {type_.value} cannot be bounded this way")
        try:
            values = READERS[facet](type_, raw)
        except ValueError as problem:
            raise ValueError(f"{facet.value}: {problem}") from problem
        found |= {(facet, key): Limit(facet=facet, value=value, set_by=set_by) for key, value in values.items()}
    return found


def read_extreme(type_: ParameterType, raw: JsonValue) -> dict[str, JsonValue]:
    """Read a least or greatest value; for money one per currency."""
    if type_ is not ParameterType.MONEY:
        return {"": normalised(type_, raw)}
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError('minor units per currency such as {"EUR": "5000"} are expected')
    amounts = [{"amountMinor": amount, "currency": currency} for currency, amount in raw.items()]
    return {one["currency"]: one for one in map(read_money, amounts)}


def read_money(raw: JsonValue) -> dict[str, str]:
    """Read one amount of money."""
    return cast("dict[str, str]", normalised(ParameterType.MONEY, raw))


def read_step(type_: ParameterType, raw: JsonValue) -> dict[str, JsonValue]:
    """Read a step, which must be more than nothing."""
    value = normalised(type_, raw)
    if magnitude(type_, value)[1] <= 0:
        raise ValueError("a step is more than zero")
    return {str(value): value}


def read_choices(type_: ParameterType, raw: JsonValue) -> dict[str, JsonValue]:
    """Read an enumeration, or the currencies of money."""
    if type_ is not ParameterType.MONEY:
        return {"": choices(raw)}
    listed = sorted(set(cast("tuple[str, ...]", raw)))
    if not all(CURRENCY_FORM.fullmatch(one) for one in listed):
        raise ValueError("currencies such as EUR are expected")
    return {"": listed}


def read_pattern(_type: ParameterType, raw: JsonValue) -> dict[str, JsonValue]:
    """Read a regular expression of the kind that is matched in linear time."""
    pattern = cast("str", raw)
    compiled(pattern)
    return {pattern: pattern}


def read_direction(_type: ParameterType, raw: JsonValue) -> dict[str, JsonValue]:
    """Read a direction."""
    way = Direction(cast("str", raw)).value
    return {way: way}


READERS: Mapping[Facet, Callable[[ParameterType, JsonValue], dict[str, JsonValue]]] = {
    Facet.MINIMUM: read_extreme,
    Facet.MAXIMUM: read_extreme,
    Facet.STEP: read_step,
    Facet.CHOICES: read_choices,
    Facet.PATTERN: read_pattern,
    Facet.DIRECTION: read_direction,
}


@lru_cache(maxsize=512)
def compiled(pattern: str) -> TypeAdapter[str]:
    """Compile a pattern with the engine that cannot be made to backtrack: publishers write them, tenants feed them.

    Raises:
        ValueError: It is not a regular expression of that engine, or too long.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
    try:
        return TypeAdapter(Annotated[str, StringConstraints(pattern=rf"\A(?:{pattern})\z")])
    except SchemaError as problem:
        raise ValueError("the pattern is not a regular expression without look-around and back-references") from problem


def matches(pattern: str, text: str) -> bool:
    """Tell whether a whole text matches a pattern."""
    try:
        compiled(pattern).validate_python(text)
    except ValidationError:
        return False
    return True
