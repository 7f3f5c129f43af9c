from uuid import uuid4

import pytest

from core.plugin_host.breaker import Breakers
from core.plugin_host.limits import BreakerLimits
from tests.core.plugin_host.builders import Stopwatch

KEY = (uuid4(), "scoring-smile")


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def breakers(watch: Stopwatch) -> Breakers:
    return Breakers(BreakerLimits(failures=2, rest_seconds=30), watch)


def fail(breakers: Breakers, times: int) -> None:
    for _ in range(times):
        assert breakers.rest(KEY) == 0
        breakers.failed(KEY)


def test_it_opens_after_enough_failures_in_a_row_and_says_for_how_long(breakers: Breakers, watch: Stopwatch) -> None:
    fail(breakers, 2)
    assert breakers.rest(KEY) == 30
    watch.seconds += 29
    assert breakers.rest(KEY) == 1


def test_a_success_between_failures_forgets_them(breakers: Breakers) -> None:
    fail(breakers, 1)
    breakers.succeeded(KEY)
    fail(breakers, 1)
    assert breakers.rest(KEY) == 0


def test_after_the_rest_one_call_is_tried_and_its_success_closes_it(breakers: Breakers, watch: Stopwatch) -> None:
    fail(breakers, 2)
    watch.seconds += 30
    assert breakers.rest(KEY) == 0
    assert breakers.rest(KEY) > 0
    breakers.succeeded(KEY)
    assert breakers.rest(KEY) == 0
    assert breakers.rest(KEY) == 0


def test_a_failed_trial_opens_it_again_at_once(breakers: Breakers, watch: Stopwatch) -> None:
    fail(breakers, 2)
    watch.seconds += 30
    assert breakers.rest(KEY) == 0
    breakers.failed(KEY)
    assert breakers.rest(KEY) == 30


def test_an_abandoned_trial_lets_another_call_be_tried(breakers: Breakers, watch: Stopwatch) -> None:
    fail(breakers, 2)
    watch.seconds += 30
    assert breakers.rest(KEY) == 0
    breakers.abandoned(KEY)
    assert breakers.rest(KEY) == 0


def test_a_late_success_of_a_call_from_before_does_not_close_it(breakers: Breakers) -> None:
    fail(breakers, 2)
    breakers.succeeded(KEY)
    assert breakers.rest(KEY) == 30


def test_late_failures_do_not_lengthen_the_rest(breakers: Breakers, watch: Stopwatch) -> None:
    fail(breakers, 2)
    watch.seconds += 20
    breakers.failed(KEY)
    assert breakers.rest(KEY) == 10


def test_tenants_and_plugins_have_breakers_of_their_own(breakers: Breakers) -> None:
    fail(breakers, 2)
    assert breakers.rest((KEY[0], "other")) == 0
    assert breakers.rest((uuid4(), KEY[1])) == 0
