"""Pauses that overlap, as a device may tell them afterwards, count once: for the one that began earlier."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.records.clocks.policy import Pause, apart
from core.records.events.state import WaitingFor
from tests.core.records.clocks.test_reading import MONDAY, paused

MINUTE = timedelta(minutes=1)
PAUSES = st.lists(
    st.tuples(st.integers(0, 30), st.none() | st.integers(1, 20), st.sampled_from([None, *WaitingFor])), max_size=6
)


@given(PAUSES)
def test_overlapping_pauses_count_once(said: list[tuple[int, int | None, WaitingFor | None]]) -> None:
    pauses = [
        Pause(
            start=MONDAY + start * MINUTE,
            end=None if length is None else MONDAY + (start + length) * MINUTE,
            cause=cause,
        )
        for start, length, cause in said
    ]
    found = apart(pauses)
    assert all(one.end is not None and one.end <= other.start for one, other in pairwise(found))
    for minute in range(60):
        instant = MONDAY + minute * MINUTE
        covering = [one for one in pauses if paused(one, instant)]
        told = [one.cause for one in found if paused(one, instant)]
        assert told == ([min(covering, key=lambda one: one.start).cause] if covering else [])
