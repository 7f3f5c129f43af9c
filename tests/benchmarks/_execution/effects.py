"""What a mutation leaves behind: every server must write as much as the first, or nothing is measured."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks._execution.rounds import Contest, answer_of
from tests.support.cluster import superuser

ALIKE = ("records", "record_keys", "idempotency_keys")
"""Tables that each request leaves as many rows in at every server."""
TOLD = ("audit_entries", "record_events")
"""Where it is told who did what: the product's event of a record is its audit entry."""
MESSAGES = "outbox"
"""The product sends a command to score beside the event that all send."""


async def check_effects(contests: Sequence[Contest], admin_url: str) -> None:
    """Have every server carry the operation out once and count the rows it left.

    Raises:
        RuntimeError: One writes less than the first, or not as many records as it says.
    """
    admin = await superuser(admin_url)
    try:
        left = [await rows_left(contest, admin) for contest in contests]
    finally:
        await admin.close()
    for contest, rows in zip(contests, left, strict=True):
        alike = [rows[table] for table in ALIKE] == [left[0][table] for table in ALIKE]
        told = all(sum(one[table] for table in TOLD) > 0 for one in (rows, left[0]))
        if not alike or not told or rows["records"] != contest.operation.writes or not rows[MESSAGES]:
            msg = f"{contest.server.name} leaves {rows} after {contest.operation.name} instead of {left[0]}"
            raise RuntimeError(msg)


async def rows_left(contest: Contest, admin: Any) -> dict[str, int]:
    """Count the rows that one request adds to the tenant's tables."""
    before = await counted(contest, admin)
    await answer_of(contest)
    return {table: rows - before[table] for table, rows in (await counted(contest, admin)).items()}


async def counted(contest: Contest, admin: Any) -> dict[str, int]:
    """Count the rows of a tenant."""
    query = "SELECT count(*) FROM {table} WHERE tenant_id = $1"
    return {
        table: await admin.fetchval(query.format(table=table), contest.asked.tenant_id)
        for table in (*ALIKE, *TOLD, MESSAGES)
    }
