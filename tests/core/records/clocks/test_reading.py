"""What a clock shows, against counting minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.calendars.policy import Calendar
from core.records.clocks.policy import (
    ClockStatus,
    Pause,
    Reading,
    Terms,
    instant_used,
    paused_seconds,
    read_clock,
    used,
)
from core.records.events.state import WaitingFor
from tests.core.records.calendars.test_open_spans import MINUTE, OFFICE, calendars, is_open

DAYS = 6 * 1440


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    calendar, start = draw(calendars())
    marks = sorted(draw(st.sets(st.integers(-200, 3000), max_size=6)))
    pauses = [
        Pause(start=start + MINUTE * begin, end=start + MINUTE * end, cause=draw(st.sampled_from(WaitingFor)))
        for begin, end in zip(marks[::2], marks[1::2], strict=False)
    ]
    if len(marks) % 2:
        pauses.append(Pause(start=start + MINUTE * marks[-1], end=None, cause=WaitingFor.CUSTOMER))
    return Terms(
        started_at=start,
        limit_seconds=60 * draw(st.integers(0, 1500)),
        calendar=draw(st.none() | st.just(calendar)),
        pauses=tuple(pauses),
    )


def paused(pause: Pause, instant: datetime) -> bool:
    return pause.start <= instant and (pause.end is None or instant < pause.end)


def counts(clock: Terms, instant: datetime) -> bool:
    """Tell whether a clock runs in the minute that begins at an instant: the oracle."""
    opened = clock.calendar is None or is_open(clock.calendar, instant)
    return opened and not any(paused(pause, instant) for pause in clock.pauses)


def minutes_counted(clock: Terms, minutes: int) -> int:
    return sum(counts(clock, clock.started_at + MINUTE * number) for number in range(minutes))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(terms(), st.integers(0, 3000))
def test_a_clock_counts_the_minutes_in_which_it_runs(clock: Terms, minutes: int) -> None:
    now = clock.started_at + MINUTE * minutes
    assert used(clock, now) == MINUTE * minutes_counted(clock, minutes)
    assert read_clock(clock, now).used_seconds == 60 * minutes_counted(clock, minutes)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(terms())
def test_a_clock_falls_due_when_its_limit_is_first_used_up(clock: Terms) -> None:
    left, found = clock.limit_seconds // 60, None
    for number in range(DAYS + 1):
        if left == 0:
            found = clock.started_at + MINUTE * number
            break
        left -= counts(clock, clock.started_at + MINUTE * number)
    due = instant_used(clock, clock.limit_seconds)
    if found is not None:
        assert due == found
    else:
        assert due is None or due > clock.started_at + MINUTE * DAYS


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(terms(), st.integers(0, 3000))
def test_pauses_are_put_down_to_whoever_caused_them(clock: Terms, minutes: int) -> None:
    expected = dict.fromkeys(WaitingFor, 0)
    for number in range(minutes):
        instant = clock.started_at + MINUTE * number
        if clock.calendar is None or is_open(clock.calendar, instant):
            for pause in clock.pauses:
                assert pause.cause is not None
                expected[pause.cause] += 60 * paused(pause, instant)
    found = paused_seconds(clock, clock.started_at + MINUTE * minutes)
    assert {cause: found.get(cause, 0) for cause in WaitingFor} == expected


MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine in the morning in Berlin."""
BERLIN = Calendar(zone="Europe/Berlin", week=OFFICE)


def shown(clock: Terms, hours: float) -> Reading:
    return read_clock(clock, clock.started_at + timedelta(hours=hours))


def test_a_limit_used_up_when_the_doors_close_falls_due_then() -> None:
    clock = Terms(started_at=MONDAY, limit_seconds=8 * 3600, calendar=BERLIN)
    assert shown(clock, 0).due_at == MONDAY + timedelta(hours=9)
    assert shown(clock, 9).status is ClockStatus.RUNNING
    assert shown(clock, 9.01).status is ClockStatus.BREACHED


def test_a_change_of_priority_keeps_what_is_used_up() -> None:
    slow, fast = (Terms(started_at=MONDAY, limit_seconds=hours * 3600, calendar=BERLIN) for hours in (8, 2))
    assert shown(slow, 1.5).used_seconds == shown(fast, 1.5).used_seconds == 5400
    assert shown(fast, 1.5).due_at == MONDAY + timedelta(hours=2)


def test_a_clock_that_waits_has_no_due_instant_but_keeps_the_one_it_missed() -> None:
    waiting = Pause(start=MONDAY + timedelta(hours=1), end=None, cause=WaitingFor.CUSTOMER)
    clock = Terms(started_at=MONDAY, limit_seconds=7200, calendar=BERLIN, pauses=(waiting,))
    assert shown(clock, 2) == Reading(status=ClockStatus.PAUSED, used_seconds=3600, due_at=None, warn_at=None)
    late = Terms(started_at=MONDAY, limit_seconds=1800, calendar=BERLIN, pauses=(waiting,))
    assert shown(late, 2).status is ClockStatus.BREACHED
    assert shown(late, 2).due_at == MONDAY + timedelta(minutes=30)


def test_what_is_done_at_the_very_instant_is_done_in_time() -> None:
    due = MONDAY + timedelta(hours=2)
    ends = (due, due + timedelta(seconds=1))
    clocks = [Terms(started_at=MONDAY, limit_seconds=7200, calendar=BERLIN, stopped_at=end) for end in ends]
    assert [shown(clock, 5).status for clock in clocks] == [ClockStatus.MET, ClockStatus.MISSED]


def test_it_warns_at_a_share_of_its_limit() -> None:
    clock = Terms(started_at=MONDAY, limit_seconds=4 * 3600, calendar=BERLIN, warning=7_500)
    assert shown(clock, 0).warn_at == MONDAY + timedelta(hours=3)
    assert shown(clock, 0).due_at == MONDAY + timedelta(hours=5), "the lunch hour is not counted"


def test_a_calendar_that_never_opens_gives_no_due_instant() -> None:
    never = Calendar(zone="UTC", week=((),) * 7)
    assert shown(Terms(started_at=MONDAY, limit_seconds=1, calendar=never), 1).due_at is None
