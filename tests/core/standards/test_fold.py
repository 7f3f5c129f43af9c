"""The fold, against a slow and obvious one, over random standards and adaptations."""

import random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.policy.content import Bounds, Narrowing, ParameterContent
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import EffectiveStandard, EffectiveValue, fold
from core.standards.policy.laying import TwoOverlaysOfOneLevel
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.vocabulary import Direction, Operator, Outcome, ParameterType
from tests.core.standards.folding import (
    DAY,
    LINEAGE,
    NOON,
    Level,
    allowed_by,
    levels,
    obvious,
    overlay,
    overlays_of,
    published,
    version_of,
)

PLACE = ("work", "limit")


def folded(parameter: ParameterContent, overlays: list[Overlay], depth: int = len(LINEAGE)) -> EffectiveStandard:
    return fold(version_of(parameter), overlays, LINEAGE[:depth], NOON)


def value_of(parameter: ParameterContent, overlays: list[Overlay], depth: int = len(LINEAGE)) -> EffectiveValue:
    return folded(parameter, overlays, depth).values[PLACE]


@settings(max_examples=200, deadline=None)
@given(published(), levels)
def test_the_fold_agrees_with_the_obvious_one(parameter: ParameterContent, laid: list[Level]) -> None:
    assert value_of(parameter, overlays_of(laid)).value == obvious(parameter, laid)


@settings(max_examples=100, deadline=None)
@given(published(), levels, st.randoms(use_true_random=False))
def test_order_and_strangers_change_nothing(
    parameter: ParameterContent, laid: list[Level], chance: random.Random
) -> None:
    known = overlays_of(laid)
    stranger = overlay(UUID(int=77), Operator.ASSIGN, number=900, value=9)
    past = overlay(LINEAGE[1], Operator.ASSIGN, number=901, value=9, span=Span(NOON - 2 * DAY, NOON))
    future = overlay(LINEAGE[2], Operator.ASSIGN, number=902, value=9, span=Span(NOON + DAY))
    publisher = overlay(LINEAGE[0], Operator.ASSIGN, number=903, value=9)
    mixed = [*known, stranger, past, future, publisher]
    chance.shuffle(mixed)
    assert effective_text(folded(parameter, mixed)) == effective_text(folded(parameter, known))
    assert value_of(parameter, mixed).why == value_of(parameter, known).why


@settings(max_examples=150, deadline=None)
@given(published(), levels)
def test_no_adaptations_yield_a_value_outside_any_bound_from_above(
    parameter: ParameterContent, laid: list[Level]
) -> None:
    overlays = overlays_of(laid)
    above: Any = parameter.default
    bounds_above = [parameter.bounds]
    for depth in range(2, len(LINEAGE) + 1):
        here = value_of(parameter, overlays, depth)
        value: Any = here.value
        for bounds in bounds_above:
            assert value in allowed_by(bounds)
            assert bounds.direction is not Direction.LOWER or value <= above
            assert bounds.direction is not Direction.HIGHER or value >= above
        own = [one for one in here.why if one.overlay.owner_tenant_id == LINEAGE[depth - 1]]
        bounds_above += [
            one.overlay.narrowing.bounds for one in own if one.overlay.narrowing and one.outcome is Outcome.IN_FORCE
        ]
        above = value


@settings(max_examples=150, deadline=None)
@given(published(), levels)
def test_why_folds_back_to_the_value(parameter: ParameterContent, laid: list[Level]) -> None:
    found = value_of(parameter, overlays_of(laid))
    value = found.published_value
    for judged in found.why:
        if judged.outcome is Outcome.IN_FORCE and judged.overlay.operator is Operator.ASSIGN:
            value = judged.overlay.value
    assert value == found.value
    assert {judged.overlay.id for judged in found.why} == {one.id for one in overlays_of(laid)}
    kept = [judged.overlay for judged in found.why if judged.outcome is Outcome.IN_FORCE]
    assert value_of(parameter, kept).value == found.value


@settings(max_examples=100, deadline=None)
@given(published(), levels)
def test_what_levels_below_do_never_reaches_up(parameter: ParameterContent, laid: list[Level]) -> None:
    depth = 3
    quiet = [*laid[: depth - 1], *[Level(None, None, None)] * (len(laid) - depth + 1)]
    assert value_of(parameter, overlays_of(laid), depth).value == value_of(parameter, overlays_of(quiet)).value


ENTRIES = ("chat", "desk", "mail", "phone")


@settings(max_examples=100, deadline=None)
@given(
    st.sets(st.sampled_from(ENTRIES)),
    st.lists(
        st.tuples(
            st.sampled_from([Operator.APPEND, Operator.REMOVE, Operator.ASSIGN]),
            st.sets(st.sampled_from([*ENTRIES, "fax"])),
        ),
        min_size=4,
        max_size=4,
    ),
)
def test_lists_grow_and_shrink_within_the_enumeration(default: set[str], laid: list[tuple[Operator, set[str]]]) -> None:
    parameter = ParameterContent(
        key="limit",
        type=ParameterType.CHOICES,
        default=sorted(default),
        operators=(Operator.APPEND, Operator.ASSIGN, Operator.REMOVE),
        bounds=Bounds(choices=ENTRIES),
    )
    expected = set(default)
    for operator, entries in laid:
        wanted = {
            Operator.APPEND: expected | entries,
            Operator.REMOVE: expected - entries,
            Operator.ASSIGN: entries,
        }[operator]
        expected = wanted if wanted <= set(ENTRIES) else expected
    overlays = [
        overlay(owner, operator, number=number, value=sorted(entries))
        for number, (owner, (operator, entries)) in enumerate(zip(LINEAGE[1:], laid, strict=True))
    ]
    assert value_of(parameter, overlays).value == sorted(expected)


def limit(**said: Any) -> ParameterContent:
    usual: dict[str, Any] = {
        "key": "limit",
        "type": ParameterType.INTEGER,
        "default": 10,
        "operators": (Operator.ASSIGN, Operator.NARROW),
    }
    return ParameterContent(**{**usual, **said})


def test_a_suspended_value_falls_back_to_what_is_received_and_says_which_bound() -> None:
    region = overlay(LINEAGE[1], Operator.ASSIGN, number=1, value=6)
    franchisee = overlay(LINEAGE[2], Operator.ASSIGN, number=2, value=8)
    parameter = limit(bounds=Bounds(maximum=20, direction=Direction.LOWER))
    found = value_of(parameter, [franchisee, region], 3)
    assert found.value == 6
    last = found.why[-1]
    assert (last.outcome, last.set_by) == (Outcome.OUT_OF_BOUNDS, LINEAGE[1])
    assert last.limit is not None
    assert (last.limit.facet.value, last.limit.value) == ("direction", 6)


def test_what_a_level_withholds_is_locked_below_and_names_that_level() -> None:
    region = overlay(LINEAGE[1], Operator.NARROW, number=1, narrowing=Narrowing(operators=()))
    franchisee = overlay(LINEAGE[2], Operator.ASSIGN, number=2, value=8)
    found = value_of(limit(), [region, franchisee], 3)
    assert found.value == 10
    assert (found.why[-1].outcome, found.why[-1].set_by) == (Outcome.LOCKED, LINEAGE[1])


@pytest.mark.parametrize(
    ("newer", "outcome"),
    [
        (limit(type=ParameterType.BOOLEAN, default=True), Outcome.WRONG_TYPE),
        (limit(operators=()), Outcome.LOCKED),
        (limit(key="other"), Outcome.ORPHANED),
        (limit(bounds=Bounds(maximum=10)), Outcome.OUT_OF_BOUNDS),
    ],
)
def test_an_adaptation_that_a_newer_version_does_not_bear_is_suspended_and_still_told(
    newer: ParameterContent, outcome: Outcome
) -> None:
    mine = overlay(LINEAGE[1], Operator.ASSIGN, number=1, value=12)
    assert value_of(limit(), [mine], 2).value == 12
    standard = folded(newer, [mine], 2)
    told = [*standard.orphans, *(judged for value in standard.values.values() for judged in value.why)]
    assert [judged.outcome for judged in told] == [outcome]
    assert all(value.value == value.published_value for value in standard.values.values())


def test_two_overlays_of_one_level_are_refused() -> None:
    twice = [overlay(LINEAGE[1], Operator.ASSIGN, number=number, value=number) for number in (1, 2)]
    with pytest.raises(TwoOverlaysOfOneLevel):
        value_of(limit(), twice, 2)


def test_money_is_bounded_in_its_own_currency_and_never_exchanged() -> None:
    parameter = limit(
        type=ParameterType.MONEY,
        default={"amountMinor": "1000", "currency": "EUR"},
        bounds=Bounds(maximum={"EUR": "1000", "PLN": "4000"}, choices=("EUR", "PLN"), direction=Direction.LOWER),
    )

    def tried(amount: str, currency: str) -> Outcome:
        mine = overlay(LINEAGE[1], Operator.ASSIGN, number=1, value={"amountMinor": amount, "currency": currency})
        return value_of(parameter, [mine], 2).why[0].outcome

    assert tried("900", "EUR") is Outcome.IN_FORCE
    assert tried("4000", "PLN") is Outcome.IN_FORCE
    assert tried("1001", "EUR") is Outcome.OUT_OF_BOUNDS
    assert tried("4001", "PLN") is Outcome.OUT_OF_BOUNDS
    assert tried("1", "USD") is Outcome.OUT_OF_BOUNDS
