"""Random standards of one parameter and random adaptations of it, with a slow and obvious way to fold them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from core.standards.policy.content import (
    Bounds,
    ClauseContent,
    Narrowing,
    ParameterContent,
    StandardContent,
    content_hash,
)
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.vocabulary import ClauseKind, Direction, Flexibility, Operator, ParameterType

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNIVERSE = range(-6, 27)
LINEAGE = tuple(UUID(int=number) for number in range(1, 6))
AUTHOR = UUID(int=100)


@dataclass(frozen=True)
class Level:
    """What one level lays over the parameter."""

    assign: int | None
    bounds: Bounds | None
    kept: tuple[Operator, ...] | None


def bounds_of(minimum: int | None, maximum: int | None, step: int | None, direction: Direction | None) -> Bounds:
    return Bounds(minimum=minimum, maximum=maximum, step=step, direction=direction)


some = st.sampled_from(UNIVERSE) | st.none()
bounds = st.builds(
    bounds_of,
    st.integers(-6, 10) | st.none(),
    st.integers(8, 26) | st.none(),
    st.sampled_from([1, 2, 3]) | st.none(),
    st.sampled_from(Direction) | st.none(),
)
operators = st.sets(st.sampled_from([Operator.ASSIGN, Operator.NARROW])).map(lambda found: tuple(sorted(found)))
levels = st.lists(
    st.builds(Level, some, bounds | st.none(), operators | st.none()),
    min_size=len(LINEAGE) - 1,
    max_size=len(LINEAGE) - 1,
)


@st.composite
def published(draw: st.DrawFn) -> ParameterContent:
    """A parameter whose published value keeps to its own bounds."""
    outer = draw(bounds.filter(allowed_by))
    fitting = sorted(allowed_by(outer))
    granted = draw(operators)
    default = draw(st.sampled_from(fitting))
    return ParameterContent(key="limit", type=ParameterType.INTEGER, default=default, operators=granted, bounds=outer)


def allowed_by(given: Bounds) -> set[int]:
    """The values bounds allow, found by trying all."""

    def fits(value: int) -> bool:
        low: Any = given.minimum
        high: Any = given.maximum
        step: Any = given.step
        return (low is None or value >= low) and (high is None or value <= high) and (step is None or value % step == 0)

    return {value for value in UNIVERSE if fits(value)}


def obvious(parameter: ParameterContent, laid: list[Level]) -> int:
    """Fold by keeping the set of values allowed and trying every value in it."""
    value: Any = parameter.default
    allowed, granted = allowed_by(parameter.bounds), set(parameter.operators)
    ways = {parameter.bounds.direction} - {None}
    for level in laid:
        here = {
            one
            for one in allowed
            if (Direction.LOWER not in ways or one <= value) and (Direction.HIGHER not in ways or one >= value)
        }
        may_assign = Operator.ASSIGN in granted and level.assign is not None
        narrows = level.bounds is not None and Operator.NARROW in granted
        inner = here & allowed_by(level.bounds) if level.bounds is not None and narrows else here
        if narrows and not (may_assign and level.assign in inner) and value not in inner:
            narrows, inner = False, here
        if may_assign and level.assign in inner:
            value = level.assign
        if level.bounds is not None and narrows:
            allowed = allowed & allowed_by(level.bounds)
            ways |= {level.bounds.direction} - {None}
            granted &= granted if level.kept is None else set(level.kept)
    return value


def version_of(*parameters: ParameterContent) -> Version:
    clause = ClauseContent(
        key="work",
        kind=ClauseKind.LIMIT,
        flexibility=Flexibility.FLEXIBLE,
        text={"en": "Work."},
        parameters=parameters,
    )
    content = StandardContent(code="anything", number="1.0.0", title={"en": "Anything"}, clauses=(clause,))
    return Version(
        id=UUID(int=200),
        overlay_id=UUID(int=201),
        owner_tenant_id=LINEAGE[0],
        content=content,
        hash=content_hash(content),
        author_id=AUTHOR,
        approver_id=UUID(int=101),
        span=Span(NOON - DAY),
        recorded_from=NOON - DAY,
    )


def overlay(owner: UUID, operator: Operator, *, number: int, span: Span | None = None, **said: Any) -> Overlay:
    return Overlay(
        id=UUID(int=1000 + number),
        owner_tenant_id=owner,
        clause_key="work",
        parameter_key=said.pop("parameter_key", "limit"),
        operator=operator,
        author_id=AUTHOR,
        span=span or Span(NOON - DAY),
        recorded_from=NOON,
        **said,
    )


def overlays_of(laid: list[Level]) -> list[Overlay]:
    found: list[Overlay] = []
    for number, (owner, level) in enumerate(zip(LINEAGE[1:], laid, strict=True)):
        if level.assign is not None:
            found.append(overlay(owner, Operator.ASSIGN, number=10 * number, value=level.assign))
        if level.bounds is not None:
            narrowing = Narrowing(bounds=level.bounds, operators=level.kept)
            found.append(overlay(owner, Operator.NARROW, number=10 * number + 1, narrowing=narrowing))
    return found
