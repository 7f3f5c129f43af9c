"""Exporting a tenant's log: every leaf with its row, the heads, the keys and the unsealed tail, line by line."""

from collections.abc import AsyncGenerator

from core.kernel.clock import recorded_now
from core.records.sealing.policy.exports import first_line, last_line, leaf_line, line_of, tail_line
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.leaves import AUDIT, EVENT
from core.records.sealing.reading import Heads, read_keys, read_leaves, read_tail_audits, read_tail_events
from core.records.sealing.repository import Ask


async def export_log(ask: Ask, log: LogName) -> AsyncGenerator[bytes, None]:
    """Give the lines of a log's export, in one snapshot and with flat memory; see ``policy.exports`` for the form.

    Args:
        ask: Puts statements to the driver.
        log: Whose log.
    """
    yield first_line(log, recorded_now())
    for key in await read_keys(ask, log):
        yield line_of("key", key)
    async for row in read_tail_events(ask, log):
        yield tail_line(row, EVENT)
    async for row in read_tail_audits(ask, log):
        yield tail_line(row, AUDIT)
    heads, leaves = Heads(ask, log), 0
    async for page in read_leaves(ask, log):
        await heads.fill()
        for leaf in page:
            yield leaf_line(leaf)
            leaves += 1
            for head in heads.up_to((leaf.number or 0) + 1):
                yield line_of("head", head)
    async for head in heads.rest():
        yield line_of("head", head)
    yield last_line(leaves)
