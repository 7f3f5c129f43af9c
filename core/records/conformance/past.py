"""What had happened to a record by any moment of its life, and which steps were waited for then.

Everything is a function of the record's state and of the moment, not of how or when it is asked. A step counts as
settled from the instant at which it was first completed or skipped, so steps of one instant may come in any order. A
guard is asked for what was known when a step began; one that cannot be worked out makes its step not expected.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from sys import maxsize
from typing import NamedTuple

from core.kernel.rules import Fact, RuleFailed
from core.records.conformance.course import Course
from core.records.events.state import RecordState, StepState, StepStatus
from core.records.policy import RecordStatus
from core.standards.policy.process_guards import GUARDS, Situation


class Moment(NamedTuple):
    """An instant, and the place of the step that begins then; beyond all places where everything of it counts."""

    at: datetime
    position: int = maxsize


class Past:
    """A record's life so far, as its process looks at it.

    Attributes:
        course: What it is held against.
        state: The record after its events.
        performed: Occurrences that were not skipped, in the order in which they began.
        first: The first of them for each step of the process.
        surplus: Those that the process does not allow: it does not have the step, or has it once.
        settled_at: When each step was first completed or skipped.
        finished_at: When the record was resolved; empty while it is in hand.
        end: The moment up to which it is looked at: its end, or what happened last.
    """

    def __init__(self, course: Course, state: RecordState) -> None:
        """Take a record's state apart."""
        self.course, self.state = course, state
        steps = course.process.steps
        self.performed = sorted(
            (one for one in state.steps if one.state is not StepStatus.SKIPPED),
            key=lambda one: (begun(one), one.position),
        )
        self.first: dict[str, StepState] = {}
        self.surplus: list[StepState] = []
        for one in self.performed:
            key = one.name
            step = steps.get(key)
            if step is not None and key not in self.first:
                self.first[key] = one
            elif step is None or not step.repeatable:
                self.surplus.append(one)
        self.settled_at: dict[str, datetime] = {}
        for one in state.steps:
            if one.state is not StepStatus.STARTED:
                key = one.name
                known = self.settled_at.get(key)
                if known is None or one.occurred_at < known:
                    self.settled_at[key] = one.occurred_at
        self.finished_at = finished_at(state)
        last = state.last_at if self.finished_at is None else max(self.finished_at, state.last_at)
        self.end = Moment(last)
        self._applies: dict[tuple[str, Moment], bool] = {}
        self._facts: dict[Moment, Mapping[str, Fact]] = {}
        self._passed: dict[Moment, frozenset[str]] = {}

    @cached_property
    def passed_at_end(self) -> frozenset[str]:
        """The steps that hold nobody up at the end."""
        return self.passed(self.end)

    @cached_property
    def held_up(self) -> Mapping[str, tuple[str, ...]]:
        """The steps directly before each one that held it up when it first began."""
        return {key: self.unsupplied(key, Moment(begun(one), one.position)) for key, one in self.first.items()}

    def is_settled(self, key: str, moment: Moment) -> bool:
        """Tell whether a step was completed or skipped by a moment."""
        at = self.settled_at.get(key)
        return at is not None and at <= moment.at

    def holds(self, key: str, moment: Moment) -> bool:
        """Tell whether a step is waited for at a moment: required, applies, and neither done nor skipped."""
        required = self.course.process.steps[key].required
        return required and not self.is_settled(key, moment) and self.applies(key, moment)

    def passed(self, moment: Moment) -> frozenset[str]:
        """Give the steps that hold nobody up at a moment: settled, or not waited for while nothing before them is."""
        found = self._passed.get(moment)
        if found is None:
            made: set[str] = set()
            before = self.course.process.before
            for key in self.course.process.steps:
                if self.is_settled(key, moment) or (before[key] <= made and not self.holds(key, moment)):
                    made.add(key)
            found = self._passed[moment] = frozenset(made)
        return found

    def unsupplied(self, key: str, moment: Moment) -> tuple[str, ...]:
        """List the steps directly before a step that hold it up at a moment."""
        before = self.course.process.before[key]
        if all(self.is_settled(one, moment) for one in before):
            return ()
        return tuple(sorted(before - self.passed(moment)))

    def lacking(self, key: str, moment: Moment) -> tuple[str, ...]:
        """List the steps that a step should have waited for, directly or by way of others, in the process's order."""
        before = self.course.process.before
        seen: set[str] = set()
        ahead = set(before[key])
        while ahead:
            seen |= ahead
            ahead = {one for each in ahead if not self.is_settled(each, moment) for one in before[each]} - seen
        return tuple(one for one in self.course.process.steps if one in seen and self.holds(one, moment))

    def missing(self) -> tuple[str, ...]:
        """List the steps that are waited for at the end."""
        return tuple(key for key in self.course.process.steps if self.holds(key, self.end))

    def applies(self, key: str, moment: Moment) -> bool:
        """Tell whether a step applied at a moment."""
        guards = self.course.process.guards.get(key)
        if not guards:
            return True
        found = self._applies.get((key, moment))
        if found is None:
            try:
                found = all(GUARDS.rule(one).holds(self.facts(moment)) for one in guards)
            except RuleFailed:
                found = False
            self._applies[key, moment] = found
        return found

    def facts(self, moment: Moment) -> Mapping[str, Fact]:
        """Give what guards may know at a moment."""
        found = self._facts.get(moment)
        if found is None:
            latest = {one.name: one for one in self.state.steps if Moment(begun(one), one.position) < moment}
            told = [one for one in latest.values() if ended_before(one, moment)]
            context = self.state.context_at(moment.at)
            known = Situation(
                channel=self.state.channel,
                priority=self.priority(moment.at),
                tier=context.tier or "",
                site=context.site,
                service_type=self.state.service_type or "",
                skipped=keys_of(told, StepStatus.SKIPPED),
                elapsed=max(0, int((moment.at - self.state.opened_at).total_seconds())),
            )
            found = self._facts[moment] = known.facts(keys_of(told, StepStatus.COMPLETED))
        return found

    def priority(self, at: datetime) -> str:
        """Give the priority that a record had at an instant."""
        known = [one for one in self.state.priorities if one.at <= at] or self.state.priorities[:1]
        return (known[-1].priority if known else self.state.priority) or ""


def begun(step: StepState) -> datetime:
    """Tell when an occurrence began; one that was only told when it was over began then."""
    return step.occurred_at if step.started_at is None else step.started_at


def ended_before(step: StepState, moment: Moment) -> bool:
    """Tell whether an occurrence had ended by a moment; of one instant, those that come before it had."""
    return step.state is not StepStatus.STARTED and (step.occurred_at, step.position) < moment


def keys_of(steps: Iterable[StepState], state: StepStatus) -> frozenset[str]:
    """Give the names of occurrences that stand somewhere."""
    return frozenset(one.name for one in steps if one.state is state)


def finished_at(state: RecordState) -> datetime | None:
    """Tell when a record was resolved; nothing while it is in hand."""
    if state.status not in {RecordStatus.RESOLVED, RecordStatus.CLOSED}:
        return None
    return state.resolved_at or state.closed_at or state.last_at
