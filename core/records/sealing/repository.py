"""SQL of the log: what is not sealed yet, what was sealed, and the few rows that a proof needs.

Every function takes what puts a statement to the driver: a unit's, or that of whoever examines a database from outside.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.sealing.policy.heads import Head, LogName
from core.records.sealing.policy.leaves import AUDIT, AUDIT_COLUMNS, EVENT, SOURCES, NewLeaf, audit_leaf
from core.records.sealing.policy.merkle import Kept, Range, Subtree, from_kept, from_right, perfect
from core.records.sealing.policy.rows import EVENT_COLUMNS, TOMBSTONE_COLUMNS, LeafRow, as_audit

Ask = Callable[..., Awaitable[list[Any]]]
"""Executes a statement, its parameters as ``$1``, and gives its rows."""

START: Final = UUID(int=0)
HEAD_COLUMNS: Final = tuple(Head.__dataclass_fields__)
LATE: Final = {
    source: f"SELECT {columns} FROM {table} WHERE tenant_id = $1 AND id > $2 AND id <= $3 AND id NOT IN"  # noqa: S608 - constants
    " (SELECT subject_id FROM log_leaves WHERE tenant_id = $1 AND subject_id > $2 AND subject_id <= $3)"
    " ORDER BY id LIMIT $4"
    for source, columns, table in (
        (EVENT, "id, hash", "record_events"),
        (AUDIT, ", ".join(AUDIT_COLUMNS), "audit_entries"),
    )
}
"""The leaves of a slice are read once: joined, each row would be compared with every leaf of a tenant unknown to
statistics."""
FRESH: Final = {
    EVENT: "SELECT id, hash FROM record_events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    AUDIT: f"SELECT {', '.join(AUDIT_COLUMNS)} FROM audit_entries"  # noqa: S608 - constants
    " WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
}
SLICE: Final = {
    EVENT: "SELECT id FROM record_events WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id OFFSET $4 LIMIT 1",
    AUDIT: "SELECT id FROM audit_entries WHERE tenant_id = $1 AND id > $2 AND id <= $3 ORDER BY id OFFSET $4 LIMIT 1",
}
BEGIN: Final = (
    "INSERT INTO log_positions (tenant_id, network_id, source, reached, settled)"
    " SELECT $1, $2, unnest($3::text[]), $4, $4 ON CONFLICT DO NOTHING"
)
LOCK: Final = "SELECT source, reached, settled FROM log_positions WHERE tenant_id = $1 ORDER BY source FOR UPDATE"
MOVE: Final = "UPDATE log_positions SET reached = $3, settled = $4 WHERE tenant_id = $1 AND source = $2"
ADD_LEAVES: Final = (
    "INSERT INTO log_leaves (tenant_id, network_id, number, kind, subject_id, hash)"
    " SELECT $1, $2, given.* FROM unnest($3::bigint[], $4::text[], $5::uuid[], $6::bytea[]) AS given RETURNING 1"
)
ADD_NODES: Final = (
    "INSERT INTO log_nodes (tenant_id, network_id, level, number, hash)"
    " SELECT $1, $2, given.* FROM unnest($3::int[], $4::bigint[], $5::bytea[]) AS given RETURNING 1"
)
ADD_HEAD: Final = (
    f"INSERT INTO log_heads (tenant_id, network_id, id, {', '.join(HEAD_COLUMNS)})"  # noqa: S608 - constants
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
HEAD: Final = f"SELECT {', '.join(HEAD_COLUMNS)} FROM log_heads WHERE tenant_id = $1"  # noqa: S608 - constants
LEAVES: Final = "SELECT number, hash FROM log_leaves WHERE tenant_id = $1 AND number = ANY($2::bigint[])"
NODES: Final = "SELECT number, hash FROM log_nodes WHERE tenant_id = $1 AND level = $2 AND number = ANY($3::bigint[])"


LEAF: Final = (
    "SELECT number, kind, subject_id, hash, network_id FROM log_leaves WHERE tenant_id = $1 AND subject_id = $2"
)
ROW: Final = {
    EVENT: f"SELECT {', '.join(EVENT_COLUMNS)} FROM record_events WHERE tenant_id = $1 AND id = $2",  # noqa: S608 - constants
    AUDIT: f"SELECT {', '.join(AUDIT_COLUMNS)} FROM audit_entries WHERE tenant_id = $1 AND id = $2",  # noqa: S608 - constants
}
TOMBSTONE: Final = f"SELECT {', '.join(TOMBSTONE_COLUMNS)} FROM event_tombstones WHERE tenant_id = $1 AND id = $2"  # noqa: S608 - constants


def asking(unit: Unit) -> Ask:
    """Give what puts statements to the driver in a unit's transaction."""
    return partial(fetch, unit)


async def lock_positions(ask: Ask, log: LogName) -> dict[str, tuple[UUID, UUID]]:
    """Lock how far the sealing has come, until the transaction ends: (reached, settled) by source."""
    found = await ask(LOCK, log.tenant_id)
    if len(found) < len(SOURCES):
        await ask(BEGIN, log.tenant_id, log.network_id, list(SOURCES), START)
        found = await ask(LOCK, log.tenant_id)
    return {row["source"]: (row["reached"], row["settled"]) for row in found}


async def move_position(ask: Ask, log: LogName, source: str, reached: UUID, settled: UUID) -> None:
    """Write down how far the sealing has come in a source."""
    await ask(MOVE, log.tenant_id, source, reached, settled)


async def fresh_rows(ask: Ask, log: LogName, source: str, after: UUID, most: int) -> list[NewLeaf]:
    """Find rows newer than those looked at, the oldest first."""
    return [new_leaf(source, row) for row in await ask(FRESH[source], log.tenant_id, after, most)]


async def late_rows(ask: Ask, log: LogName, source: str, after: UUID, to: UUID, most: int) -> list[NewLeaf]:
    """Find rows among those looked at that are no leaves: they became visible late."""
    return [new_leaf(source, row) for row in await ask(LATE[source], log.tenant_id, after, to, most)]


async def end_of_slice(ask: Ask, log: LogName, source: str, after: UUID, to: UUID, rows: int) -> UUID:
    """Tell how far a slice of so many rows reaches; to the end where there are fewer."""
    found = await ask(SLICE[source], log.tenant_id, after, to, rows)
    return found[0]["id"] if found else to


def new_leaf(source: str, row: Any) -> NewLeaf:  # noqa: ANN401 - as the driver has it
    """Make a leaf of a row: an event names its own hash, an audit entry is hashed here."""
    return NewLeaf(row["id"], source, row["hash"] if source == EVENT else audit_leaf(as_audit(row)))


async def last_head(ask: Ask, log: LogName) -> Head | None:
    """Give the head of the largest size."""
    found = await ask(f"{HEAD} ORDER BY size DESC LIMIT 1", log.tenant_id)
    return Head(**found[0]) if found else None


async def head_of_size(ask: Ask, log: LogName, size: int) -> Head | None:
    """Give the head of a size."""
    found = await ask(f"{HEAD} AND size = $2", log.tenant_id, size)
    return Head(**found[0]) if found else None


async def add_leaves(ask: Ask, log: LogName, first: int, leaves: Sequence[NewLeaf]) -> None:
    """Write leaves from a number on."""
    numbers = list(range(first, first + len(leaves)))
    kinds, ids, hashes = [one.kind for one in leaves], [one.id for one in leaves], [one.hash for one in leaves]
    await ask(ADD_LEAVES, log.tenant_id, log.network_id, numbers, kinds, ids, hashes)


async def add_nodes(ask: Ask, log: LogName, nodes: Sequence[tuple[Subtree, bytes]]) -> None:
    """Write nodes that became whole."""
    if nodes:
        levels, numbers = [one.kept.level for one, _ in nodes], [one.index for one, _ in nodes]
        await ask(ADD_NODES, log.tenant_id, log.network_id, levels, numbers, [hash_ for _, hash_ in nodes])


async def add_head(ask: Ask, log: LogName, head: Head) -> None:
    """Write a signed head."""
    said = (getattr(head, name) for name in HEAD_COLUMNS)
    await ask(ADD_HEAD, log.tenant_id, log.network_id, log.head_id(head.size), *said)


async def hashes_of(ask: Ask, log: LogName, ranges: Iterable[Range]) -> list[bytes]:
    """Give the hashes of ranges of leaves, from the few rows that they are made of.

    Raises:
        KeyError: A row that they are made of is not there.
    """
    parts = [[one.kept for one in perfect(whole)] for whole in ranges]
    found = await kept_hashes(ask, log, [one for row in parts for one in row])
    return [from_right([from_kept([found[one.level, number] for number in span(one)]) for one in row]) for row in parts]


async def edge_of(ask: Ask, log: LogName, size: int) -> list[bytes]:
    """Give the hashes of the perfect subtrees on the right edge of a log.

    Raises:
        KeyError: A row that they are made of is not there.
    """
    return await hashes_of(
        ask, log, [(one.index << one.height, one.index + 1 << one.height) for one in perfect((0, size))]
    )


async def kept_hashes(ask: Ask, log: LogName, wanted: Sequence[Kept]) -> dict[tuple[int, int], bytes]:
    """Read rows by level and number; level 0 is the leaves."""
    found: dict[tuple[int, int], bytes] = {}
    for level in sorted({one.level for one in wanted}):
        numbers = [number for one in wanted if one.level == level for number in span(one)]
        given = (LEAVES, log.tenant_id, numbers) if level == 0 else (NODES, log.tenant_id, level, numbers)
        found |= {(level, row["number"]): row["hash"] for row in await ask(*given)}
    return found


def span(one: Kept) -> range:
    """Give the numbers of rows that lie side by side."""
    return range(one.first, one.first + one.count)


async def rows_of_leaf(ask: Ask, log: LogName, subject_id: UUID) -> LeafRow | None:
    """Give an event or audit entry with its leaf, where it is one; ``None`` where there is no such row."""
    leaf = await ask(LEAF, log.tenant_id, subject_id)
    number, hash_ = (leaf[0]["number"], leaf[0]["hash"]) if leaf else (None, b"")
    for kind in SOURCES:
        if row := await ask(ROW[kind], log.tenant_id, subject_id):
            gone = await ask(TOMBSTONE, log.tenant_id, subject_id) if kind == EVENT else []
            tombstone = gone[0] if gone else None
            return LeafRow(number=number, kind=kind, subject_id=subject_id, hash=hash_, row=row[0], tombstone=tombstone)
    return None
