"""What a record's clocks come to at an instant, as the columns they are kept in; without I/O."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from core.kernel.frozen import frozen
from core.records.calendars.policy import Calendar
from core.records.clocks.derive import Clock, clocks_of
from core.records.clocks.escalation import LINES, ladder, rung_at, rungs_reached
from core.records.clocks.policy import ClockStatus, Reading, paused_seconds, read_clock
from core.records.events.state import RecordState, WaitingFor
from core.standards.policy.view import EffectiveView

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for an instant that cannot be told, where lists need an order."""
JUST_AFTER: Final = timedelta(microseconds=1)
"""What is done at the very instant it falls due is done in time; a breach begins after it."""


@frozen(kw_only=True)
class Hours:
    """By which hours a record's clocks run: the revision of a calendar, and the zone it is read in."""

    calendar: Calendar | None = None
    revision_id: UUID | None = None
    zone: str | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One clock as it stands.

    Attributes:
        clock: What it times and by which terms.
        columns: What is kept of it.
        ladder: Whom it is taken to when it is late, one after the other.
        next_at: When it must be looked at again; never where nothing more can happen by itself.
    """

    clock: Clock
    columns: dict[str, Any]
    ladder: tuple[str, ...]
    next_at: datetime | None

    @property
    def place(self) -> tuple[str, int]:
        """What tells it from the record's other clocks."""
        return self.columns["kind"], self.columns["step_position"]


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """A record with all that it is judged by.

    Attributes:
        state: The record after its events.
        view: The standard that it pins.
        hours: By which hours it is timed.
        clocks: How it stands against its limits.
    """

    state: RecordState
    view: EffectiveView
    hours: Hours
    clocks: Sequence[Kept]


def timed_at(state: RecordState, view: EffectiveView, hours: Hours, now: datetime) -> Timed:
    """Give a record with its clocks at an instant."""
    return Timed(state=state, view=view, hours=hours, clocks=worked_out(state, view, hours, now))


def worked_out(state: RecordState, view: EffectiveView, hours: Hours, now: datetime) -> list[Kept]:
    """Work out every clock of a record at an instant."""
    lines = view.in_context(()).get(LINES)
    rungs = ladder(lines, state.holder_role)
    return [kept(clock, state, hours, rungs, now) for clock in clocks_of(state, view, hours.calendar)]


def kept(clock: Clock, state: RecordState, hours: Hours, rungs: Sequence[str], now: datetime) -> Kept:
    """Work out one clock."""
    terms, reading = clock.terms, read_clock(clock.terms, now)
    ended = reading.status in {ClockStatus.MET, ClockStatus.MISSED}
    late = reading.status in {ClockStatus.BREACHED, ClockStatus.MISSED}
    until = now if terms.stopped_at is None else min(now, terms.stopped_at)
    warned = reading.warn_at is not None and reading.warn_at <= until
    paused = paused_seconds(terms, until)
    reached = rungs_reached(terms, reading.status, len(rungs), now)
    columns = {
        "kind": clock.kind.value,
        "step_key": clock.step_key,
        "step_position": clock.step_position,
        "unit": clock.unit.value,
        "limit_seconds": terms.limit_seconds,
        "calendar_revision_id": hours.revision_id,
        "time_zone": hours.zone,
        "status": reading.status.value,
        "started_at": terms.started_at,
        "stopped_at": terms.stopped_at if ended else None,
        "due_at": reading.due_at,
        "due_order": reading.due_at or NEVER,
        "warn_at": reading.warn_at,
        "warned_at": reading.warn_at if warned else None,
        "breached_at": reading.due_at if late else None,
        "used_seconds": reading.used_seconds if ended else None,
        "paused_customer_seconds": paused.get(WaitingFor.CUSTOMER, 0),
        "paused_partner_seconds": paused.get(WaitingFor.PARTNER, 0),
        "paused_staff_seconds": paused.get(WaitingFor.STAFF, 0),
        "escalations": reached,
        "head": state.head,
    }
    return Kept(
        clock=clock, columns=columns, ladder=tuple(rungs), next_at=next_instant(clock, reading, reached, rungs, now)
    )


def next_instant(clock: Clock, reading: Reading, reached: int, rungs: Sequence[str], now: datetime) -> datetime | None:
    """Tell when a clock warns, runs out or is taken further by itself; nothing where it stands still or has stopped."""
    if reading.status is ClockStatus.BREACHED:
        following = rung_at(clock.terms, reached) if reached < len(rungs) else None
        return None if following is None else max(following, now) + JUST_AFTER
    if reading.status is not ClockStatus.RUNNING:
        return None
    if reading.warn_at is not None and reading.warn_at > now:
        return reading.warn_at
    return None if reading.due_at is None else reading.due_at + JUST_AFTER
