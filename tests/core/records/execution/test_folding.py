"""Whatever several actors do at once, a record's rows are the fold of its events, and its events are one chain."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import anyio
import anyio.from_thread
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.kernel.errors import DomainError
from core.records.events.fold import StreamIsBroken, apply, begun, fold
from core.records.events.policy import NO_EVENT, Event, leaf_hash
from core.records.events.state import WaitingFor
from core.records.execution import commands as do
from core.records.execution.kept import kept_of
from core.records.execution.rebuild import check_record, check_tenant, rebuild_record
from core.records.execution.replay import DeviceEvent, replay_events
from core.standards.policy.process import Proof, ProofPlace
from tests.core.records.execution.executing import Shop, sealer
from tests.core.records.execution.oracle import kept, told

LIVES = 40
KEYS = st.sampled_from(["intake", "visit", "repair", "report"])
WORDS = st.sampled_from(["absent", "busy"])
COMMANDS: st.SearchStrategy[do.Command] = st.one_of(
    st.builds(do.StartStep, key=KEYS, readiness=st.just(("tools",))),
    st.builds(do.CompleteStep, key=KEYS, answers_customer=st.booleans()),
    st.builds(do.TellStep, key=KEYS, answers_customer=st.booleans()),
    st.builds(do.SkipStep, key=KEYS, reason_code=WORDS),
    st.builds(do.ReopenStep, key=KEYS, reason_code=WORDS),
    st.builds(do.HandOver, role=st.sampled_from(["field", "workshop"])),
    st.builds(do.Wait, whom=st.sampled_from(WaitingFor), reason_code=WORDS),
    st.just(do.Resume()),
    st.just(do.Resolve()),
    st.just(do.Confirm()),
    st.just(do.Close()),
    st.builds(do.Reopen, reason_code=WORDS),
    st.builds(do.ChangePriority, priority=st.sampled_from(["low", "high", None])),
    st.builds(
        do.AddEvidence,
        evidence_id=st.builds(uuid4),
        key=KEYS,
        kind=st.sampled_from([Proof.PHOTO, Proof.DOCUMENT]),
        media_type=st.just("image/png"),
        size=st.integers(1, 9),
        content=st.sampled_from(["aa", "bb", "cc"]),
        blob=st.just("dd"),
        place=st.sampled_from([None, ProofPlace.SITE]),
    ),
)
LIFE = st.lists(st.lists(COMMANDS, min_size=1, max_size=4), min_size=1, max_size=8)
"""Rounds: what is in one round is done at once, by as many actors."""


async def attempt(shop: Shop, record_id: UUID, command: do.Command, *, offline: bool) -> None:
    """One actor's command, on whatever version is met; refusals are a part of life."""
    if offline:
        event = DeviceEvent(client_id=uuid4(), device_at=shop.chain.clock.now(), command=command)
        await shop.run(lambda unit: replay_events(unit, record_id, [event], timedelta(), sealer(unit)))
        return
    try:
        await shop.act(record_id, command)
    except DomainError:
        return


async def live(shop: Shop, life: list[list[do.Command]]) -> None:
    """Live a life, and hold it against the oracle, the fold, the chain and a rebuild."""
    record_id = await shop.open()
    for number, crowd in enumerate(life):
        shop.chain.clock.advance(timedelta(seconds=7))
        doing = [attempt(shop, record_id, one, offline=(number + place) % 3 == 0) for place, one in enumerate(crowd)]
        await asyncio.gather(*doing)
    await hold(shop, record_id)


async def hold(shop: Shop, record_id: UUID) -> None:
    """The rows are what the slow oracle says, what the fold says, and what a rebuild makes; the chain has no gap."""
    events = await shop.events(record_id)
    row, steps = await shop.row(record_id), await shop.steps(record_id)
    assert kept(row, steps) == told(events)
    assert [one["number"] for one in events] == list(range(1, len(events) + 1))
    before = [NO_EVENT, *(one["hash"] for one in events)]
    assert [one["previous"] for one in events] == before[:-1]
    assert all(leaf_hash(Event(**one)) == one["hash"] for one in events)
    assert (row["version"], row["event_hash"]) == (len(events), before[-1])
    assert await shop.run(lambda unit: check_record(unit, record_id)) == ()


async def test_rows_are_the_fold_of_events_whatever_happens_at_once(shop: Shop) -> None:
    """Hypothesis runs in a thread of its own, so that everything else stays in one event loop."""
    rounds = settings(
        max_examples=LIVES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    @rounds
    @given(LIFE)
    def ask(life: list[list[do.Command]]) -> None:
        anyio.from_thread.run(partial(live, shop, life))

    await anyio.to_thread.run_sync(ask)
    kinds = Counter(
        row["kind"]
        for row in await shop.admin.fetch("SELECT kind FROM record_events WHERE tenant_id = $1", shop.scope.tenant_id)
    )
    assert len(kinds) >= 8, f"the lives were too uneventful to tell anything: {kinds}"


async def test_writers_of_one_record_never_make_a_gap_or_a_fork(shop: Shop) -> None:
    record_id = await shop.open()
    commands = [do.HandOver(role=f"line_{number}") for number in range(24)]
    fates: list[BaseException | UUID] = []
    while len(await shop.events(record_id)) < len(commands):
        fates += await asyncio.gather(*(shop.act(record_id, one) for one in commands), return_exceptions=True)
        assert all(isinstance(one, (UUID, DomainError)) for one in fates), fates
    assert any(isinstance(one, DomainError) for one in fates), "nobody met anybody"
    assert sum(isinstance(one, UUID) for one in fates) == len(await shop.events(record_id)) - 1
    await hold(shop, record_id)


ADDING = """
    INSERT INTO record_steps (tenant_id, network_id, id, record_id, position, key, occurred_at, recorded_at)
    SELECT tenant_id, network_id, gen_random_uuid(), record_id, 3, 'x', occurred_at, recorded_at
    FROM record_steps WHERE record_id = $1 AND position = 1
"""
SPOILED = {
    "records": ("UPDATE records SET priority = 'x', reopened_count = 7 WHERE id = $1", ["priority", "reopened_count"]),
    "a step": ("UPDATE record_steps SET key = 'x' WHERE record_id = $1 AND position = 1", ["step 1"]),
    "a step gone": ("DELETE FROM record_steps WHERE record_id = $1 AND position = 2", ["step 2"]),
    "a step more": (ADDING, ["step 3"]),
}


@pytest.mark.parametrize("name", SPOILED)
async def test_rows_that_differ_are_named_and_rebuilt(shop: Shop, name: str) -> None:
    spoiling, named = SPOILED[name]
    record_id, _ = await shop.open(), await shop.open()
    for command in (do.TellStep(key="intake"), do.TellStep(key="repair")):
        await shop.act(record_id, command)
    before = await shop.digest()
    await shop.admin.execute(spoiling, record_id)
    found = await shop.run(checked)
    assert [(one.record_id, one.what) for one in found] == [(record_id, what) for what in named]
    assert await shop.run(lambda unit: rebuild_record(unit, record_id))
    assert await shop.run(checked) == []
    assert not await shop.run(lambda unit: rebuild_record(unit, record_id))
    if name != "a step gone":  # What was deleted comes back under another id.
        assert await shop.digest() == before


async def checked(unit: Any) -> list[Any]:
    return [one async for one in check_tenant(unit)]


@pytest.mark.parametrize(
    ("spoiling", "named"),
    [
        ("UPDATE record_events SET payload = '{}' WHERE record_id = $1 AND number = 2", ["event 2 was changed"]),
        ("DELETE FROM record_events WHERE record_id = $1 AND number = 2", ["event 2 is missing"]),
        (
            "UPDATE record_events SET previous = '\\x01' WHERE record_id = $1 AND number = 3",
            ["event 3 does not follow the one before", "event 3 was changed"],
        ),
        ("DELETE FROM record_events WHERE record_id = $1", ["it has no events"]),
        ("DELETE FROM record_events WHERE record_id = $1 AND number = 3", ["last_step_at", "step_count"]),
    ],
)
async def test_a_stream_that_was_tampered_with_is_named(shop: Shop, spoiling: str, named: list[str]) -> None:
    record_id = await shop.open()
    for minute, command in enumerate((do.TellStep(key="intake"), do.TellStep(key="repair"))):
        shop.chain.clock.advance(timedelta(minutes=minute + 1))
        await shop.act(record_id, command)
    await shop.admin.execute(spoiling, record_id)
    found = [one.what for one in await shop.run(checked)]
    assert set(named) <= set(found)
    if "event" in named[0]:
        with pytest.raises(StreamIsBroken):
            await shop.run(lambda unit: rebuild_record(unit, record_id))


async def test_the_fold_refuses_what_is_no_stream(shop: Shop) -> None:
    record_id = await shop.open()
    await shop.act(record_id, do.TellStep(key="intake"))
    first, second = [Event(**one) for one in await shop.events(record_id)]
    with pytest.raises(StreamIsBroken):
        fold([])
    with pytest.raises(StreamIsBroken):
        begun(second)
    with pytest.raises(StreamIsBroken):
        apply(begun(first), first)
    assert kept_of(fold([first, second])) == kept_of(apply(fold([first]), second))
