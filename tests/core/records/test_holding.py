"""What an import holds at a time is bounded, however long the log and however many its tenants."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.scope import Actor, ActorKind, Scope
from core.records.importing import ahead, grouping
from core.records.importing.ahead import read_ahead
from core.records.importing.figures import Figures
from core.records.importing.grouping import CHUNK_RECORDS, CHUNK_STEPS, HELD_STEPS, Grouping
from core.records.importing.targets import Target
from core.records.mappings.drafting import RecordDraft, StepDraft
from tests.core.records.builders import mapping
from tests.core.records.conftest import Chain, person
from tests.core.records.test_import_log import LogOf, case

AT = datetime(2026, 3, 1, tzinfo=UTC)


def target(key: str) -> Target:
    tenant = person().id
    scope = Scope(
        network_id=tenant,
        tenant_id=tenant,
        lineage=(tenant,),
        actor=Actor(ActorKind.SYSTEM, tenant),
        permissions=frozenset(),
        instant=AT,
    )
    return Target(key, scope)


def draft(position: int, steps: int) -> RecordDraft:
    return RecordDraft(
        position=position,
        external_id=str(position),
        tenant_key=None,
        channel="phone",
        standard_code="a",
        priority=None,
        opened_at=AT,
        first_response_at=None,
        resolved_at=None,
        closed_at=None,
        steps=[StepDraft("a", None, AT, None)] * steps,
        placeholders=(),
    )


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3_000)), max_size=400))
def test_groups_hold_every_draft_once_and_never_too_many_steps(log: list[tuple[int, int]]) -> None:
    targets = {tenant: target(str(tenant)) for tenant, _ in log}
    grouped, held = Grouping(), 0
    given_back: list[tuple[int, int]] = []
    for position, (tenant, steps) in enumerate(log):
        held += steps
        for group in grouped.add(targets[tenant], draft(position, steps)):
            assert len(group.drafts) <= CHUNK_RECORDS
            assert group.steps < CHUNK_STEPS + 3_000
            held -= group.steps
            given_back += [(int(group.target.key), one.position) for one in group.drafts]
        assert held < HELD_STEPS
    for group in grouped.rest():
        given_back += [(int(group.target.key), one.position) for one in group.drafts]
    assert sorted(position for _, position in given_back) == list(range(len(log)))
    assert all(log[position][0] == tenant for tenant, position in given_back)


async def test_a_reader_runs_ahead_by_a_bounded_number_of_items() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        while taken < 100_000:
            taken += 1
            yield taken

    async with read_ahead(items(), lambda: None) as take:
        received = 0
        last = False
        while not last:
            batch = await take()
            received, last = received + len(batch.items), batch.last
            assert taken - received <= (ahead.AHEAD + 2) * ahead.BATCH
    assert received == 100_000


async def test_a_failure_loses_nothing_that_was_read_before_it() -> None:
    def items() -> Iterator[int]:
        yield from range(250)
        raise ZeroDivisionError

    async with read_ahead(items(), lambda: None) as take:
        batches = [await take(), await take()]
    assert [len(one.items) for one in batches] == [200, 50]
    assert isinstance(batches[1].failure, ZeroDivisionError)


async def test_a_caller_who_leaves_early_leaves_no_reader_behind() -> None:
    stopped = threading.Event()

    def items() -> Iterator[int]:
        number = 0
        while not stopped.is_set():
            yield number
            number += 1

    before = threading.active_count()
    async with asyncio.timeout(20), read_ahead(items(), stopped.set) as take:
        await take()
    assert threading.active_count() == before


async def test_only_a_bounded_part_of_a_log_is_alive(
    chain: Chain, log_of: LogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", 50)
    await chain.tenant("se")
    alive: list[int] = []

    def look(figures: Figures) -> None:
        if figures.chunks > 15 * (len(alive) + 1):
            found: list[Any] = gc.get_objects()
            alive.append(sum(type(one) is RecordDraft for one in found))

    log = log_of(*[case(str(number)) for number in range(2_500)])
    done = await chain.bring_watched(log, mapping(), look)
    assert done.figures.imported == 2_500
    assert len(alive) == 3
    assert max(alive) < 1_500
