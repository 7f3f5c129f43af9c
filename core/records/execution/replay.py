"""Take in what a device recorded while it was offline: each event once, in the device's order, at its corrected time.

What conflicts with what others did meanwhile is told, event by event, and not applied; the rest is.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.kernel.errors import DomainError, InvalidInput
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.errors import StepOutOfTime
from core.records.events.policy import Happening
from core.records.execution.act import Work, take_up
from core.records.execution.commands import Command, Migrate
from core.records.execution.errors import ClockIsTooFarOff, NothingChanged, NotReplayable, TooManyEvents
from core.records.execution.policy import Moment
from core.records.execution.private import Sealer
from core.records.execution.repository import known_clients

MOST: Final = 200
"""Events of one call; a device with more sends them in their order, call by call."""
MOST_SKEW: Final = timedelta(days=1)
"""How far a device's clock may be off: what was measured is believed up to here."""
LONGEST_OFFLINE: Final = timedelta(days=30)
"""How long ago something may have happened that is told now."""


Telling = Callable[[Work], Awaitable[Command]]
"""Makes the command of something for which others must be looked up first: a member, a site, a customer, a file.

What it writes is undone where the command is refused then.
"""


class Fate(StrEnum):
    """What became of a device's event."""

    APPLIED = "applied"
    ALREADY_THERE = "already_there"
    CONFLICT = "conflict"


@frozen(kw_only=True)
class DeviceEvent:
    """Something a device recorded while it was offline.

    Attributes:
        client_id: What the device calls it; the same event sent again is told by it.
        device_at: When it happened, by the device's own clock.
        command: What was done, or what finds that out.
    """

    client_id: UUID
    device_at: datetime
    command: Command | Telling


@frozen(kw_only=True)
class Outcome:
    """What became of a device's event.

    Attributes:
        client_id: What the device calls it.
        fate: Applied, already there, or in conflict.
        number: Its number among the record's events, where it is one.
        code: Why not, as a stable code.
        message: Why not, in one sentence.
        hint: What to do.
    """

    client_id: UUID
    fate: Fate
    number: int | None = None
    code: str | None = None
    message: str | None = None
    hint: str | None = None


async def replay_events(
    unit: Unit, record_id: UUID, events: Sequence[DeviceEvent], skew: timedelta, sealer: Sealer | None = None
) -> tuple[Outcome, ...]:
    """Take in a device's events.

    Args:
        unit: The transaction.
        record_id: The record.
        events: In the order in which the device recorded them.
        skew: What is to be added to the device's clock for the right time, as the device measured it.
        sealer: Seals what is personal of them.

    Returns:
        What became of each, in their order.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        InvalidInput: There are none, too many, or an instant has no zone.
        ClockIsTooFarOff: The skew is more than is believed.
    """
    check(events, skew)
    work = await take_up(unit, record_id, None)
    if sealer is not None and any(callable(one.command) for one in events):
        # Made before anything that may be undone, for the ring remembers them.
        await sealer.ring.pseudonym_key()
        await sealer.ring.tenant_key()
    known = await known_clients(unit, record_id, [one.client_id for one in events])
    outcomes: list[Outcome] = []
    latest: datetime | None = None
    for event in events:
        if event.client_id in known:
            number = known[event.client_id]
            outcomes.append(Outcome(client_id=event.client_id, fate=Fate.ALREADY_THERE, number=number))
            continue
        try:
            at = corrected(event.device_at, skew, "deviceAt")
            await replay(work, event, at, latest, sealer)
        except DomainError as refused:
            outcomes.append(conflict(event, refused))
            continue
        latest = at
        known[event.client_id] = work.state.head
        outcomes.append(Outcome(client_id=event.client_id, fate=Fate.APPLIED, number=work.state.head))
    await work.save()
    return tuple(outcomes)


def check(events: Sequence[DeviceEvent], skew: timedelta) -> None:
    """Refuse a call that cannot be taken in at all."""
    if not 0 < len(events) <= MOST:
        raise InvalidInput(field="events", problem=f"give 1 to {MOST} of them")
    if any(one.device_at.tzinfo is None for one in events):
        raise InvalidInput(field="deviceAt", problem="an instant needs a zone")
    if abs(skew) > MOST_SKEW:
        raise ClockIsTooFarOff(seconds=int(skew.total_seconds()), most=int(MOST_SKEW.total_seconds()))


def corrected(at: datetime, skew: timedelta, field: str) -> datetime:
    """Give the right time of what a device's clock showed.

    Raises:
        InvalidInput: No calendar has it.
    """
    try:
        return at + skew
    except OverflowError as beyond:
        raise InvalidInput(field=field, problem="with the skew it lies outside the calendar") from beyond


async def replay(work: Work, event: DeviceEvent, at: datetime, latest: datetime | None, sealer: Sealer | None) -> None:
    """Do what a device's event says, at its corrected time.

    Raises:
        DomainError: It cannot be done; nothing has happened then.
    """
    now = work.unit.now
    earliest = max(now - LONGEST_OFFLINE, latest or now - LONGEST_OFFLINE)
    if at < earliest:  # Too long ago, or before what the device itself did before.
        raise StepOutOfTime(earliest=earliest, latest=now)
    moment = Moment(now=now, at=at, replayed=True)
    if not callable(event.command):
        await apply(work, event, event.command, moment, sealer)
        return
    async with work.unit.session.begin_nested():
        await apply(work, event, await event.command(work), moment, sealer)


async def apply(work: Work, event: DeviceEvent, command: Command, moment: Moment, sealer: Sealer | None) -> None:
    """Do what a device's event says.

    Raises:
        NotReplayable: It is done while everybody looks, and not told afterwards.
        NothingChanged: It is so already.
        DomainError: It cannot be done; nothing has happened then.
    """
    if isinstance(command, Migrate):
        raise NotReplayable
    happenings = work.decide(command, moment)
    if not happenings:
        raise NothingChanged
    await work.append([told_by(event, one) for one in happenings], sealer)


def told_by(event: DeviceEvent, happening: Happening) -> Happening:
    """Say which device's event something is."""
    return happening.by(event.client_id, event.device_at)


def conflict(event: DeviceEvent, refused: DomainError) -> Outcome:
    """Tell why an event was not applied.

    Raises:
        TooManyEvents: The record is full: that is no conflict of one event.
    """
    if isinstance(refused, TooManyEvents):
        raise refused
    return Outcome(
        client_id=event.client_id,
        fate=Fate.CONFLICT,
        code=refused.code,
        message=refused.message,
        hint=refused.hint,
    )
