"""How a promise stands at an instant: computed from what holds then, whatever job ran or did not."""

from collections.abc import Sequence
from datetime import datetime

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.errors import UnknownParameter, WrongType
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.documents import json_text
from core.standards.policy.fold import EffectiveStandard
from core.standards.policy.spans import Span
from core.standards.policy.values import normalised
from core.standards.promises.errors import PromiseExceedsStandard
from core.standards.promises.models import Promise
from core.standards.promises.policy import JudgedLimit, PromisedLimit, Shortfall, judged, terms_of
from core.standards.promises.repository import promise_at
from core.standards.resolve import MOMENT, folded, zoned
from core.standards.vocabulary import ParameterType


@frozen(kw_only=True)
class PromiseStanding:
    """A promise beside what the standard delivers.

    Attributes:
        promise: The promise that holds at the instant.
        at: The instant.
        version: Number of the version that holds; empty where none does, and then nothing is delivered.
        limits: Each promised value.
        expected_time: The expected time, where one is promised.
    """

    promise: Promise
    at: datetime
    version: str | None
    limits: Sequence[JudgedLimit]
    expected_time: JudgedLimit | None

    @property
    def judged(self) -> Sequence[JudgedLimit]:
        """Everything that is promised."""
        return [*self.limits, *([] if self.expected_time is None else [self.expected_time])]

    @property
    def kept(self) -> bool:
        """Tell whether the standard delivers all of it."""
        return self.version is not None and all(one.kept for one in self.judged)


async def promise_standing(unit: Unit, code: str, instant: datetime | None = None) -> PromiseStanding | None:
    """Tell what is promised of a standard at an instant and whether it is kept; nothing where nothing is promised.

    Raises:
        NotPermitted: The actor may not read standards.
        InvalidInput: The instant has no zone.
    """
    unit.scope.require(READ_STANDARDS)
    moment = zoned(instant, "at") or unit.now
    promise = await promise_at(unit, code, moment)
    if promise is None:
        return None
    lineage = await lineage_at(unit, moment)
    gathered = await gather(unit, code, lineage, Span(moment, moment + MOMENT), None)
    return standing_of(promise, gathered, moment)


def standing_of(promise: Promise, gathered: Gathered, instant: datetime) -> PromiseStanding:
    """Hold a promise against what holds at an instant."""
    standard = standard_at(gathered, instant)
    terms = terms_of(promise.limits, promise.expected_time)
    verdicts = tuple(undelivered(one) for one in terms) if standard is None else judged(terms, standard)
    count = len(promise.limits)
    return PromiseStanding(
        promise=promise,
        at=instant,
        version=None if standard is None else standard.version.content.number,
        limits=verdicts[:count],
        expected_time=verdicts[count] if verdicts[count:] else None,
    )


def standard_at(gathered: Gathered, instant: datetime) -> EffectiveStandard | None:
    """Give what holds at an instant; nothing where no version does."""
    return None if gathered.version_at(instant) is None else folded(gathered, "", instant)


def undelivered(promised: PromisedLimit) -> JudgedLimit:
    """Say of a promised value that there is nothing that could deliver it."""
    return JudgedLimit(promised=promised, type=None, delivered=(), shortfall=Shortfall.NO_SUCH_PARAMETER)


def check_kept(
    code: str,
    limits: Sequence[PromisedLimit],
    standard: EffectiveStandard,
    instant: datetime,
    *,
    only: ParameterType | None = None,
) -> None:
    """Refuse the first promised value that the standard does not deliver.

    Args:
        code: The standard.
        limits: What would be promised.
        standard: What holds.
        instant: When.
        only: The type that the parameters must have, where one is asked for.
    """
    for one in judged(limits, standard):
        place = one.promised.address
        if one.type is None:
            raise UnknownParameter(standard=code, place=place, at=instant)
        if only is not None and one.type is not only:
            raise WrongType(place=place, expected=only.value, problem=f"the parameter is of the type {one.type.value}")
        if one.shortfall is Shortfall.WRONG_TYPE:
            raise WrongType(place=place, expected=one.type.value, problem=problem_of(one.type, one.promised))
        if one.shortfall is not None:
            raise PromiseExceedsStandard(
                place=place,
                promised=json_text(one.promised.value),
                delivered=", ".join(map(json_text, one.delivered)),
                better=one.promised.better.value,
                at=instant,
            )


def problem_of(type_: ParameterType, limit: PromisedLimit) -> str:
    """Say what is wrong with the form of a promised value."""
    try:
        normalised(type_, limit.value)
    except ValueError as problem:
        return str(problem)
    return ""
