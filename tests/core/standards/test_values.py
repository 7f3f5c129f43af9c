"""Typed values, bounds, spans, numbers and canonical text."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.standards.policy.bounds import compiled, limits_of, matches
from core.standards.policy.content import Bounds
from core.standards.policy.documents import json_text
from core.standards.policy.numbers import parse_number
from core.standards.policy.process import checked_process
from core.standards.policy.spans import Span
from core.standards.policy.values import magnitude, normalised
from core.standards.policy.wordings import normalised_wording
from core.standards.vocabulary import Direction, ParameterType
from tests.core.standards.folding import AUTHOR

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
decimals = st.decimals(min_value=-(10**6), max_value=10**6, places=6, allow_nan=False)


@given(decimals, decimals)
def test_decimals_compare_as_numbers_and_equal_ones_are_one_text(left: Decimal, right: Decimal) -> None:
    first, second = (normalised(ParameterType.DECIMAL, f"{one:f}") for one in (left, right))
    assert (first == second) == (left == right)
    assert (magnitude(ParameterType.DECIMAL, first) < magnitude(ParameterType.DECIMAL, second)) == (left < right)
    assert normalised(ParameterType.DECIMAL, first) == first
    assert Decimal(str(first)) == left


@pytest.mark.parametrize(
    ("type_", "given_", "kept"),
    [
        (ParameterType.DURATION, 7200, 7200),
        (ParameterType.DECIMAL, "-0.0", "0"),
        (ParameterType.DECIMAL, "007.50", "7.5"),
        (ParameterType.PERCENT, 15, "15"),
        (ParameterType.CHOICES, ["b", "a", "b"], ["a", "b"]),
        (ParameterType.MONEY, {"amountMinor": "007", "currency": "EUR"}, {"amountMinor": "7", "currency": "EUR"}),
        (ParameterType.TEXT, "  hello ", "hello"),
    ],
)
def test_values_have_one_form(type_: ParameterType, given_: object, kept: object) -> None:
    assert normalised(type_, given_) == kept


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        (ParameterType.DURATION, -1),
        (ParameterType.DURATION, True),
        (ParameterType.DURATION, 1.5),
        (ParameterType.DURATION, "60"),
        (ParameterType.INTEGER, 2**53),
        (ParameterType.INTEGER, None),
        (ParameterType.DECIMAL, 1.5),
        (ParameterType.DECIMAL, "1e5"),
        (ParameterType.DECIMAL, "1" * 40),
        (ParameterType.DECIMAL, "\u0661"),
        (ParameterType.MONEY, {"amountMinor": 5, "currency": "eur"}),
        (ParameterType.MONEY, {"amountMinor": "1.5", "currency": "EUR"}),
        (ParameterType.MONEY, {"amountMinor": "1", "currency": "EUR", "more": 1}),
        (ParameterType.BOOLEAN, 1),
        (ParameterType.CHOICE, "Not One"),
        (ParameterType.CHOICES, "a"),
        (ParameterType.CHOICES, [1]),
        (ParameterType.TEXT, ""),
        (ParameterType.TEXT, "a\x00b"),
        (ParameterType.TEXT, "\ud800"),
        (ParameterType.TEXT, "x" * 2001),
    ],
)
def test_what_is_not_of_the_type_is_refused(type_: ParameterType, wrong: object) -> None:
    with pytest.raises(ValueError):
        normalised(type_, wrong)


@pytest.mark.parametrize("wrong", [{}, {"EN": "x"}, {"en_US": "x"}, {"en": ""}, {False: "x"}, "x"])
def test_a_wording_needs_locales_and_texts(wrong: object) -> None:
    with pytest.raises(ValueError):
        normalised_wording(wrong)


@pytest.mark.parametrize(
    ("type_", "bounds"),
    [
        (ParameterType.BOOLEAN, Bounds(minimum=True)),
        (ParameterType.TEXT, Bounds(direction=Direction.LOWER)),
        (ParameterType.INTEGER, Bounds(pattern="a")),
        (ParameterType.INTEGER, Bounds(minimum="1")),
        (ParameterType.INTEGER, Bounds(step=0)),
        (ParameterType.MONEY, Bounds(step="1")),
        (ParameterType.MONEY, Bounds(maximum="100")),
        (ParameterType.MONEY, Bounds(choices=("euro",))),
        (ParameterType.TEXT, Bounds(pattern="(?=a)")),
        (ParameterType.TEXT, Bounds(pattern="(")),
        (ParameterType.TEXT, Bounds(pattern="a" * 501)),
    ],
)
def test_bounds_that_do_not_suit_the_type_are_refused(type_: ParameterType, bounds: Bounds) -> None:
    with pytest.raises(ValueError):
        limits_of(type_, bounds, AUTHOR)


def test_a_pattern_holds_for_the_whole_text_and_cannot_be_made_to_run_away() -> None:
    assert matches("[a-z]+", "abc")
    assert not matches("[a-z]+", "abc1")
    assert not matches("a|b", "ab")
    assert not matches("[a-z]+", "abc\n")
    assert not matches("(a+)+", "a" * 2000 + "!")
    with pytest.raises(ValueError):
        compiled(r"(a)\1")


def span_of(start: int, length: int | None) -> Span:
    return Span(EPOCH + timedelta(start), None if length is None else EPOCH + timedelta(start + length))


spans = st.builds(span_of, st.integers(0, 12), st.integers(1, 8) | st.none())


@given(spans, spans)
def test_taking_a_span_out_leaves_every_other_instant(whole: Span, taken: Span) -> None:
    left = whole.without(taken)
    for day in range(30):
        instant = EPOCH + timedelta(day)
        expected = whole.holds(instant) and not taken.holds(instant)
        assert sum(piece.holds(instant) for piece in left) == expected
    assert whole.meets(taken) == any(
        whole.holds(EPOCH + timedelta(day)) and taken.holds(EPOCH + timedelta(day)) for day in range(30)
    )


@pytest.mark.parametrize("wrong", ["1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.0\n", "1.0.1000000"])
def test_a_version_number_is_three_numbers(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse_number(wrong)


def test_numbers_compare_as_numbers() -> None:
    assert parse_number("1.10.0") > parse_number("1.9.9")


values_of_json: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
)


@given(values_of_json)
def test_canonical_text_reads_back_and_does_not_hang_on_the_order_of_keys(value: Any) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert json_text(reordered(value)) == text


def reordered(value: Any) -> Any:
    match value:
        case dict():
            known = cast("dict[str, Any]", value)
            return {key: reordered(known[key]) for key in reversed(list(known))}
        case list():
            return [reordered(one) for one in cast("list[Any]", value)]
        case _:
            return value


@pytest.mark.parametrize("position", [0, -1, 10_001, 2**53 + 1])
def test_positions_of_steps_are_bounded(position: int) -> None:
    with pytest.raises(ValueError, match="positions count from 1"):
        checked_process({"steps": [{"key": "accepted", "position": position}]})
    assert checked_process({"steps": [{"key": "accepted", "position": 10_000}]})
