"""Progress against walking every path of the process, and against waiting minute by minute."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.calendars.policy import Calendar, Window
from core.records.clocks.policy import Terms, used
from core.records.conformance.past import Past
from core.records.conformance.progress import Schedule
from core.records.events.state import RecordState, StepState, StepStatus, Waiting, WaitingFor
from core.standards.policy.process import ProcessStep, StepLimit
from core.standards.vocabulary import TimeUnit
from tests.core.records.conformance.lives import OPENED, at, course, done, lives, past_of, processes, record


def paths(steps: list[ProcessStep]) -> Iterator[tuple[str, ...]]:
    """Every way through the process, from a step that comes after none."""
    after = {one.key: [each.key for each in steps if one.key in (each.after or ())] for one in steps}

    def onwards(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for following in after[path[-1]]:
            yield from onwards((*path, following))

    for one in steps:
        if not one.after:
            yield from onwards((one.key,))


def schedule(steps: list[ProcessStep], state: RecordState, minute: float) -> Schedule:
    return Schedule(past_of(steps, state), None, at(minute))


@settings(max_examples=150, deadline=None)
@given(processes(limits=True), lives(), st.integers(0, 200))
def test_a_plan_is_its_longest_path(steps: list[ProcessStep], state: RecordState, minute: int) -> None:
    one = schedule(steps, state, minute)
    takes = {step.key: step.limit.seconds or 0 if step.limit else 0 for step in steps}
    long = {path: sum(takes[key] for key in path if key in one.planned) for path in paths(steps)}
    assert one.seconds == max(long.values())
    critical = one.critical_path
    assert sum(takes[key] for key in critical) == one.seconds
    if critical:
        assert any(tuple(key for key in path if key in one.planned)[-len(critical) :] == critical for path in long)
    for step in one.planned_steps():
        assert step.planned_start is not None
        assert step.planned_end is not None
        assert (step.planned_end - step.planned_start).total_seconds() == takes[step.key]


@settings(max_examples=60, deadline=None)
@given(processes(limits=True), lives(most=4), st.integers(10, 40))
def test_a_record_is_flagged_at_the_very_instant_it_wakes_for(
    steps: list[ProcessStep], state: RecordState, minute: int
) -> None:
    now = schedule(steps, state, minute)
    following = now.next_at()
    if following is None:
        assert now.flagged or now.past.finished_at is not None or not now.seconds
        return
    assert following > now.now
    wakes = (following - OPENED).total_seconds() / 60
    assert schedule(steps, state, wakes).flagged
    assert not schedule(steps, state, wakes - 1 / 60).flagged
    for between in range(minute, int(wakes)):
        assert not schedule(steps, state, between).flagged


@settings(max_examples=60, deadline=None)
@given(processes(limits=True), lives(most=4), st.integers(0, 60), st.integers(0, 60))
def test_waiting_longer_never_makes_up_for_anything(
    steps: list[ProcessStep], state: RecordState, minute: int, more: int
) -> None:
    assert schedule(steps, state, minute + more).expected >= schedule(steps, state, minute).expected


TWO = [
    ProcessStep(key="a", position=1, limit=StepLimit(seconds=3600)),
    ProcessStep(key="b", position=2, limit=StepLimit(seconds=3600)),
    ProcessStep(key="c", position=2, required=False, limit=StepLimit(seconds=36_000)),
]


def test_by_hand() -> None:
    begun = schedule(TWO, record([done("a", 30, None)]), 90)
    assert (begun.planned_end, begun.expected_end, begun.share, begun.flagged) == (at(120), at(150), 2500, True)
    assert begun.critical_path == ("a", "b"), "c is not expected"
    assert [one.behind_seconds for one in begun.planned_steps()] == [1800, 1800]
    over = schedule(TWO, record([done("a", None, 30), done("b", 30, 50)], 60), 500)
    assert (over.expected_end, over.share, over.next_at()) == (at(60), -5000, None)
    with_c = schedule(TWO, record([done("a", None, 30), done("c", 30, None)]), 31)
    assert with_c.planned_end == at(660)


def test_time_does_not_run_while_the_record_waits() -> None:
    waiting = Waiting(whom=WaitingFor.CUSTOMER, since=at(30))
    one = schedule(TWO, record([done("a", 0, None)], waiting=waiting), 10_000)
    assert (one.share, one.planned_end, one.next_at()) == (0, None, None)


@pytest.mark.parametrize(("unit", "due"), [(TimeUnit.BUSINESS, 60 * 25 + 60), (TimeUnit.ELAPSED, 180)])
def test_business_time_is_planned_on_the_calendar(unit: TimeUnit, due: int) -> None:
    """Opened at eight; open from seven to ten, so that the third hour of work falls on the next morning."""
    calendar = Calendar(zone="UTC", week=((Window(420, 600),),) * 7)
    steps = [ProcessStep(key="a", position=1, limit=StepLimit(seconds=10_800, unit=unit))]
    one = Schedule(Past(course(steps), record([])), calendar, at(0))
    assert one.planned_end == (at(24 * 60) if unit is TimeUnit.BUSINESS else at(due))


def test_an_elapsed_limit_among_business_ones_runs_through_the_night() -> None:
    calendar = Calendar(zone="UTC", week=((Window(420, 600),),) * 7)
    steps = [
        ProcessStep(key="a", position=1, limit=StepLimit(seconds=3600, unit=TimeUnit.BUSINESS)),
        ProcessStep(key="b", position=2, limit=StepLimit(seconds=86_400)),
    ]
    one = Schedule(Past(course(steps), record([])), calendar, at(0))
    assert [step.planned_end for step in one.planned_steps()] == [at(60), at(60 + 1440)]


def test_where_no_step_has_a_limit_that_of_the_record_is_the_plan() -> None:
    steps = [ProcessStep(key="a", position=1)]
    said = {"parameters": {"resolution.limit": 3600, "progress.tolerance": "50"}, "units": {}}
    shares = {}
    for minute in (60, 90, 91):
        one = Schedule(Past(course(steps, **said), record([])), None, at(minute))
        shares[minute] = (one.share, one.flagged)
    assert shares == {60: (0, False), 90: (5000, False), 91: (5166, True)}
    assert Schedule(Past(course(steps), record([])), None, at(0)).seconds == 0


def test_a_step_that_is_taken_up_again_is_not_over() -> None:
    again: list[StepState] = [done("a", 0, 10), done("a", 50, None)]
    one = schedule(TWO, record(again), 50)
    assert one.planned_steps()[0].ended_at is None
    assert [each.state for each in again] == [StepStatus.COMPLETED, StepStatus.STARTED]


def test_what_has_ended_is_not_counted_through_the_years_since(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar(zone="UTC", week=((Window(420, 600),),) * 7)
    steps = [ProcessStep(key="a", position=1, limit=StepLimit(seconds=3600, unit=TimeUnit.BUSINESS))]
    seen: list[datetime] = []

    def counting(terms: Terms, until: datetime) -> timedelta:
        seen.append(until)
        return used(terms, until)

    monkeypatch.setattr("core.records.conformance.progress.used", counting)
    one = Schedule(Past(course(steps), record([done("a", None, 30)], 60)), calendar, at(5_000_000))
    assert (one.share, one.flagged, one.next_at()) == (0, False, None)
    assert max(seen) == at(60)
