"""The quick writer of canonical text writes what RFC 8785 says, or nothing."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.canonical import canonical_text, plain, quick_text

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.uuids()
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1.5", ":1e3", "null", '"', "\\", "\x7f", "\x1f", "/"])
)
NAMES = st.text() | st.sampled_from(["a", "b", "A", "aa", "é", "\U0001f600", "\uff5e", "1.0"])
FACTS = st.dictionaries(
    NAMES,
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12),
)


@given(FACTS)
def test_what_is_written_quickly_is_what_is_written_slowly(facts: dict[str, Any]) -> None:
    slow = rfc8785.dumps(plain(facts)).decode()
    assert quick_text(facts) in {None, slow}
    assert canonical_text(facts) == slow


@pytest.mark.parametrize(
    "facts",
    [
        {"siteKey": None, "channel": "phone", "records": [{"a": "b", "n": 1, "yes": True}], "": 0},
        {"id": UUID(int=7), "ids": (UUID(int=8),)},
        {"at": "2026-11-21T09:00:04.884078Z", "number": 1, "previous": "00e1"},
    ],
)
def test_texts_ids_and_whole_numbers_are_written_quickly(facts: dict[str, Any]) -> None:
    assert quick_text(facts) == rfc8785.dumps(plain(facts)).decode()


@pytest.mark.parametrize(
    "facts",
    [
        {"a": 1.5},
        {"a": [1e16]},
        {"a": [1, 2.5]},
        {"a": {"b": -1e3}},
        {"a": -0.0},
        {"é": 1},
        {"a": 2**53},
        {"a": datetime.now(UTC)},
        {"a": Decimal(1)},
    ],
)
def test_what_is_in_doubt_is_left_to_the_other(facts: dict[str, Any]) -> None:
    assert quick_text(facts) is None


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_text({"a": [number]})
