"""Waivers over the fold, against a slow and obvious way to tell who may let whom deviate."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.policy.content import Bounds, Narrowing, ParameterContent
from core.standards.policy.fold import EffectiveValue, fold
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived, waive
from core.standards.vocabulary import Direction, Operator, Outcome, ParameterType
from tests.core.standards.folding import (
    AUTHOR,
    DAY,
    LINEAGE,
    NOON,
    UNIVERSE,
    Level,
    allowed_by,
    levels,
    obvious,
    overlay,
    overlays_of,
    published,
    version_of,
)

TENANT = len(LINEAGE) - 1
SPANS = st.sampled_from([Span(NOON - DAY, NOON + DAY), Span(NOON - 2 * DAY, NOON), Span(NOON + DAY, NOON + 2 * DAY)])
waivers = st.tuples(st.sampled_from(UNIVERSE), st.integers(0, TENANT - 1), SPANS)


def waiver(
    value: Any, granted_by: int, span: Span | None = None, owner: int = TENANT, parameter_key: str = "limit"
) -> Waived:
    return Waived(
        id=UUID(int=5000 + owner),
        waiver_id=UUID(int=6000),
        owner_tenant_id=LINEAGE[owner],
        clause_key="work",
        parameter_key=parameter_key,
        operator=Operator.ASSIGN,
        value=value,
        author_id=AUTHOR,
        approver_id=UUID(int=102),
        span=span or Span(NOON - DAY, NOON + DAY),
        recorded_from=NOON,
        granted_by=LINEAGE[granted_by],
        measure="Somebody is always there.",
        bound="maximum",
    )


def held(
    parameter: ParameterContent, overlays: list[Overlay], given: list[Waived], depth: int = TENANT
) -> EffectiveValue:
    lineage = LINEAGE[: depth + 1]
    standard = fold(version_of(parameter), overlays, lineage, NOON)
    return waive(standard, given, overlays, lineage, NOON).values["work", "limit"]


def within_reach(parameter: ParameterContent, laid: list[Level]) -> Iterator[set[int]]:
    """What each level below the publisher has or may set, found by trying every value."""
    value: Any = parameter.default
    allowed, granted = allowed_by(parameter.bounds), set(parameter.operators)
    ways = {parameter.bounds.direction} - {None}
    for depth, level in enumerate(laid):
        here = {
            one
            for one in allowed
            if (Direction.LOWER not in ways or one <= value) and (Direction.HIGHER not in ways or one >= value)
        }
        yield (here if Operator.ASSIGN in granted else set[int]()) | {value}
        narrows = level.bounds is not None and Operator.NARROW in granted
        value = obvious(parameter, laid[: depth + 1])
        if level.bounds is not None and narrows and narrowing_holds(parameter, laid, depth):
            allowed = allowed & allowed_by(level.bounds)
            ways |= {level.bounds.direction} - {None}
            granted &= granted if level.kept is None else set(level.kept)


def narrowing_holds(parameter: ParameterContent, laid: list[Level], depth: int) -> bool:
    """Whether a level's narrowing is in force, as the fold says, which another test holds against the obvious one."""
    overlays = overlays_of(laid)
    standard = fold(version_of(parameter), overlays, LINEAGE[: depth + 2], NOON)
    own = [one for one in standard.values["work", "limit"].why if one.overlay.owner_tenant_id == LINEAGE[depth + 1]]
    return any(one.overlay.operator is Operator.NARROW and one.outcome is Outcome.IN_FORCE for one in own)


def may(parameter: ParameterContent, laid: list[Level], value: int, granted_by: int) -> bool:
    """Whether a level could let the tenant have a value: it, and each above it, has the value or may set it."""
    reaches = list(within_reach(parameter, laid))
    return all(value in reaches[depth - 1] for depth in range(1, granted_by + 1))


@settings(max_examples=250, deadline=None)
@given(published(), levels, waivers)
def test_a_waiver_holds_exactly_where_its_level_could_have_set_the_value_and_its_time_is_now(
    parameter: ParameterContent, laid: list[Level], asked: tuple[int, int, Span]
) -> None:
    value, granted_by, span = asked
    found = held(parameter, overlays_of(laid), [waiver(value, granted_by, span)])
    without = obvious(parameter, laid)
    holds = span.holds(NOON) and may(parameter, laid, value, granted_by)
    assert found.value == (value if holds else without)
    told = [one for one in found.why if isinstance(one.overlay, Waived)]
    assert len(told) == span.holds(NOON)
    assert all((one.outcome is Outcome.IN_FORCE) is holds for one in told)


@settings(max_examples=250, deadline=None)
@given(published(), levels, st.lists(waivers, max_size=3))
def test_no_value_outside_a_bound_from_above_holds_without_a_granted_waiver_in_force(
    parameter: ParameterContent, laid: list[Level], asked: list[tuple[int, int, Span]]
) -> None:
    overlays = overlays_of(laid)
    given = [waiver(value, by, span) for value, by, span in asked[:1]]
    given += [waiver(value, by, span, owner=2) for value, by, span in asked[1:2] if by < 2]
    received = list(within_reach(parameter, laid))[-1]
    found = held(parameter, overlays, given)
    excused = {value for value, by, span in asked[:1] if span.holds(NOON) and may(parameter, laid, value, by)}
    assert found.value in received | excused
    if found.value not in received:
        last = found.why[-1]
        assert isinstance(last.overlay, Waived)
        assert (last.outcome, last.overlay.value) == (Outcome.IN_FORCE, found.value)


@settings(max_examples=100, deadline=None)
@given(published(), levels, st.sampled_from(UNIVERSE), st.integers(0, 1))
def test_a_waiver_never_reaches_the_units_below(
    parameter: ParameterContent, laid: list[Level], value: int, granted_by: int
) -> None:
    of_middle = waiver(value, granted_by, owner=2)
    assert held(parameter, overlays_of(laid), [of_middle]) == held(parameter, overlays_of(laid), [])


def limit(**said: Any) -> ParameterContent:
    granted = (Operator.ASSIGN, Operator.NARROW)
    usual: dict[str, Any] = {"key": "limit", "type": ParameterType.INTEGER, "default": 10, "operators": granted}
    return ParameterContent(**{**usual, **said})


def test_a_bound_that_a_level_further_up_sets_later_suspends_the_waiver_and_is_named() -> None:
    narrowed = overlay(LINEAGE[2], Operator.NARROW, number=1, narrowing=Narrowing(bounds=Bounds(maximum=12)))
    granted = waiver(15, 2)
    assert held(limit(), [narrowed], [granted]).value == 15
    found = held(limit(bounds=Bounds(maximum=14)), [narrowed], [granted])
    assert found.value == 10
    assert (found.why[-1].outcome, found.why[-1].set_by) == (Outcome.OUT_OF_BOUNDS, LINEAGE[0])
    locked = held(limit(operators=()), [], [granted])
    assert (locked.value, locked.why[-1].outcome, locked.why[-1].set_by) == (10, Outcome.LOCKED, LINEAGE[0])
    assert held(limit(operators=()), [], [waiver(15, 0)]).value == 15


def test_a_waiver_of_what_is_gone_or_has_another_type_is_suspended_and_still_told() -> None:
    gone = fold(version_of(limit(key="other")), [], LINEAGE, NOON)
    standard = waive(gone, [waiver(15, 0)], [], LINEAGE, NOON)
    assert [one.outcome for one in standard.orphans] == [Outcome.ORPHANED]
    found = held(limit(type=ParameterType.BOOLEAN, default=True, operators=()), [], [waiver(15, 0)])
    assert (found.value, found.why[-1].outcome) == (True, Outcome.WRONG_TYPE)


def test_where_variants_may_be_appended_a_number_is_waived_like_any_other() -> None:
    appendable = limit(operators=(Operator.APPEND,))
    assert held(appendable, [], [waiver(15, 0)]).value == 15
    assert held(appendable, [], [waiver(15, 2)]).why[-1].outcome is Outcome.LOCKED
    entry = overlay(LINEAGE[-1], Operator.APPEND, number=1, value=3)
    found = held(appendable, [entry], [])
    assert (found.value, found.why[-1].outcome) == (10, Outcome.WRONG_TYPE), "a number has no entries"


def test_the_text_of_a_core_clause_is_waived_in_one_language_and_stays_in_the_others() -> None:
    version = version_of(limit())
    mine = waiver({"de": "Arbeit."}, 0, parameter_key="")
    standard = waive(fold(version, [], LINEAGE, NOON), [mine], [], LINEAGE, NOON)
    assert standard.values["work", ""].value == {"de": "Arbeit.", "en": "Work."}
    assert list(standard.values) == [("work", ""), ("work", "limit")], "reading order"


def test_at_its_end_the_value_falls_back_by_itself() -> None:
    mine = waiver(15, 0, Span(NOON - DAY, NOON + DAY))
    standard = fold(version_of(limit(operators=())), [], LINEAGE, NOON)
    moments = (NOON + DAY - timedelta(microseconds=1), NOON + DAY)
    values = [waive(standard, [mine], [], LINEAGE, moment).values["work", "limit"].value for moment in moments]
    assert values == [15, 10]
