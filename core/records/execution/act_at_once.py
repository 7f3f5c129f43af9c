"""Do something to a record by two statements, where all is as it mostly is: one looks at its stream, one writes.

The rules are those of :mod:`core.records.execution.act`, decided on the same state; only the lock is missing. The
statement that writes finds the record by the version that was looked at, and whoever writes the same event number at
the same instant makes it fail as a whole. Whatever else there is to it is left to ``core.records.execution.act``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.at_once import AtOnce
from core.kernel.conditions import Condition
from core.kernel.direct import ChangedRow, NewRow
from core.kernel.ids import new_id
from core.kernel.looking import READY, Looking
from core.kernel.unit import Act
from core.records.events.fold import all_applied, fold
from core.records.events.policy import Event, Head, chained
from core.records.events.repository import KINDS, event_of
from core.records.events.state import RecordState
from core.records.events.writing import COLUMNS, TABLE, changed_row, event_row, origin_of
from core.records.execution.act import MOST_EVENTS, moment_of
from core.records.execution.commands import Command
from core.records.execution.kept import Kept, kept_of
from core.records.execution.policy import decide
from core.records.execution.processes import remembered_process
from core.records.execution.repository import FIXED, new_rows
from core.records.models import Record, RecordStep
from core.records.order_score import score_row
from core.records.permissions import WORK_RECORDS

STREAM: Final = f"""
    SELECT {", ".join(COLUMNS)} FROM {TABLE} WHERE {READY} AND tenant_id = $1 AND record_id = $2
    ORDER BY number"""  # noqa: S608 - names of this module alone
TEXTS: Final = frozenset(name for name, kind in KINDS.items() if kind == "text")
IS_AS_READ: Final = """
    EXISTS (SELECT FROM records WHERE tenant_id = $1 AND network_id = $2 AND id = $3 AND version = $4)"""
"""The network is said as well: while PostgreSQL plans, the walls' settings are not made, so that it takes their network
to have no rows at all, and an index of a whole network to be as good as the primary key."""
WRITTEN: Final = frozenset({RecordStep.__tablename__, TABLE})
"""What an answer cannot read beside the record: the statement does not see what it writes."""


async def act_at_once(
    act: Act, looking: Looking, record_id: UUID, expected_version: int, command: Command, at: datetime | None = None
) -> AtOnce | None:
    """Give the statement that does something to a record, where there can be one.

    Args:
        act: Who acts, where and when.
        looking: Looks at the stream.
        record_id: The record.
        expected_version: Its version as it was read.
        command: What is to be done; it says nothing personal.
        at: When it happened; now by default.

    Raises:
        NotPermitted: The actor may not work on records.
        DomainError: What the command's own rule refuses.
    """
    act.scope.require(WORK_RECORDS)
    if looking.tables & WRITTEN:
        return None
    stream = [event_in(row) for row in await looking.rows(STREAM, act.tenant_id, record_id)]
    if not stream or stream[0].is_removed or stream[-1].number != expected_version:
        return None
    before = fold(stream)
    process = remembered_process(before.effective_hash)
    if process is None:
        return None
    happenings = decide(before, command, process, moment_of(act, at))
    if not happenings or before.head + len(happenings) > MOST_EVENTS or any(one.private for one in happenings):
        return None
    events = chained(origin_of(act), record_id, [(new_id(), one) for one in happenings], Head(before.head, before.hash))
    return written(act, record_id, before, all_applied(before, events), events)


def event_in(row: Mapping[str, Any]) -> Event:
    """Make an event of a row whose texts are bytes."""
    return event_of({name: row[name].decode() if name in TEXTS else row[name] for name in COLUMNS})


def written(
    act: Act, record_id: UUID, before: RecordState, after: RecordState, events: Sequence[Event]
) -> AtOnce | None:
    """Give what :meth:`core.records.execution.act.Work.save` writes."""
    old, new = kept_of(before), kept_of(after)
    steps = list(changed_steps(act, record_id, old, new))
    both = bool(steps) and len(new.steps) > len(old.steps)
    if len(steps) > 1 or both or old.evidence != new.evidence or old.contacts != new.contacts:
        return None
    rows: list[NewRow] = [event_row(one) for one in events]
    rows += [changed_row(act, record_id, after.head), score_row(act, record_id)]
    rows += new_rows(act, record_id, RecordStep.__tablename__, new.steps[len(old.steps) :])
    key = {"tenant_id": act.tenant_id, "network_id": act.network_id, "id": record_id}
    changes = {name: value for name, value in new.record.items() if name not in FIXED and old.record[name] != value}
    record = ChangedRow(Record.__tablename__, changes, {**key, "version": before.head})
    return AtOnce(
        rows=sorted(rows, key=lambda row: row.table),
        conditions=(Condition(IS_AS_READ, (*key.values(), before.head)),),
        refs={"record": record_id},
        changed=(record, *steps),
    )


def changed_steps(act: Act, record_id: UUID, old: Kept, new: Kept) -> Iterator[ChangedRow]:
    """Give the steps that are there and are told otherwise now."""
    for one, other in zip(old.steps, new.steps, strict=False):
        if one != other:
            values = {name: value for name, value in other.items() if name != "position"}
            keys = {"tenant_id": act.tenant_id, "record_id": record_id, "position": other["position"]}
            yield ChangedRow(RecordStep.__tablename__, values, keys)
