"""Whether a standard delivers what is promised of it: a pure comparison, by type and by which way is better."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import cast

from core.kernel.frozen import frozen
from core.standards.policy.content import Part, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import EffectiveStandard, EffectiveValue
from core.standards.policy.values import ORDERED, magnitude, normalised
from core.standards.vocabulary import ParameterType


class Better(StrEnum):
    """Which way customers are better served."""

    LOWER = "lower_is_better"
    HIGHER = "higher_is_better"


class Shortfall(StrEnum):
    """Why a standard does not deliver what is promised."""

    MORE_THAN_DELIVERED = "more_than_delivered"
    NO_SUCH_PARAMETER = "no_such_parameter"
    WRONG_TYPE = "wrong_type"


class PromisedLimit(Part, frozen=True, kw_only=True):
    """One value that customers are promised.

    Attributes:
        clause_key: The clause.
        parameter_key: The parameter that says what is delivered.
        value: What is promised, in the form of the parameter's type.
        better: Which way customers are better served; for texts and entries of a list it makes no difference.
    """

    clause_key: str
    parameter_key: str
    value: JsonValue
    better: Better = Better.LOWER

    @property
    def address(self) -> str:
        """The parameter in one text."""
        return address(self.clause_key, self.parameter_key)


@frozen(kw_only=True)
class JudgedLimit:
    """One promised value beside what is delivered.

    Attributes:
        promised: What is promised.
        type: Type of the parameter; empty where there is none.
        delivered: What holds for the parameter, one value for each context in which another one holds.
        shortfall: Why the promise is not kept; empty where it is.
    """

    promised: PromisedLimit
    type: ParameterType | None
    delivered: tuple[JsonValue, ...]
    shortfall: Shortfall | None

    @property
    def kept(self) -> bool:
        """Tell whether the standard delivers it."""
        return self.shortfall is None


def judged(promised: Sequence[PromisedLimit], standard: EffectiveStandard) -> tuple[JudgedLimit, ...]:
    """Hold promised values against what holds; a promise says nothing of contexts, so it must be kept in all."""
    values: dict[tuple[str, str], list[EffectiveValue]] = {}
    for value in standard.every():
        if value.type is not None:
            values.setdefault((value.clause_key, value.parameter_key), []).append(value)
    return tuple(judged_limit(one, values.get((one.clause_key, one.parameter_key), ())) for one in promised)


def judged_limit(promised: PromisedLimit, values: Sequence[EffectiveValue]) -> JudgedLimit:
    """Hold one promised value against what holds for its parameter."""
    type_ = values[0].type if values else None
    if type_ is None:
        return JudgedLimit(promised=promised, type=None, delivered=(), shortfall=Shortfall.NO_SUCH_PARAMETER)
    delivered = tuple(one.value for one in values)
    try:
        shortfall = None
        wanted = normalised(type_, promised.value)
        if not all(delivers(type_, promised.better, wanted, one) for one in delivered):
            shortfall = Shortfall.MORE_THAN_DELIVERED
    except ValueError:
        shortfall = Shortfall.WRONG_TYPE
    return JudgedLimit(promised=promised, type=type_, delivered=delivered, shortfall=shortfall)


def delivers(type_: ParameterType, better: Better, promised: JsonValue, delivered: JsonValue) -> bool:
    """Tell whether what is delivered is as good as what is promised, or better; both are normalised.

    Amounts of money compare within their currency alone; entries of a list must all be delivered; a text or an entry
    must be the same.
    """
    if type_ is ParameterType.CHOICES:
        return set(cast("Sequence[str]", promised)) <= set(cast("Sequence[str]", delivered))
    if type_ not in ORDERED:
        return promised == delivered
    (unit, amount), (currency, held) = magnitude(type_, promised), magnitude(type_, delivered)
    return unit == currency and (held <= amount if better is Better.LOWER else held >= amount)


def terms_of(
    limits: Sequence[Mapping[str, object]], expected: Mapping[str, object] | None
) -> tuple[PromisedLimit, ...]:
    """Read everything a kept promise promises, the expected time last."""
    return tuple(map(read_limit, (*limits, *([] if expected is None else [expected]))))


def read_limit(facts: Mapping[str, object]) -> PromisedLimit:
    """Read one promised value back."""
    return PromisedLimit(
        clause_key=str(facts["clause_key"]),
        parameter_key=str(facts["parameter_key"]),
        value=cast("JsonValue", facts["value"]),
        better=Better(str(facts["better"])),
    )
