"""Values are written in one way, and read only where they say all that is needed."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.graphql.scalars import read_decimal, read_instant, write_decimal, write_instant

ZONES = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1000, 1, 2), datetime(9999, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds are naive


@given(INSTANTS)
def test_an_instant_comes_back_in_utc(instant: datetime) -> None:
    written = write_instant(instant)
    assert len(written) == len("2026-11-21T09:00:00.000000Z")
    assert written.endswith("Z")
    assert read_instant(written) == instant
    assert read_instant(written).tzinfo is UTC


@pytest.mark.parametrize("given_text", ["2026-11-21T09:00:00", "2026-11-21", "yesterday", "", 5, None, True])
def test_an_instant_without_zone_or_sense_is_refused(given_text: object) -> None:
    with pytest.raises(GraphQLError):
        read_instant(given_text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_loses_no_digit(number: Decimal) -> None:
    written = write_decimal(number)
    assert "E" not in written
    assert read_decimal(written) == number


@pytest.mark.parametrize("given_text", ["NaN", "Infinity", "-Infinity", "sNaN", "1,5", "", 1.5, 1, None])
def test_what_is_no_finite_decimal_is_refused(given_text: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        read_decimal(given_text)
    assert str(given_text) not in refused.value.message or given_text in {"", 1}


def test_small_decimals_are_written_out() -> None:
    assert write_decimal(Decimal("1E-9")) == "0.000000001"
    assert write_decimal(Decimal("1E+3")) == "1000"
