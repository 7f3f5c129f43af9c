"""Fitness against a net that is played token by token, and against what deviates."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.conformance.deviations import DeviationKind, deviations
from core.records.conformance.replay import Fitness, replay
from core.records.events.state import RecordState
from core.standards.policy.process import ProcessStep
from tests.core.records.conformance.lives import done, lives, past_of, processes, record
from tests.core.records.conformance.net import played

CHANGING = ("", '"b" in steps.done', '!("a" in steps.done)', "elapsed > 300", "elapsed < 300", "1 / elapsed > 5")
OF_STEPS = {
    DeviationKind.MISSING,
    DeviationKind.OUT_OF_ORDER,
    DeviationKind.REPEATED,
    DeviationKind.UNFORESEEN,
}


def fitness(steps: Sequence[ProcessStep], state: RecordState) -> Fitness:
    found = replay(past_of(steps, state))
    assert found is not None
    return found


@settings(max_examples=400, deadline=None)
@given(processes(), lives())
def test_tokens_are_those_of_a_net_played_one_by_one(steps: list[ProcessStep], state: RecordState) -> None:
    found = fitness(steps, state)
    assert (found.produced, found.consumed, found.missing, found.remaining) == played(steps, state)


@settings(max_examples=300, deadline=None)
@given(processes(guards=CHANGING), lives(tied=True) | lives())
def test_a_record_fits_exactly_where_no_step_deviates(steps: list[ProcessStep], state: RecordState) -> None:
    found = fitness(steps, state)
    kinds = {one.kind for one in deviations(past_of(steps, state))}
    assert kinds <= OF_STEPS
    assert (found.value == 1) == (found.basis_points == 10_000) == (not kinds)
    assert 0 <= found.value <= 1
    left = found.produced + found.missing - found.consumed
    assert left == found.remaining if state.resolved_at else left >= found.remaining


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_basis_points_are_the_figure_rounded_down(produced: int, consumed: int, data: st.DataObject) -> None:
    missing, remaining = data.draw(st.integers(0, consumed)), data.draw(st.integers(0, produced))
    found = Fitness(produced=produced, consumed=consumed, missing=missing, remaining=remaining)
    exact = (1 - Fraction(missing, consumed)) / 2 + (1 - Fraction(remaining, produced)) / 2
    assert found.basis_points == exact * 10_000 // 1


THREE = [
    ProcessStep(key="a", position=1, repeatable=False),
    ProcessStep(key="b", position=2),
    ProcessStep(key="c", position=3),
]


def tokens(state: RecordState) -> tuple[int, int, int, int]:
    found = fitness(THREE, state)
    return found.produced, found.consumed, found.missing, found.remaining


def test_by_hand() -> None:
    """Places: source, before a, a to b, b to c, behind c, sink."""
    whole = [done(key, None, minute) for minute, key in enumerate("abc")]
    assert tokens(record(whole, 9)) == (6, 6, 0, 0)
    assert tokens(record([], 9)) == (3, 3, 1, 1), "nothing was done: the end finds its place empty, a's token stays"
    assert tokens(record(whole[1:], 9)) == (5, 5, 1, 1), "b finds a's place empty; a never takes its token"
    assert tokens(record(whole[:2])) == (4, 3, 0, 0), "in hand: c's token may yet be used"
    assert tokens(record([done("b", None, 1), done("a", None, 2)])) == (4, 3, 1, 1), "a's token comes too late"
    assert tokens(record([*whole, done("b", None, 4)], 9)) == (6, 6, 0, 0), "b may be repeated"
    assert tokens(record([*whole, done("a", None, 4)], 9)) == (7, 7, 1, 1), "a may not"
    assert tokens(record([*whole, done("z", None, 4)], 9)) == (7, 7, 1, 1), "z is not of the process"
    assert fitness(THREE, record(whole[1:], 9)).value == 0.8


def test_without_a_process_nothing_is_replayed() -> None:
    assert replay(past_of([], record([done("a", None, 1)], 9))) is None
