"""What a clock shows: a pure function of its limit, the calendar it runs on, its pauses and an instant.

A clock counts seconds while its calendar is open and nobody is waited for. It falls due at the first instant at which
it has counted its limit: one that is used up when the doors close falls due then, and not when they open again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from msgspec.structs import replace

from core.records.calendars.policy import HORIZON_DAYS, Calendar, Span, open_spans, open_time
from core.records.events.state import WaitingFor

FIRST_LOOK: Final = timedelta(days=8)
"""Most limits fall due within a week; only where one does not is more of the calendar unfolded."""
WHOLE: Final = 10_000
"""Fractions are basis points."""
SECOND: Final = timedelta(seconds=1)


class ClockKind(StrEnum):
    """What a clock times."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    STEP = "step"


class ClockStatus(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"
    MISSED = "missed"


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nothing is counted.

    Attributes:
        start: When it began.
        end: When it ended; empty while it lasts.
        cause: Whom it is put down to; nobody where the request counted as met meanwhile.
    """

    start: datetime
    end: datetime | None
    cause: WaitingFor | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock goes by.

    Attributes:
        started_at: When it began to run.
        limit_seconds: What may be used up; a change of priority changes it and keeps what is used up.
        calendar: When it runs; empty for one that runs around the clock.
        pauses: When it does not run, in order and apart; only the last one may still last.
        warning: Share of the limit at which it warns, in basis points.
        stopped_at: When what it waits for was done; empty while it is not.
    """

    started_at: datetime
    limit_seconds: int
    calendar: Calendar | None = None
    pauses: tuple[Pause, ...] = ()
    warning: int = 8_000
    stopped_at: datetime | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock shows at an instant.

    Attributes:
        status: Where it stands.
        used_seconds: What it has counted, begun seconds as whole ones.
        due_at: When its limit is or was used up; empty while a pause lasts, and where the calendar never opens again.
        warn_at: When it warns or warned; empty as above.
    """

    status: ClockStatus
    used_seconds: int
    due_at: datetime | None
    warn_at: datetime | None


def read_clock(terms: Terms, now: datetime) -> Reading:
    """Read a clock.

    Args:
        terms: What it goes by.
        now: The instant; nothing after it counts.
    """
    until = now if terms.stopped_at is None else min(now, terms.stopped_at)
    due = instant_used(terms, terms.limit_seconds)
    return Reading(
        status=status_of(terms, due, until, now),
        used_seconds=whole_seconds(used(terms, until)),
        due_at=due,
        warn_at=instant_used(terms, terms.limit_seconds * terms.warning // WHOLE),
    )


def status_of(terms: Terms, due: datetime | None, until: datetime, now: datetime) -> ClockStatus:
    """Tell where a clock stands; what is done at the very instant it falls due is done in time."""
    late = due is not None and until > due
    if terms.stopped_at is not None and terms.stopped_at <= now:
        return ClockStatus.MISSED if late else ClockStatus.MET
    if late:
        return ClockStatus.BREACHED
    paused = any(pause.start <= now and (pause.end is None or now < pause.end) for pause in terms.pauses)
    return ClockStatus.PAUSED if paused else ClockStatus.RUNNING


def used(terms: Terms, until: datetime) -> timedelta:
    """Count the time a clock has run before an instant."""
    begin = terms.started_at
    if begin >= until:
        return timedelta()
    stood = (
        open_within(terms.calendar, max(one.start, begin), until if one.end is None else min(one.end, until))
        for one in terms.pauses
    )
    return open_within(terms.calendar, begin, until) - sum(stood, timedelta())


def open_within(calendar: Calendar | None, since: datetime, until: datetime) -> timedelta:
    """Count how long a calendar is open between two instants; all of it where there is none."""
    if until <= since:
        return timedelta()
    return until - since if calendar is None else open_time(calendar, since, until)


def instant_used(terms: Terms, seconds: int) -> datetime | None:
    """Find the first instant at which a clock has counted some seconds, as its pauses are known.

    Returns:
        The instant; none where a pause lasts before it is reached, or the calendar does not open for so long.
    """
    if seconds <= 0:
        return terms.started_at
    left, seen = timedelta(seconds=seconds), terms.started_at
    if terms.calendar is None and not terms.pauses and left <= FIRST_LOOK:
        return seen + left
    for until in horizons(terms.started_at):
        for start, end in running_spans(terms, until, seen):
            if end - start >= left:
                return start + left
            left -= end - start
        seen = until
        if stands_still(terms, until):
            return None
    return None


def horizons(start: datetime) -> Iterator[datetime]:
    """Give instants ever further ahead, as far as a calendar is looked through."""
    ahead = FIRST_LOOK
    while ahead.days < HORIZON_DAYS:
        yield start + ahead
        ahead *= 4
    yield start + timedelta(days=HORIZON_DAYS)


def stands_still(terms: Terms, instant: datetime) -> bool:
    """Tell whether a pause that still lasts began before an instant."""
    return bool(terms.pauses) and terms.pauses[-1].end is None and terms.pauses[-1].start <= instant


def running_spans(terms: Terms, until: datetime, since: datetime | None = None) -> Iterator[Span]:
    """List when a clock runs between an instant, its start by default, and another."""
    begin = terms.started_at if since is None else since
    if begin >= until:
        return
    opened = iter([(begin, until)]) if terms.calendar is None else open_spans(terms.calendar, begin, until)
    for span in opened:
        yield from without(span, terms.pauses)


def without(span: Span, pauses: Sequence[Pause]) -> Iterator[Span]:
    """Take pauses, which are in order and apart, out of a span."""
    start, end = span
    for pause in pauses:
        if pause.end is not None and pause.end <= start:
            continue
        if pause.start >= end:
            break
        if pause.start > start:
            yield start, pause.start
        if pause.end is None or pause.end >= end:
            return
        start = pause.end
    yield start, end


def apart(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Put pauses in order and apart; where two overlap, the one that began earlier keeps what they share."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        start = pause.start if not found else max(pause.start, found[-1].end or pause.start)
        if found and found[-1].end is None:
            break
        if pause.end is None or start < pause.end:
            found.append(replace(pause, start=start))
    return tuple(found)


def paused_seconds(terms: Terms, until: datetime) -> dict[WaitingFor, int]:
    """Count what pauses have kept a clock from counting before an instant, by whom they are put down to."""
    found: dict[WaitingFor, timedelta] = {}
    for pause in terms.pauses:
        start, end = max(pause.start, terms.started_at), until if pause.end is None else min(pause.end, until)
        if pause.cause is None or start >= end:
            continue
        opened = [(start, end)] if terms.calendar is None else open_spans(terms.calendar, start, end)
        kept = sum((closes - opens for opens, closes in opened), timedelta())
        found[pause.cause] = found.get(pause.cause, timedelta()) + kept
    return {cause: whole_seconds(kept) for cause, kept in found.items()}


def whole_seconds(time: timedelta) -> int:
    """Give a length in seconds, begun ones as whole ones."""
    return -(-time // SECOND)
