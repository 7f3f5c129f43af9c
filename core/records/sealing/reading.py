"""A log read from its beginning to its end, for whoever examines or exports it: keys, tail, then leaves and heads."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from core.records.sealing.policy.exports import HEAD_COLUMNS, KEY_COLUMNS, LEAF_COLUMNS
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.leaves import AUDIT, AUDIT_COLUMNS, EVENT
from core.records.sealing.policy.rows import EVENT_COLUMNS, TOMBSTONE_COLUMNS, LeafRow, Row
from core.records.sealing.repository import START, Ask

PAGE: Final = 2_000
KEYS: Final = f"SELECT {', '.join(KEY_COLUMNS)} FROM signing_keys WHERE tenant_id = $1 ORDER BY number"  # noqa: S608 - constants
HEADS: Final = (
    f"SELECT {', '.join(HEAD_COLUMNS)} FROM log_heads WHERE tenant_id = $1 AND size > $2 ORDER BY size LIMIT $3"  # noqa: S608 - constants
)
LEAVES: Final = (
    f"SELECT {', '.join(LEAF_COLUMNS)} FROM log_leaves WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3"  # noqa: S608 - constants
)
HASHES: Final = "SELECT number, hash FROM log_leaves WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3"
EVENTS: Final = f"SELECT {', '.join(EVENT_COLUMNS)} FROM record_events WHERE tenant_id = $1 AND id = ANY($2::uuid[])"  # noqa: S608 - constants
AUDITS: Final = f"SELECT {', '.join(AUDIT_COLUMNS)} FROM audit_entries WHERE tenant_id = $1 AND id = ANY($2::uuid[])"  # noqa: S608 - constants
REMOVED: Final = (
    f"SELECT id, {', '.join(TOMBSTONE_COLUMNS)} FROM event_tombstones WHERE tenant_id = $1 AND id = ANY($2::uuid[])"  # noqa: S608 - constants
)
TAIL_EVENTS: Final = (
    f"SELECT {', '.join(f'e.{name}' for name in EVENT_COLUMNS)} FROM record_events e"  # noqa: S608 - constants
    " LEFT JOIN log_leaves l ON l.tenant_id = $1 AND l.subject_id = e.id"
    " WHERE e.tenant_id = $1 AND l.number IS NULL AND (e.record_id, e.number) > ($2, $3)"
    " ORDER BY e.record_id, e.number LIMIT $4"
)
TAIL_AUDITS: Final = (
    f"SELECT {', '.join(f'e.{name}' for name in AUDIT_COLUMNS)} FROM audit_entries e"  # noqa: S608 - constants
    " LEFT JOIN log_leaves l ON l.tenant_id = $1 AND l.subject_id = e.id"
    " WHERE e.tenant_id = $1 AND l.number IS NULL AND e.id > $2 ORDER BY e.id LIMIT $3"
)


async def read_keys(ask: Ask, log: LogName) -> list[Row]:
    """Read the log's keys by number."""
    return [dict(row) for row in await ask(KEYS, log.tenant_id)]


async def read_tail_events(ask: Ask, log: LogName) -> AsyncGenerator[Row, None]:
    """Read events that are no leaves, record by record, each in order."""
    after: tuple[UUID, int] = (START, 0)
    while rows := await ask(TAIL_EVENTS, log.tenant_id, *after, PAGE):
        for row in rows:
            yield row
        after = rows[-1]["record_id"], rows[-1]["number"]


async def read_tail_audits(ask: Ask, log: LogName) -> AsyncGenerator[Row, None]:
    """Read audit entries that are no leaves."""
    after = START
    while rows := await ask(TAIL_AUDITS, log.tenant_id, after, PAGE):
        for row in rows:
            yield row
        after = rows[-1]["id"]


async def read_leaves(ask: Ask, log: LogName) -> AsyncGenerator[list[LeafRow], None]:
    """Read leaves with their rows, some at a time, in order."""
    after = -1
    while rows := await ask(LEAVES, log.tenant_id, after, PAGE):
        yield await with_rows(ask, log, rows)
        after = rows[-1]["number"]


async def read_hashes(ask: Ask, log: LogName) -> AsyncGenerator[bytes, None]:
    """Read the hashes of leaves, some at a time, in order."""
    after = -1
    while rows := await ask(HASHES, log.tenant_id, after, PAGE):
        yield b"".join(row["hash"] for row in rows)
        after = rows[-1]["number"]


async def with_rows(ask: Ask, log: LogName, leaves: Sequence[Any]) -> list[LeafRow]:
    """Find the rows of leaves, and what is left of removed content."""
    by_kind = {
        kind: [one["subject_id"] for one in some]
        for kind, some in groupby(sorted(leaves, key=lambda one: one["kind"]), key=lambda one: one["kind"])
    }
    events = by_kind.get(EVENT, [])
    rows = {(EVENT, row["id"]): row for row in await ask(EVENTS, log.tenant_id, events)} if events else {}
    gone = {row["id"]: row for row in await ask(REMOVED, log.tenant_id, events)} if events else {}
    if AUDIT in by_kind:
        rows |= {(AUDIT, row["id"]): row for row in await ask(AUDITS, log.tenant_id, by_kind[AUDIT])}
    return [
        LeafRow(
            number=one["number"],
            kind=one["kind"],
            subject_id=one["subject_id"],
            hash=one["hash"],
            network_id=one["network_id"],
            row=rows.get((one["kind"], one["subject_id"])),
            tombstone=gone.get(one["subject_id"]),
        )
        for one in leaves
    ]


class Heads:
    """Heads in order of size, given out as the leaves that they cover go by.

    Args:
        ask: Puts statements to the driver.
        log: Whose heads.
    """

    def __init__(self, ask: Ask, log: LogName) -> None:
        self._ask, self._log = ask, log
        self._waiting: list[Any] = []
        self._after = 0
        self._more = True

    async def fill(self) -> None:
        """Read more, where few are left."""
        while self._more and len(self._waiting) <= PAGE:
            rows = await self._ask(HEADS, self._log.tenant_id, self._after, PAGE)
            self._more = len(rows) == PAGE
            self._waiting += rows
            self._after = rows[-1]["size"] if rows else self._after

    def up_to(self, size: int) -> Iterator[Row]:
        """Give out those of a size or smaller that were not given out before."""
        while self._waiting and self._waiting[0]["size"] <= size:
            yield self._waiting.pop(0)

    async def rest(self) -> AsyncGenerator[Row, None]:
        """Give out all that are left."""
        while self._waiting or self._more:
            await self.fill()
            for row in self._waiting:
                yield row
            self._waiting.clear()
