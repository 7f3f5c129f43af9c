"""What may start and what is missing, against an oracle that walks every path back to the beginning."""

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.rules import RuleFailed
from core.standards.policy.process_guards import Situation
from core.standards.policy.process_order import ancestors
from core.standards.policy.process_running import (
    Process,
    foreseen,
    joined,
    misplaced_after,
    missing_steps,
    ready_steps,
)
from tests.core.standards.processes.processing import RECEPTION, process

KEYS = "abcdefg"
GUARDS = {"": True, 'record.channel == "phone"': True, 'record.channel == "mail"': False, '"a" in steps.done': None}
PHONE = Situation(channel="phone")


@st.composite
def drawn(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps that come by position or after those they name, which stand before them."""
    made: list[dict[str, Any]] = []
    for at, key in enumerate(KEYS[: draw(st.integers(1, len(KEYS)))]):
        step: dict[str, Any] = {"key": key, "position": draw(st.integers(at // 2 + 1, at + 1))}
        step |= {"required": draw(st.booleans()), "repeatable": draw(st.booleans())}
        if draw(st.booleans()):
            earlier = [one["key"] for one in made]
            step["after"] = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        if draw(st.integers(0, 3)) == 0:
            step["when"] = draw(st.sampled_from(sorted(GUARDS)))
        made.append(step)
    return sorted(made, key=lambda one: one["position"])


def before(steps: list[dict[str, Any]], key: str) -> list[str]:
    """Who comes directly before a step, by the rule as it is told."""
    own = next(one for one in steps if one["key"] == key)
    if "after" in own:
        return own["after"]
    lower = [one["position"] for one in steps if one["position"] < own["position"]]
    return [one["key"] for one in steps if lower and one["position"] == max(lower)]


def paths(steps: list[dict[str, Any]], key: str) -> Iterator[tuple[str, ...]]:
    """Every way back from a step to one that nothing comes before, the step itself left out."""
    earlier = before(steps, key)
    if not earlier:
        yield ()
    for one in earlier:
        for rest in paths(steps, one):
            yield (one, *rest)


def holds_up(step: dict[str, Any], done: set[str]) -> bool:
    return step["required"] and applies(step, done)


def applies(step: dict[str, Any], done: set[str]) -> bool:
    known = GUARDS[step.get("when", "")]
    return "a" in done if known is None else known


def open_by_paths(steps: list[dict[str, Any]], key: str, settled: set[str], done: set[str]) -> bool:
    """On no way back does anything that is not settled hold up before something that is."""
    known = {one["key"]: one for one in steps}
    for path in paths(steps, key):
        for one in path:
            if one in settled:
                break
            if holds_up(known[one], done):
                return False
    return True


def acyclic(steps: list[dict[str, Any]]) -> bool:
    made = process(*steps)
    return len(made.steps) == len(steps)


@given(drawn().filter(acyclic), st.data())
def test_ready_and_missing_are_what_walking_every_path_says(steps: list[dict[str, Any]], data: st.DataObject) -> None:
    keys = [one["key"] for one in steps]
    done = set(data.draw(st.lists(st.sampled_from(keys))))
    skipped = set(data.draw(st.lists(st.sampled_from(keys)))) - done
    made = process(*steps)
    situation = Situation(channel="phone", skipped=skipped)
    expected = {
        one["key"]
        for one in steps
        if applies(one, done)
        and open_by_paths(steps, one["key"], done | skipped, done)
        and (one["key"] not in done | skipped or one["repeatable"])
    }
    missing = {one["key"] for one in steps if holds_up(one, done) and one["key"] not in done | skipped}
    assert set(ready_steps(made, done, situation)) == expected
    assert set(missing_steps(made, done, situation)) == missing
    assert set(foreseen(made)) == set(keys)
    assert [one for one in made.steps if one in expected] == list(ready_steps(made, done, situation))


@given(drawn().filter(acyclic))
def test_whoever_does_what_is_ready_comes_to_an_end_with_nothing_missing(steps: list[dict[str, Any]]) -> None:
    made = process(*steps)
    done: list[str] = []
    while ahead := [one for one in ready_steps(made, done, PHONE) if one not in done]:
        done.append(ahead[0])
    assert not missing_steps(made, done, PHONE)
    assert not any(misplaced_after(made, key, done[: done.index(key)], PHONE) for key in done if key != "a")


@given(drawn().filter(acyclic))
def test_bands_say_as_much_of_the_order_as_numbers_can(steps: list[dict[str, Any]]) -> None:
    made = process(*steps)
    above, numbers = ancestors(made.before), made.bands()
    order = list(made.steps)
    by_position = all("after" not in one for one in steps)
    for first, second in permutations(order, 2):
        if numbers[first] < numbers[second]:
            assert first in above[second]
    for cut in range(1, len(order)):
        early, late = order[:cut], order[cut:]
        if all(one in above[other] for one, other in product(early, late)):
            assert max(numbers[one] for one in early) < min(numbers[one] for one in late)
    if by_position:
        assert dict(numbers) == {one["key"]: one["position"] for one in steps}


def reception() -> Process:
    return process(*RECEPTION["steps"], stages=RECEPTION["stages"])


def test_branches_are_taken_where_their_guards_hold() -> None:
    made = reception()
    mail = Situation(channel="mail")
    assert ready_steps(made, (), PHONE) == ("receive",)
    assert ready_steps(made, ["receive"], PHONE) == ("call", "visit", "order")
    assert ready_steps(made, ["receive"], mail) == ("visit", "order")
    assert ready_steps(made, ["receive", "order"], mail) == ("visit", "order", "hand_over")
    assert "hand_over" not in ready_steps(made, ["receive", "order"], PHONE)
    assert missing_steps(made, ["receive", "order"], PHONE) == ("call", "hand_over")
    assert missing_steps(made, ["receive", "order"], mail) == ("hand_over",)
    assert misplaced_after(made, "hand_over", ["receive"], PHONE) == ("call", "order")
    skipping = Situation(channel="phone", skipped={"call"})
    assert missing_steps(made, ["receive", "order", "hand_over"], skipping) == ()


def test_a_guard_of_a_stage_and_of_the_whole_is_each_steps_own() -> None:
    made = process(
        {"key": "a", "position": 1, "stage": "s"},
        {"key": "b", "position": 1, "stage": "s", "when": "elapsed > 60"},
        {"key": "c", "position": 1},
        stages=[{"key": "s", "when": 'site.kind == "kiosk"'}],
        when='record.tier != "none"',
    )
    kiosk = Situation(site={"kind": "kiosk"}, elapsed=61)
    assert missing_steps(made, (), kiosk) == ("a", "b", "c")
    assert missing_steps(made, (), Situation(elapsed=61)) == ("c",)
    assert missing_steps(made, (), Situation(site={"kind": "kiosk"})) == ("a", "c")
    assert missing_steps(made, (), Situation(tier="none")) == ()


def test_a_guard_that_fails_says_which() -> None:
    made = process({"key": "a", "position": 1, "when": "100 / elapsed > 3"})
    assert ready_steps(made, (), Situation(elapsed=10)) == ("a",)
    with pytest.raises(RuleFailed, match="divide by zero"):
        ready_steps(made, (), Situation(elapsed=0))


def test_processes_of_one_standard_stand_side_by_side() -> None:
    first = process({"key": "a", "position": 1}, {"key": "b", "position": 2})
    second = process({"key": "b", "position": 1}, {"key": "c", "position": 2}, {"key": "a", "position": 3})
    both = joined([first, second])
    assert set(both.steps) == {"a", "b", "c"}
    assert ready_steps(both, (), PHONE) == ("a",)
    assert ready_steps(both, ["a", "b"], PHONE) == ("a", "b", "c")
    assert foreseen(joined([])) == ()
