"""What patterns have written down is bounded by its size, and what nobody remembers does not count."""

import gc
import random
from typing import Any, cast

import pytest

from core.kernel.patterns import Drawn, Kept, Pattern

MOST = 100_000


def pattern() -> Pattern:
    return Pattern(cast("Any", None), (), frozenset())


def drawn(characters: int) -> Drawn:
    return Drawn("x" * characters, ("value",) * (characters % 7), (), None)


def taken(patterns: list[Pattern]) -> int:
    return sum(text.size for one in patterns for text in one.drawn.values())


@pytest.mark.parametrize("seed", range(20))
def test_no_more_is_kept_than_there_may_be(seed: int) -> None:
    """Held against a list of who wrote when: whoever wrote last longest ago goes first, and none too many go."""
    rng, kept = random.Random(seed), Kept(MOST)
    patterns = [pattern() for _ in range(12)]
    order: list[Pattern] = []
    for number in range(300):
        one = rng.choice(patterns)
        one.drawn["open", str(number)] = drawn(rng.choice((10, 3_000, 20_000)))
        order = [*(other for other in order if other is not one), one]
        wanted = {id(other): dict(other.drawn) for other in patterns}
        for other in order:
            if sum(text.size for texts in wanted.values() for text in texts.values()) <= MOST:
                break
            wanted[id(other)] = {}
        kept.count(one)
        assert taken(patterns) == kept.size <= MOST
        assert {id(other): other.drawn for other in patterns} == wanted


def test_a_pattern_that_nobody_remembers_takes_no_room() -> None:
    kept, first = Kept(MOST), pattern()
    first.drawn["open", ""] = drawn(60_000)
    kept.count(first)
    second = pattern()
    second.drawn["open", ""] = drawn(60_000)
    del first
    gc.collect()
    kept.count(second)
    assert kept.size == taken([second]) > 60_000


def test_a_text_that_is_too_large_is_not_kept() -> None:
    kept, one = Kept(MOST), pattern()
    one.drawn["open", ""] = drawn(2 * MOST)
    kept.count(one)
    assert (kept.size, one.drawn) == (0, {})
