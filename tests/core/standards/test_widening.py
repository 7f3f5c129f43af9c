"""Whatever a level passes down is at most what it received: every kind of bound, every currency, every operator."""

from typing import Any

import pytest

from core.standards.errors import BoundWidened
from core.standards.judge import check_widening
from core.standards.policy.bounds import limits_of
from core.standards.policy.content import Bounds, Narrowing, ParameterContent
from core.standards.policy.fold import slot_received
from core.standards.policy.slots import Slot
from core.standards.vocabulary import Operator, ParameterType
from tests.core.standards.folding import LINEAGE, NOON, overlay, version_of

EUR, PLN = {"EUR": "1000"}, {"EUR": "1000", "PLN": "4000"}
TYPES: dict[ParameterType, tuple[Any, Bounds]] = {
    ParameterType.INTEGER: (10, Bounds(minimum=0, maximum=20, step=5)),
    ParameterType.MONEY: ({"amountMinor": "500", "currency": "EUR"}, Bounds(maximum=PLN, choices=("EUR", "PLN"))),
    ParameterType.CHOICE: ("a", Bounds(choices=("a", "b"))),
    ParameterType.TEXT: ("abc", Bounds(pattern="[a-z]+")),
}


def tried(type_: ParameterType, narrowing: Narrowing, at_region: Narrowing | None = None) -> None:
    """Let a franchisee narrow below a region that has narrowed before."""
    check_widening(
        slot_below(type_, at_region), overlay(LINEAGE[2], Operator.NARROW, number=2, narrowing=narrowing), NOON
    )


def slot_below(type_: ParameterType, at_region: Narrowing | None) -> Slot:
    """What a franchisee receives below a region."""
    value, outer = TYPES[type_]
    parameter = ParameterContent(
        key="limit", type=type_, default=value, operators=(Operator.ASSIGN, Operator.NARROW), bounds=outer
    )
    above = [] if at_region is None else [overlay(LINEAGE[1], Operator.NARROW, number=1, narrowing=at_region)]
    slot = slot_received(version_of(parameter), above, LINEAGE[:3], NOON, ("work", "limit"))
    assert slot is not None
    return slot


@pytest.mark.parametrize(
    ("type_", "region", "wider", "bound", "set_by"),
    [
        (ParameterType.INTEGER, None, Bounds(maximum=21), "maximum", 0),
        (ParameterType.INTEGER, None, Bounds(minimum=-1), "minimum", 0),
        (ParameterType.INTEGER, Bounds(maximum=15), Bounds(maximum=20), "maximum", 1),
        (ParameterType.MONEY, None, Bounds(maximum={"PLN": "4001"}), "maximum", 0),
        (ParameterType.MONEY, Bounds(maximum=EUR, choices=("EUR",)), Bounds(choices=("EUR", "PLN")), "choices", 1),
        (ParameterType.CHOICE, None, Bounds(choices=("a", "c")), "choices", 0),
    ],
)
def test_a_looser_bound_is_refused_with_the_level_that_set_it(
    type_: ParameterType, region: Bounds | None, wider: Bounds, bound: str, set_by: int
) -> None:
    with pytest.raises(BoundWidened) as found:
        tried(type_, Narrowing(bounds=wider), None if region is None else Narrowing(bounds=region))
    assert (found.value.bound, found.value.set_by) == (bound, LINEAGE[set_by])


def test_an_operator_that_was_withheld_is_not_given_back() -> None:
    withheld = Narrowing(operators=(Operator.NARROW,))
    with pytest.raises(BoundWidened) as found:
        tried(ParameterType.INTEGER, Narrowing(operators=(Operator.ASSIGN,)), withheld)
    assert (found.value.bound, found.value.set_by) == ("operators", LINEAGE[1])


@pytest.mark.parametrize(
    ("type_", "tighter"),
    [
        (ParameterType.INTEGER, Bounds(minimum=5, maximum=15, step=10)),
        (ParameterType.MONEY, Bounds(maximum={"EUR": "900"})),
        (ParameterType.CHOICE, Bounds(choices=("a",))),
        (ParameterType.TEXT, Bounds(pattern="a.*")),
    ],
)
def test_a_tighter_bound_is_passed_down(type_: ParameterType, tighter: Bounds) -> None:
    tried(type_, Narrowing(bounds=tighter))
    received = slot_below(type_, Narrowing(bounds=tighter))
    own = limits_of(type_, tighter, LINEAGE[1])
    assert own
    assert {key: received.limits[key] for key in own} == own
