"""A device tells later what it recorded while it was offline: once, in order, at the right time, or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.errors import InvalidInput, NotFound
from core.records.events.fold import fold
from core.records.events.policy import Event
from core.records.events.state import WaitingFor
from core.records.execution import commands as do
from core.records.execution.errors import ClockIsTooFarOff
from core.records.execution.replay import MOST, DeviceEvent, Fate, Outcome, replay_events
from tests.core.records.execution.executing import Shop, sealer

MINUTE = timedelta(minutes=1)
START = do.StartStep(key="intake", readiness=("tools",))
DONE = do.CompleteStep(key="intake", answers_customer=True)


def event(at: datetime, command: do.Command) -> DeviceEvent:
    return DeviceEvent(client_id=uuid4(), device_at=at, command=command)


async def replay(
    shop: Shop, record_id: UUID, events: Sequence[DeviceEvent], skew: timedelta = timedelta(), **said: Any
) -> tuple[Outcome, ...]:
    return await shop.run(lambda unit: replay_events(unit, record_id, events, skew, sealer(unit)), **said)


def fates(outcomes: Sequence[Outcome]) -> list[tuple[str, str | None]]:
    return [(one.fate.value, one.code) for one in outcomes]


async def test_what_was_recorded_offline_lies_where_it_happened(shop: Shop) -> None:
    record_id, opened = await shop.open(), shop.chain.clock.now()
    shop.chain.clock.advance(60 * MINUTE)
    skew = timedelta(seconds=-90)  # The device is a minute and a half ahead.
    events = [event(opened + MINUTE - skew, START), event(opened + 5 * MINUTE - skew, DONE)]
    outcomes = await replay(shop, record_id, events, skew)
    assert [(one.fate, one.number) for one in outcomes] == [(Fate.APPLIED, 2), (Fate.APPLIED, 3)]
    (step,) = await shop.steps(record_id)
    assert (step["started_at"], step["occurred_at"]) == (opened + MINUTE, opened + 5 * MINUTE)
    assert (await shop.row(record_id))["first_response_seconds"] == 300
    told = (await shop.events(record_id))[1:]
    assert [one["client_id"] for one in told] == [one.client_id for one in events]
    assert [one["device_at"] for one in told] == [one.device_at for one in events]


async def test_what_is_told_again_changes_nothing(shop: Shop) -> None:
    record_id, at = await shop.open(), shop.chain.clock.now()
    events = [event(at, START), event(at, DONE)]
    await replay(shop, record_id, events)
    digest = await shop.digest()
    again = await replay(shop, record_id, events)
    assert [(one.fate, one.number) for one in again] == [(Fate.ALREADY_THERE, 2), (Fate.ALREADY_THERE, 3)]
    assert await shop.digest() == digest
    twice = event(at, do.TellStep(key="repair"))
    told = await replay(shop, record_id, [*events, twice, twice])
    assert [one.fate for one in told] == [Fate.ALREADY_THERE, Fate.ALREADY_THERE, Fate.APPLIED, Fate.ALREADY_THERE]


async def test_what_conflicts_is_told_and_the_rest_is_applied(shop: Shop) -> None:
    record_id, opened = await shop.open(), shop.chain.clock.now()
    shop.chain.clock.advance(10 * MINUTE)
    await shop.act(record_id, do.TellStep(key="intake"))
    shop.chain.clock.advance(10 * MINUTE)
    events = [
        event(opened + MINUTE, DONE),
        event(opened + 2 * MINUTE, do.StartStep(key="dance")),
        event(opened + 3 * MINUTE, do.TellStep(key="repair")),
        event(opened + 2 * MINUTE, do.TellStep(key="visit")),
        event(opened + 90 * MINUTE, do.TellStep(key="visit")),
        event(opened + 4 * MINUTE, do.TellStep(key="visit")),
        event(opened + 5 * MINUTE, do.ChangePriority(priority=None)),
    ]
    assert fates(await replay(shop, record_id, events)) == [
        ("conflict", "records.step_done"),
        ("conflict", "records.step_not_foreseen"),
        ("applied", None),
        ("conflict", "records.step_out_of_time"),
        ("conflict", "records.step_out_of_time"),
        ("applied", None),
        ("conflict", "records.nothing_changed"),
    ]
    steps = [(one["key"], one["occurred_at"]) for one in await shop.steps(record_id)]
    assert steps == [
        ("intake", opened + 10 * MINUTE),
        ("repair", opened + 3 * MINUTE),
        ("visit", opened + 4 * MINUTE),
    ]


async def test_what_is_told_late_does_not_set_the_record_back(shop: Shop) -> None:
    """It is as late as the latest of its events, in whatever order they came."""
    record_id, opened = await shop.open(), shop.chain.clock.now()
    shop.chain.clock.advance(10 * MINUTE)
    await shop.act(record_id, do.TellStep(key="intake"))
    shop.chain.clock.advance(10 * MINUTE)
    late = [event(opened + 3 * MINUTE, do.TellStep(key="repair"))]
    assert fates(await replay(shop, record_id, late)) == [("applied", None)]
    stream = [Event(**one) for one in await shop.events(record_id)]
    assert [one.occurred_at for one in stream] == [opened, opened + 10 * MINUTE, opened + 3 * MINUTE]
    assert fold(stream).last_at == opened + 10 * MINUTE


async def test_nothing_travels_before_what_settled_the_record(shop: Shop) -> None:
    """Before the opening, before a wait, before its own start, or longer ago than a device may be away."""
    record_id, opened = await shop.open(), shop.chain.clock.now()
    shop.chain.clock.advance(10 * MINUTE)
    await shop.act(record_id, START)
    await shop.act(record_id, do.Wait(whom=WaitingFor.PARTNER, reason_code="parts"))
    shop.chain.clock.advance(10 * MINUTE)
    digest = await shop.digest()
    for command, at in (
        (do.TellStep(key="repair"), opened - MINUTE),
        (do.Resume(), opened + 9 * MINUTE),
        (DONE, opened + 9 * MINUTE),
    ):
        (outcome,) = await replay(shop, record_id, [event(at, command)])
        assert outcome.code == "records.step_out_of_time"
    old = await shop.open()
    digest = await shop.digest()
    shop.chain.clock.advance(timedelta(days=31))
    (outcome,) = await replay(shop, old, [event(opened + 20 * MINUTE, START)])
    assert outcome.code == "records.step_out_of_time"
    assert await shop.digest() == digest


async def test_a_call_that_makes_no_sense_is_refused_whole(shop: Shop) -> None:
    record_id, now = await shop.open(), shop.chain.clock.now()
    digest, south = await shop.digest(), await shop.chain.tenant("south")
    one = event(now, START)
    with pytest.raises(ClockIsTooFarOff):
        await replay(shop, record_id, [one], timedelta(days=2))
    for events in ([], [one] * (MOST + 1), [event(now.replace(tzinfo=None), START)]):
        with pytest.raises(InvalidInput):
            await replay(shop, record_id, events)
    with pytest.raises(NotFound):
        await replay(shop, record_id, [one], scope=south)
    assert await shop.digest() == digest
