"""Sealing: what is not in the log yet becomes its next leaves, and what the log is then is signed.

Rows are found by their ids, which are in the order of time, and looked for again among the recent ones: whatever
becomes visible late, because its transaction took longer or its server's clock is behind, is found then and gets a
later number. Once a day everything is looked through again, slice by slice.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.crypto import MasterKeys
from core.kernel.frozen import frozen
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.records.sealing.errors import LogIsBroken
from core.records.sealing.policy.heads import Head, LogName
from core.records.sealing.policy.leaves import SOURCES, NewLeaf
from core.records.sealing.policy.merkle import Growing, Subtree
from core.records.sealing.repository import (
    START,
    Ask,
    add_head,
    add_leaves,
    add_nodes,
    asking,
    edge_of,
    end_of_slice,
    fresh_rows,
    last_head,
    late_rows,
    lock_positions,
    move_position,
)
from core.records.sealing.signing import signer_of

SWEEP: Final = "sealing.sweep"
DAILY: Final = timedelta(days=1)
LATEST: Final = timedelta(minutes=5)
"""How late a row may become visible after its id was made; far more than any transaction may take."""
MOST_LEAVES: Final = 2_000
"""Most leaves of one source in one transaction."""
SLICE_ROWS: Final = 20_000
"""Most rows of one source that are looked at again in one transaction."""


@frozen
class Sealed:
    """What one transaction of sealing came to.

    Attributes:
        leaves: How many leaves it added.
        size: How many there are now.
        more: Whether there is more to do.
    """

    leaves: int
    size: int
    more: bool


@frozen
class Gathered:
    """What was found in one source.

    Attributes:
        leaves: What becomes leaves, in the order of time.
        reached: The newest row looked at.
        settled: Up to here it was looked again.
        more: Whether there is more.
    """

    leaves: list[NewLeaf]
    reached: UUID
    settled: UUID
    more: bool


async def seal_batch(unit: Unit, masters: MasterKeys, most: int = MOST_LEAVES) -> Sealed:
    """Seal a batch: leaves, nodes, a signed head, and how far it has come, all in the unit's transaction.

    Args:
        unit: The transaction; it waits for another sealing of the same log.
        masters: The configured master keys, which wrap the signing key.
        most: Most leaves of each source.

    Raises:
        LogIsBroken: What was sealed is not what was signed; nothing is sealed behind it.
    """
    ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
    positions = await lock_positions(ask, log)
    began = recorded_now()
    found = {source: await gather(ask, log, source, positions[source], began, most) for source in SOURCES}
    leaves = sorted((leaf for one in found.values() for leaf in one.leaves), key=lambda leaf: leaf.id)
    more = any(one.more for one in found.values())
    size = 0
    if leaves:
        size = await append(unit, masters, leaves, None if more else began - LATEST)
    for source, one in found.items():
        if (one.reached, one.settled) != positions[source]:
            await move_position(ask, log, source, one.reached, one.settled)
    return Sealed(len(leaves), size, more)


async def gather(
    ask: Ask, log: LogName, source: str, position: tuple[UUID, UUID], now: datetime, most: int
) -> Gathered:
    """Find what is new in a source and, where that is all, what came late."""
    reached, settled = position
    fresh = await fresh_rows(ask, log, source, reached, most)
    newest = fresh[-1].id if fresh else reached
    if len(fresh) == most:
        return Gathered(fresh, newest, settled, more=True)
    again = await look_again(ask, log, source, position, id_at(now - LATEST))
    return Gathered(again.leaves + fresh, newest, again.settled, more=again.more)


async def look_again(ask: Ask, log: LogName, source: str, position: tuple[UUID, UUID], horizon: UUID) -> Gathered:
    """Find what came late among the rows looked at before.

    Nothing with an id up to the horizon comes any more, so what lies there is looked at again once, a slice at a time;
    what is newer is looked at again every time.
    """
    reached, settled = position
    cold = min(reached, horizon)
    late: list[NewLeaf] = []
    if settled < cold:
        end = await end_of_slice(ask, log, source, settled, cold, SLICE_ROWS)
        late = await late_rows(ask, log, source, settled, end, MOST_LEAVES)
        settled = late[-1].id if len(late) == MOST_LEAVES else end
        if settled < cold:
            return Gathered(late, reached, settled, more=True)
    hot = await late_rows(ask, log, source, settled, reached, MOST_LEAVES) if settled < reached else []
    return Gathered(late + hot, reached, settled, more=len(hot) == MOST_LEAVES)


async def append(unit: Unit, masters: MasterKeys, leaves: list[NewLeaf], complete_to: datetime | None) -> int:
    """Add leaves to the log and sign what it is then; give its size."""
    ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
    head = await last_head(ask, log)
    growing = await continued(ask, log, head)
    first, nodes = growing.size, list[tuple[Subtree, bytes]]()
    for leaf in leaves:
        nodes += growing.add(leaf.hash)
    said = Head(
        size=growing.size,
        after_size=first,
        root=growing.root,
        signed_at=recorded_now(),
        complete_to=later(complete_to, head.complete_to if head else None),
    )
    await add_leaves(ask, log, first, leaves)
    await add_nodes(ask, log, nodes)
    await add_head(ask, log, (await signer_of(unit, masters)).signed(log, said))
    if head is None:
        await set_timer(unit, SWEEP, unit.tenant_id, unit.now + DAILY)
    return growing.size


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Give the later of two instants that may be empty."""
    return max(filter(None, (one, other)), default=None)


async def continued(ask: Ask, log: LogName, head: Head | None) -> Growing:
    """Take the log up where its last head left it.

    Raises:
        LogIsBroken: Its rows do not give that head's root.
    """
    if head is None:
        return Growing()
    try:
        growing = Growing(head.size, await edge_of(ask, log, head.size))
    except KeyError as missing:
        raise LogIsBroken(size=head.size, problem=f"a row is missing at {missing}") from missing
    if growing.root != head.root:
        raise LogIsBroken(size=head.size, problem="its rows give another root")
    return growing


async def sweep(unit: Unit) -> None:
    """Have everything looked through again from its beginning, and again tomorrow."""
    ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
    for source, (reached, _) in (await lock_positions(ask, log)).items():
        await move_position(ask, log, source, reached, START)
    await set_timer(unit, SWEEP, unit.tenant_id, unit.now + DAILY)


def id_at(instant: datetime) -> UUID:
    """Give the smallest id that is made at an instant (RFC 9562, version 7: milliseconds first)."""
    return UUID(int=int(instant.timestamp() * 1_000) << 80)
