"""Planned against actual, without I/O: when the steps of a record should be over by their limits, and when they are.

The plan puts each step that is expected, or was done, behind those before it, and gives it its limit; a step without
one takes no time. Where no step has a limit, the limit of the whole record is the plan. All is counted on one meter
from the opening on: opening hours of the site where a limit counts those, else all time; waiting is not counted.

What is not over yet is expected to take its limit from now on, or from its start. So a record in hand is *behind* by
what it can no longer make good, and finished ones by what they took longer, as a share of the plan.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Final

from core.kernel.frozen import frozen
from core.records.calendars.policy import Calendar
from core.records.clocks.derive import LIMITS, choices_of, pauses_of
from core.records.clocks.policy import ClockKind, Terms, instant_used, used, whole_seconds
from core.records.conformance.past import Past, begun
from core.records.events.state import StepStatus
from core.standards.policy.documents import JsonValue
from core.standards.policy.view import limit_of
from core.standards.vocabulary import TimeUnit

TOLERANCE: Final = "progress.tolerance"
"""Address of the percentage of its plan by which a record may be behind before it is flagged."""
USUAL_TOLERANCE: Final = 1_500
WHOLE: Final = 10_000
"""Shares are basis points."""

Ends = Mapping[str, int]
"""Seconds on the meter, by step."""


@frozen(kw_only=True)
class PlannedStep:
    """One step of a plan.

    Attributes:
        key: The step.
        planned_start: When it should begin; empty while nobody can tell because the record waits.
        planned_end: When it should be over; empty likewise.
        started_at: When it began.
        ended_at: When it was over.
        expected_end: When it will be over at this pace; empty once it is, and while nobody can tell.
        critical: Whether it is on the critical path.
        behind_seconds: By how much it is, or will be, over later than planned, on the meter; negative if earlier.
    """

    key: str
    planned_start: datetime | None
    planned_end: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    expected_end: datetime | None
    critical: bool
    behind_seconds: int


class Schedule:
    """The plan of one record, and how it stands against it at an instant.

    Attributes:
        past: The record as its process looks at it.
        now: The instant.
        calendar: What the meter runs by; around the clock where empty.
        tolerance: Share of the plan by which the record may be behind, in basis points.
        steps: The steps that are planned, in order.
    """

    def __init__(self, past: Past, calendar: Calendar | None, now: datetime) -> None:
        """Set up the meter."""
        view = past.course.view
        said = view.in_context(choices_of(past.state, view))
        self.past, self.now = past, now
        self.tolerance = basis_points(said.get(TOLERANCE))
        known = past.course.process.steps
        self.steps = tuple(key for key in known if key in past.first or past.holds(key, past.end))
        limits = {key: limit_of(known[key], said, view.units) for key in self.steps}
        self._limits = {key: one for key, one in limits.items() if one is not None}
        self._whole = None if self._limits else whole_limit(said, view.units)
        units = {unit for _, unit in (*self._limits.values(), *([self._whole] if self._whole else []))}
        self.calendar = calendar if TimeUnit.BUSINESS in units else None
        self._meter = Terms(
            started_at=past.state.opened_at, limit_seconds=0, calendar=self.calendar, pauses=pauses_of(past.state)
        )

    @cached_property
    def now_counted(self) -> int:
        """What the meter shows now, of a record in hand; what has ended is not counted through the years since."""
        return self.counted(self.past.finished_at or self.now)

    @cached_property
    def plan(self) -> tuple[Ends, Ends]:
        """When each planned step should begin and be over."""
        starts: dict[str, int] = {}
        ends: dict[str, int] = {}
        for key in self.past.course.process.steps:
            starts[key] = self.ready(key, ends)
            ends[key] = self.after(starts[key], key) if key in self.planned else starts[key]
        return starts, ends

    @cached_property
    def planned(self) -> frozenset[str]:
        """The steps that are planned."""
        return frozenset(self.steps)

    @cached_property
    def seconds(self) -> int:
        """How long all of it should take; 0 where nothing says so."""
        if self._whole is not None:
            return self._whole[0]
        return max((self.plan[1][key] for key in self.steps), default=0) if self._limits else 0

    @cached_property
    def expected(self) -> int:
        """How long all of it took, or will take at this pace."""
        return self.expected_at(self.now_counted)

    @property
    def share(self) -> int:
        """By how much of the plan the record is behind, in basis points; less than nothing where it is ahead."""
        return (self.expected - self.seconds) * WHOLE // self.seconds if self.seconds else 0

    @property
    def flagged(self) -> bool:
        """Whether the record is further behind than is put up with."""
        return self.is_flagged(self.expected)

    @property
    def planned_end(self) -> datetime | None:
        """When all should be over."""
        return self.instant(self.seconds) if self.seconds else None

    @property
    def expected_end(self) -> datetime | None:
        """When all was over, or will be at this pace."""
        return self.past.finished_at or (self.instant(self.expected) if self.seconds else None)

    @property
    def critical_path(self) -> tuple[str, ...]:
        """The steps that the end of the plan depends on, each after the one before."""
        if not self._limits:
            return ()
        ends = self.plan[1]
        found: list[str] = []
        following: str | None = max(self.steps, key=ends.__getitem__, default=None)
        while following is not None:
            found.append(following)
            following = self.decisive(following)
        return tuple(found[::-1])

    def is_flagged(self, expected: int) -> bool:
        """Tell whether an expected length is too much."""
        return self.seconds > 0 and (expected - self.seconds) * WHOLE > self.tolerance * self.seconds

    def decisive(self, key: str) -> str | None:
        """Give the planned step that a step has to wait for longest, by way of others that are not planned."""
        before, ends = self.past.course.process.before, self.plan[1]
        while before[key]:
            key = max(sorted(before[key]), key=ends.__getitem__)
            if key in self.planned:
                return key
        return None

    def ready(self, key: str, ends: Ends) -> int:
        """Tell when all that comes directly before a step is over."""
        return max((ends[one] for one in self.past.course.process.before[key]), default=0)

    def after(self, start: int, key: str) -> int:
        """Tell when a step that begins at some second is over."""
        limit = self._limits.get(key)
        if limit is None:
            return start
        seconds, unit = limit
        if self.calendar is None or unit is TimeUnit.BUSINESS:
            return start + seconds
        begins = self.instant(start)
        around = Terms(started_at=begins or self.now, limit_seconds=seconds, pauses=self._meter.pauses)
        ends = None if begins is None else instant_used(around, seconds)
        return start + seconds if ends is None else max(start, self.counted(ends))

    def expected_at(self, now: int) -> int:
        """Tell how long all of it will take, as seen when the meter shows some second."""
        if self.past.finished_at is not None:
            return self.now_counted
        if self._whole is not None:
            return max(self._whole[0], now)
        ends = self.expected_ends(now)
        return max([now, *(ends[key] for key in self.steps)])

    def expected_ends(self, now: int) -> Ends:
        """Tell when each step was over or will be, as seen when the meter shows some second."""
        finished, ends = self.past.finished_at is not None, dict[str, int]()
        for key in self.past.course.process.steps:
            ready, over, begun_at = self.ready(key, ends), self.over.get(key), self.begun.get(key)
            if over is not None:
                ends[key] = over
            elif key not in self.planned or finished:
                ends[key] = ready
            elif begun_at is not None:
                ends[key] = max(self.after(begun_at, key), now)
            else:
                ends[key] = self.after(max(ready, now), key)
        return ends

    @cached_property
    def begun(self) -> Ends:
        """What the meter showed when each step began that did."""
        return {key: self.counted(begun(one)) for key, one in self.past.first.items()}

    @cached_property
    def over_at(self) -> Mapping[str, datetime]:
        """When each step was over last; those that are under way are not."""
        found: dict[str, datetime] = {}
        for one in self.past.performed:
            if one.name in self.planned and one.state is StepStatus.COMPLETED:
                found[one.name] = max(one.occurred_at, found.get(one.name, one.occurred_at))
        running = {one.name for one in self.past.performed if one.state is StepStatus.STARTED}
        return {key: at for key, at in found.items() if key not in running}

    @cached_property
    def over(self) -> Ends:
        """What the meter showed when each step was over last."""
        return {key: self.counted(at) for key, at in self.over_at.items()}

    def next_at(self) -> datetime | None:
        """Tell when the record will be flagged by itself if nothing happens; nothing where it is or never will be."""
        if self.past.finished_at is not None or not self.seconds or self.flagged:
            return None
        low, high = self.now_counted, self.seconds * (WHOLE + self.tolerance) // WHOLE + 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.is_flagged(self.expected_at(middle)) else (middle + 1, high)
        return self.instant(low)

    def planned_steps(self) -> tuple[PlannedStep, ...]:
        """Tell of every planned step."""
        starts, ends = self.plan
        expected, critical = self.expected_ends(self.now_counted), frozenset(self.critical_path)
        finished = self.past.finished_at is not None
        return tuple(
            PlannedStep(
                key=key,
                planned_start=self.instant(starts[key]),
                planned_end=self.instant(ends[key]),
                started_at=begun(self.past.first[key]) if key in self.past.first else None,
                ended_at=self.over_at.get(key),
                expected_end=None if finished or key in self.over else self.instant(expected[key]),
                critical=key in critical,
                behind_seconds=expected[key] - ends[key],
            )
            for key in self.steps
        )

    def counted(self, at: datetime) -> int:
        """Tell what the meter shows at an instant; begun seconds count as whole ones."""
        return whole_seconds(used(self._meter, at))

    def instant(self, seconds: int) -> datetime | None:
        """Tell when the meter shows some second; nothing while the record waits, or where the site never opens."""
        return instant_used(self._meter, seconds)


def whole_limit(said: Mapping[str, JsonValue], units: Mapping[str, TimeUnit]) -> tuple[int, TimeUnit] | None:
    """Give the limit of a whole record, where its standard has one."""
    address = LIMITS[ClockKind.RESOLUTION]
    limit = said.get(address)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit <= 0:
        return None
    return limit, units.get(address, TimeUnit.ELAPSED)


def basis_points(said: object) -> int:
    """Read a percentage as basis points; 15 % where the standard says nothing."""
    return max(0, round(float(said) * 100)) if isinstance(said, str) else USUAL_TOLERANCE
