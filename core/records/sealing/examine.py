"""Examining a tenant's log in its database: rows against what was sealed, and what was sealed against checkpoints."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from core.records.sealing.policy.examining import Examination, Held
from core.records.sealing.policy.findings import Examined, FindingKind
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.merkle import Subtree
from core.records.sealing.reading import Heads, read_keys, read_leaves, read_tail_audits, read_tail_events
from core.records.sealing.repository import START, Ask

NODES: Final = (
    "SELECT level, number, hash, network_id FROM log_nodes"
    " WHERE tenant_id = $1 AND (level, number) IN (SELECT * FROM unnest($2::int[], $3::bigint[]))"
)
COUNT_NODES: Final = "SELECT count(*) AS nodes FROM log_nodes WHERE tenant_id = $1"
RECORDS: Final = 20_000
LAST_EVENTS: Final = (
    "WITH looked AS (SELECT id, version, event_hash FROM records WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3)"
    " SELECT s.id, s.version, e.number FROM looked s LEFT JOIN LATERAL"
    " (SELECT number, hash FROM record_events e WHERE e.tenant_id = $1 AND e.record_id = s.id"
    "  ORDER BY e.number DESC LIMIT 1) e ON true"
    " WHERE e.number IS DISTINCT FROM s.version OR e.hash IS DISTINCT FROM s.event_hash"
    " UNION ALL (SELECT id, -1, NULL FROM looked ORDER BY id DESC LIMIT 1)"
)
"""Records that say to have another last event than there is; and the last record that was looked at, marked by -1."""

Progress = Callable[[int], object]
"""Told how many leaves were looked at."""


async def examine(ask: Ask, log: LogName, held: Held, progress: Progress = lambda _: None) -> Examined:
    """Examine a log; what puts the statements must see one snapshot.

    Args:
        ask: Puts statements to the driver.
        log: Whose log.
        held: The checkpoints, and the key that is trusted.
        progress: Told now and then how far it is.
    """
    examination = Examination(log, await read_keys(ask, log), held)
    async for row in read_tail_events(ask, log):
        examination.tail_event(row)
    async for row in read_tail_audits(ask, log):
        examination.tail_audit(row)
    await examine_leaves(ask, log, examination, progress)
    await examine_records(ask, log, examination)
    return examination.end()


async def examine_leaves(ask: Ask, log: LogName, examination: Examination, progress: Progress) -> None:
    """Go through leaves, and the heads and nodes above them."""
    heads, nodes = Heads(ask, log), 0
    async for page in read_leaves(ask, log):
        await heads.fill()
        whole: list[tuple[Subtree, bytes]] = []
        for leaf in page:
            whole += examination.leaf(leaf)
            for head in heads.up_to(examination.size):
                examination.head(head)
        nodes += len(whole)
        await examine_nodes(ask, log, examination, whole)
        progress(examination.size)
    async for head in heads.rest():
        examination.head(head)
    if (kept := (await ask(COUNT_NODES, log.tenant_id))[0]["nodes"]) > nodes:
        says = f"There are {kept} nodes above leaves; {nodes} belong there."
        examination.say(FindingKind.NODE_ALTERED, "node", says)


async def examine_nodes(
    ask: Ask, log: LogName, examination: Examination, whole: Sequence[tuple[Subtree, bytes]]
) -> None:
    """Hold kept nodes against those that the leaves give."""
    if not whole:
        return
    levels, numbers = [one.kept.level for one, _ in whole], [one.index for one, _ in whole]
    found = {(row["level"], row["number"]): row for row in await ask(NODES, log.tenant_id, levels, numbers)}
    for one, hash_ in whole:
        row = found.get((one.kept.level, one.index))
        kept, network_id = (row["hash"], row["network_id"]) if row else (None, None)
        examination.node(one.kept.level, one.index, kept, network_id, hash_)


async def examine_records(ask: Ask, log: LogName, examination: Examination) -> None:
    """Hold what each record says of its last event against its events, for nothing else tells that some are gone."""
    after: UUID | None = START
    while after is not None:
        rows, after = await ask(LAST_EVENTS, log.tenant_id, after, RECORDS), None
        for row in rows:
            if row["version"] == -1:
                after = row["id"]
            else:
                examination.cut_off(row["id"], row["version"], row["number"])
