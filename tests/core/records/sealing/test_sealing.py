"""Sealing adds everything to the log once, in an order that never has a gap, whatever comes late or is cut off."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from core.kernel.clock import recorded_now
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.perform import Outcome, perform
from core.kernel.queue import Handover
from core.records.sealing import seal as sealing
from core.records.sealing.errors import LogIsBroken
from core.records.sealing.policy.heads import Head, checkpoint_of
from core.records.sealing.policy.leaves import AUDIT, AUDIT_COLUMNS, EVENT
from core.records.sealing.repository import LATE, START
from core.records.sealing.seal import LATEST, id_at, seal_batch, sweep
from tests.core.records.sealing.logbook import Logbook

KEYS = "SELECT number, public_key FROM signing_keys WHERE tenant_id = $1 ORDER BY number"
LATE_ENTRY = (
    "INSERT INTO audit_entries (tenant_id, network_id, id, action, subject_kind, subject_id, actor_kind, actor_id,"
    " details, occurred_at, recorded_at) VALUES ($1, $2, $3, 'test.late', 'test', $3, 'system', $3, '{}', now(), now())"
)


class PowerCut(BaseException):
    """Ends a sealing as a kill does: nothing that would tidy up catches it."""


async def test_everything_becomes_a_leaf_and_the_head_is_signed(book: Logbook) -> None:
    await book.write()
    sealed = await book.seal()
    leaves = await book.assert_whole()
    assert sealed.leaves == sealed.size == len(leaves)
    assert [one["kind"] for one in leaves].count(EVENT) == 12
    assert [one["kind"] for one in leaves].count(AUDIT) >= 2
    [row] = await book.head_rows()
    [key] = await book.admin.fetch(KEYS, book.scope.tenant_id)
    head = Head(**{name: row[name] for name in Head.__dataclass_fields__})
    assert book.log.key(key["public_key"]).signed(checkpoint_of(book.log, head).text, row["signature"])
    assert row["id"] == book.log.head_id(row["size"])


async def test_sealing_again_changes_nothing_and_goes_on_where_it_ended(book: Logbook) -> None:
    await book.write()
    await book.seal()
    before = await book.leaves()
    assert (await book.seal()).leaves == 0
    assert len(await book.head_rows()) == 1
    await book.write(records=2)
    await book.seal()
    after = await book.assert_whole()
    assert list(after)[: len(before)] == list(before)
    assert len(await book.head_rows()) == 2


async def test_a_batch_is_bounded_and_many_batches_are_one_log(book: Logbook) -> None:
    await book.write(records=70, events=9, acts=20)
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        first = await seal_batch(unit, book.masters, 100)
    assert (first.leaves <= 200, first.more) == (True, True)
    await book.seal(100)
    leaves = await book.assert_whole()
    assert len(leaves) > 2 * 256
    kept = await book.admin.fetch(
        "SELECT level, number FROM log_nodes WHERE tenant_id = $1 ORDER BY 1, 2", book.scope.tenant_id
    )
    assert [tuple(one) for one in kept] == [(1, number) for number in range(len(leaves) // 256)]


async def test_what_becomes_visible_late_gets_a_later_number(book: Logbook) -> None:
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        early = new_id()
        await unit.session.connection()
        await asyncio.to_thread(lambda: None)
        made = book.happened(unit, early, 3)
        await sealing_of(unit, made)
        await book.write(records=2)
        await book.seal()
        sealed = {one["subject_id"] for one in await book.leaves()}
        assert not sealed & {one.id for one in made}
        assert min(one.id for one in made) < max(sealed)
    await book.seal()
    leaves = await book.assert_whole()
    late = [one["number"] for one in leaves if one["subject_id"] in {event.id for event in made}]
    assert min(late) >= len(sealed)


@pytest.mark.parametrize("source", [EVENT, AUDIT])
async def test_what_came_late_is_found_in_one_reading_of_the_leaves(book: Logbook, source: str) -> None:
    """In a tenant that statistics know nothing of, a join would compare every row with every leaf."""
    plan = await book.admin.fetch(f"EXPLAIN {LATE[source]}", book.scope.tenant_id, START, new_id(), 10)
    assert any("hashed SubPlan" in line[0] for line in plan)
    assert not any("Nested Loop" in line[0] for line in plan)


async def sealing_of(unit: Any, made: Any) -> None:
    from core.records.events.repository import add_events

    await add_events(unit, made)


async def test_a_server_whose_clock_is_behind_is_not_passed_over(book: Logbook) -> None:
    await book.write()
    await book.seal()
    behind = id_at(recorded_now() - LATEST / 2)
    await book.admin.execute(LATE_ENTRY, book.scope.tenant_id, book.scope.network_id, behind)
    await book.seal()
    assert (await book.assert_whole())[-1]["subject_id"] == behind


async def test_the_daily_look_finds_what_nobody_could_expect(book: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SLICE_ROWS", 4)
    await book.write(records=5)
    await book.seal()
    long_ago = id_at(recorded_now() - timedelta(days=40))
    await book.admin.execute("UPDATE log_positions SET settled = reached WHERE tenant_id = $1", book.scope.tenant_id)
    await book.admin.execute(LATE_ENTRY, book.scope.tenant_id, book.scope.network_id, long_ago)
    assert (await book.seal()).leaves == 0
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        await sweep(unit)
    await book.seal()
    assert (await book.assert_whole())[-1]["subject_id"] == long_ago


async def test_two_sealings_at_once_make_one_log(book: Logbook) -> None:
    await book.write(records=20)
    await asyncio.gather(*(book.seal(7) for _ in range(4)))
    await book.assert_whole()


async def test_writers_and_sealers_side_by_side_leave_no_gap(book: Logbook) -> None:
    async def write() -> None:
        for _ in range(6):
            await book.write(records=2, events=2, acts=1)

    async def seal() -> None:
        for _ in range(8):
            await book.seal(5)

    await asyncio.gather(write(), write(), seal(), seal())
    await book.seal()
    await book.assert_whole()


@pytest.mark.parametrize("step", ["add_leaves", "add_nodes", "add_head", "move_position"])
async def test_a_sealing_that_is_cut_off_leaves_nothing_half(
    step: str, book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await book.write()
    await book.seal()
    before = await book.leaves(), await book.head_rows()
    await book.write()

    async def cut(*_: Any) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(sealing, step, cut)
        with pytest.raises(PowerCut):
            await book.seal()
    assert (await book.leaves(), await book.head_rows()) == before
    await book.seal()
    await book.assert_whole()


async def test_what_is_done_is_sealed_by_itself_some_seconds_later(book: Logbook) -> None:
    await book.write()
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        from core.kernel.outbox import send

        await send(unit, "test.nobody_listens", {})
    await run_until_idle(book.background, network_id=book.scope.network_id)
    assert await book.leaves() == []
    book.clock.advance(timedelta(seconds=5))
    await run_until_idle(book.background, network_id=book.scope.network_id)
    before = await book.assert_whole()
    book.clock.advance(timedelta(hours=1))
    ran = await run_until_idle(book.background, network_id=book.scope.network_id)
    assert ran.done == 0, "sealing is no activity that is sealed after"
    book.clock.advance(timedelta(days=1))
    await run_until_idle(book.background, network_id=book.scope.network_id)
    assert await book.assert_whole() == before


async def test_the_job_may_run_twice(book: Logbook) -> None:
    await book.write()
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        from core.kernel.outbox import send

        ids = [await send(unit, "sealing.seal", {}) for _ in range(2)]
    await book.admin.execute("UPDATE outbox SET status = 'handed' WHERE id = ANY($1)", ids)
    handovers = [
        Handover(tenant_id=book.scope.tenant_id, network_id=book.scope.network_id, command_id=one, number=1)
        for one in ids
    ]
    done = await asyncio.gather(*(perform(book.background, one) for one in handovers))
    assert [one.outcome for one in done] == [Outcome.DONE] * 2
    again = await perform(book.background, handovers[0])
    assert again.outcome is Outcome.STALE
    await book.assert_whole()


@pytest.mark.parametrize("table", ["log_leaves", "log_nodes", "log_heads", "signing_keys", "event_tombstones"])
@pytest.mark.parametrize("change", ["UPDATE {} SET network_id = network_id", "DELETE FROM {}"])
async def test_the_application_can_change_nothing_that_is_sealed(table: str, change: str, book: Logbook) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with book.database.unit(book.scope, clock=book.clock) as unit:
            await (await unit.session.connection()).exec_driver_sql(change.format(table))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_leaves SET hash = decode(repeat('00', 32), 'hex') WHERE tenant_id = $1 AND number = 13",
        "DELETE FROM log_leaves WHERE tenant_id = $1 AND number = 13",
        "UPDATE log_heads SET root = decode(repeat('00', 32), 'hex') WHERE tenant_id = $1",
    ],
)
async def test_nothing_is_sealed_behind_a_log_that_is_broken(damage: str, book: Logbook) -> None:
    await book.write()
    await book.seal()
    before = await book.leaves()
    await book.admin.execute(damage, book.scope.tenant_id)
    await book.write()
    with pytest.raises(LogIsBroken):
        await book.seal()
    assert len(await book.leaves()) <= len(before)


async def test_all_columns_of_an_audit_entry_are_sealed(book: Logbook) -> None:
    found = await book.admin.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'audit_entries'::regclass AND attnum > 0"
        " AND NOT attisdropped"
    )
    assert {one["attname"] for one in found} == set(AUDIT_COLUMNS)


async def test_a_neighbour_has_a_log_of_its_own(book: Logbook, network: Any) -> None:
    from dataclasses import replace

    south = replace(book, scope=network.south, heads={})
    await book.write()
    await south.write(records=1)
    await book.seal()
    await south.seal()
    await book.assert_whole()
    await south.assert_whole()
    keys = [(await book.admin.fetch(KEYS, one.scope.tenant_id))[0]["public_key"] for one in (book, south)]
    assert keys[0] != keys[1]
