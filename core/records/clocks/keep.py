"""Keep the clocks of records as they stand, and tell people what has run out: once in effect, however often it runs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_items
from core.records.clocks.escalation import LAST
from core.records.clocks.hours import hours_of
from core.records.clocks.repository import (
    Row,
    add_clocks,
    change_clock,
    drop_clocks,
    kept_clocks,
    lock_records,
)
from core.records.clocks.working_out import Kept, Timed, timed_at
from core.records.events.fold import fold
from core.records.events.repository import read_streams
from core.standards.resolve import pinned_views

DUE: Final = "records.clock_due"
"""Topic of a record's timer: one of its clocks warns, runs out or is taken further."""
BREACHED: Final = "records.clock_breached"
"""Event, and kind of work item: a limit is used up."""
WARNING: Final = "records.clock_warning"
"""Kind of work item: a limit is nearly used up."""


async def refresh_clocks(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, Timed]:
    """Work the clocks of some records out anew, and tell what has run out since.

    All of it follows from events, standard, calendar and instant; what was told before is in the rows, which are
    changed in the same transaction. So nothing is told twice, and nothing is missed where a run was killed.

    Returns:
        The records, which stay locked until the unit ends; those whose standard is not there are left out.
    """
    records = await lock_records(unit, record_ids)
    streams = await read_streams(unit, list(records))
    before = await kept_clocks(unit, list(records))
    views = await pinned_views(unit, {row["effective_hash"] for row in records.values()})
    states = {id_: fold(stream) for id_, stream in streams.items() if not stream[0].is_removed}
    hours = await hours_of(unit, states, before)
    fresh: list[dict[str, Any]] = []
    timed: dict[UUID, Timed] = {}
    for record_id, state in states.items():
        view = views.get(state.effective_hash)
        found: Sequence[Kept] = ()
        if view is not None:
            one = timed[record_id] = timed_at(state, view, hours[record_id], unit.now)
            found = one.clocks
        fresh += await keep(unit, record_id, {place(row): row for row in before.get(record_id, ())}, found)
    await add_clocks(unit, fresh)
    return timed


def place(row: Row) -> tuple[str, int]:
    """Tell a clock from the record's other clocks."""
    return row["kind"], row["step_position"]


async def keep(
    unit: Unit, record_id: UUID, before: Mapping[tuple[str, int], Row], found: Sequence[Kept]
) -> list[dict[str, Any]]:
    """Keep the clocks of one record; give the rows that are new."""
    fresh: list[dict[str, Any]] = []
    written = recorded_now()
    for one in found:
        row = before.get(one.place)
        clock_id = new_id() if row is None else row["id"]
        if row is None:
            fresh.append({"id": clock_id, "record_id": record_id, **one.columns, "recorded_at": written})
        else:
            changes = {name: value for name, value in one.columns.items() if row[name] != value}
            if changes:
                await change_clock(unit, clock_id, {**changes, "recorded_at": written})
        await tell(unit, record_id, clock_id, row, one)
    gone = [row["id"] for where, row in before.items() if where not in {one.place for one in found}]
    if gone:
        await drop_clocks(unit, gone)
        await settle(unit, gone)
    await wake(unit, record_id, found, known=bool(before))
    return fresh


async def wake(unit: Unit, record_id: UUID, found: Sequence[Kept], *, known: bool) -> None:
    """Set the record's timer to the next instant at which a clock does anything by itself."""
    following = min((one.next_at for one in found if one.next_at is not None), default=None)
    if following is not None:
        await set_timer(unit, DUE, record_id, following)
    elif known:
        await clear_timer(unit, DUE, record_id)


async def tell(unit: Unit, record_id: UUID, clock_id: UUID, before: Row | None, now: Kept) -> None:
    """Put into the inbox what has run out or is about to, and take out what is over."""
    told = {"warned_at": None, "breached_at": None, "escalations": 0} if before is None else before
    columns = now.columns
    if columns["stopped_at"] is not None:
        if before is not None and before["stopped_at"] is None:
            await settle(unit, [clock_id])
        return
    facts = {
        "record_id": record_id,
        "kind": columns["kind"],
        "step_key": columns["step_key"],
        "due_at": columns["due_at"],
    }
    if columns["breached_at"] is None and told["breached_at"] is not None:
        await settle(unit, [clock_id])
    if columns["warned_at"] is not None and told["warned_at"] is None and columns["breached_at"] is None:
        await ask(unit, WARNING, clock_id, facts)
    if columns["breached_at"] is not None and told["breached_at"] is None:
        await send(unit, BREACHED, {"record_id": record_id, "clock_id": clock_id, "kind": columns["kind"]})
    if columns["escalations"] > told["escalations"]:
        await settle(unit, [clock_id])
        rung: int = columns["escalations"]
        line = now.ladder[rung - 1]
        await ask(unit, BREACHED, clock_id, {**facts, "line": line, "escalation": rung}, LAST if line == LAST else None)


async def ask(unit: Unit, kind: str, clock_id: UUID, facts: Mapping[str, Any], role: str | None = None) -> None:
    """Put something about a clock into the inbox."""
    await open_item(unit, kind=kind, subject_kind="record clock", subject_id=clock_id, facts=facts, for_role=role)


async def settle(unit: Unit, clock_ids: Sequence[UUID]) -> None:
    """Take out of the inbox what was said of clocks."""
    await settle_items(unit, WARNING, clock_ids)
    await settle_items(unit, BREACHED, clock_ids)
