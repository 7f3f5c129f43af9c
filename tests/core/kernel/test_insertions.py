"""Where values stand among the parameters of a statement: its text must not hang on what they happen to be."""

from datetime import UTC, datetime

import pytest

from core.kernel.ids import new_id
from core.kernel.insertions import NULL, Parameters


@pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 2), (7, 7_000_000), (True, True), (True, False), (0, False)])
def test_numbers_are_sent_wherever_they_stand(one: int, other: int) -> None:
    """Small ones that are equal are one and the same object, large ones are not."""
    parameters = Parameters()
    assert parameters.shared([one, other, one]) == (1, 2, 3)
    assert parameters.shared([other, one]) == (4, 5)
    assert parameters.values == [one, other, one, other, one]


def test_what_is_one_and_the_same_is_sent_once() -> None:
    id_, word, instant, several = new_id(), "a word of its own", datetime(2026, 3, 2, tzinfo=UTC), [new_id()]
    parameters = Parameters(("first",))
    assert parameters.shared([id_, word, 3, None, instant, id_, several, word]) == (2, 3, 4, NULL, 5, 2, 6, 3)
    assert parameters.shared([several, 3, instant]) == (6, 7, 5)
    assert parameters.values == ["first", id_, word, 3, instant, several, 3]
