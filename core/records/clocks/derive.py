"""Which clocks a record has, and by which terms: a pure function of its state and of the standard that it pins."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from core.records.calendars.policy import Calendar
from core.records.clocks.policy import ClockKind, Pause, Terms, apart
from core.records.events.state import RecordState, StepStatus
from core.standards.policy.variants import SITE, Context
from core.standards.policy.view import Choices, EffectiveView
from core.standards.vocabulary import TimeUnit

LIMITS: Final = {ClockKind.FIRST_RESPONSE: "first_response.limit", ClockKind.RESOLUTION: "resolution.limit"}
"""Addresses of the durations that time a whole record, where its standard has them."""
WARNING: Final = "warning.share"
"""Address of the percentage of a limit at which clocks warn."""
USUAL_WARNING: Final = 8_000


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of a record.

    Attributes:
        kind: What it times.
        step_key: The step, for a clock of a step.
        step_position: Place of the step's occurrence among all of the record; 0 for the record's own clocks.
        unit: Whether it counts elapsed or business time.
        terms: What it goes by.
    """

    kind: ClockKind
    step_key: str = ""
    step_position: int = 0
    unit: TimeUnit
    terms: Terms


def clocks_of(state: RecordState, view: EffectiveView, calendar: Calendar | None) -> Iterator[Clock]:
    """List a record's clocks; a limit that its standard does not set has none.

    Args:
        state: The record after its events.
        view: What it pins.
        calendar: When the serving site is open; around the clock where there is none.
    """
    choices = choices_of(state, view)
    pauses = pauses_of(state)
    said = view.in_context(choices)
    share = warning_share(said.get(WARNING))
    stops = {ClockKind.FIRST_RESPONSE: answered_at(state), ClockKind.RESOLUTION: state.resolved_at}
    for kind, address in LIMITS.items():
        limit = said.get(address)
        if isinstance(limit, int) and not isinstance(limit, bool):
            unit = view.units.get(address, TimeUnit.ELAPSED)
            terms = Terms(
                started_at=state.opened_at,
                limit_seconds=limit,
                calendar=calendar if unit is TimeUnit.BUSINESS else None,
                pauses=pauses,
                warning=share,
                stopped_at=stops[kind],
            )
            yield Clock(kind=kind, unit=unit, terms=terms)
    yield from step_clocks(state, view, choices, calendar, pauses, share)


def step_clocks(
    state: RecordState,
    view: EffectiveView,
    choices: Choices,
    calendar: Calendar | None,
    pauses: tuple[Pause, ...],
    share: int,
) -> Iterator[Clock]:
    """List the clocks of steps that were told to have started and have a limit."""
    for step in state.steps:
        if step.started_at is None:
            continue
        found = view.step_limit(step.name, choices)
        if found is None:
            continue
        limit, unit = found
        terms = Terms(
            started_at=step.started_at,
            limit_seconds=limit,
            calendar=calendar if unit is TimeUnit.BUSINESS else None,
            pauses=pauses,
            warning=share,
            stopped_at=None if step.state is StepStatus.STARTED else step.occurred_at,
        )
        yield Clock(kind=ClockKind.STEP, step_key=step.key, step_position=step.position, unit=unit, terms=terms)


def choices_of(state: RecordState, view: EffectiveView) -> Choices:
    """Say which variants are chosen for a record; most standards have none, and its context is not looked at then."""
    return view.choices(context_of(state)) if view.variants else ()


def context_of(state: RecordState) -> Context:
    """Give what of a record chooses variants; a change of priority changes the limit and keeps what is used up."""
    known = {
        "channel": state.channel,
        "priority": state.priority,
        "service_type": state.service_type,
        "tier": state.context.tier,
        **{SITE + name: said for name, said in state.context.site.items()},
    }
    return {key: said for key, said in known.items() if said}


def pauses_of(state: RecordState) -> tuple[Pause, ...]:
    """List when a record's clocks stand still: while it waits, and from a resolution until it is taken up again."""
    pauses = [Pause(start=one.since, end=one.until, cause=one.whom) for one in state.pauses]
    pauses += [Pause(start=one.at, end=one.reopened_at) for one in state.resolutions if one.reopened_at is not None]
    if state.waiting is not None:
        pauses.append(Pause(start=state.waiting.since, end=None, cause=state.waiting.whom))
    return apart(pauses)


def answered_at(state: RecordState) -> datetime | None:
    """Tell when the customer first got an answer; to resolve the request is to answer it."""
    found = [one for one in (state.first_response_at, *(one.at for one in state.resolutions)) if one is not None]
    return min(found, default=None)


def warning_share(said: object) -> int:
    """Read a percentage as basis points; four fifths where the standard says nothing."""
    if not isinstance(said, str):
        return USUAL_WARNING
    return max(0, min(10_000, round(float(said) * 100)))
