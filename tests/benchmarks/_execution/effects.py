"""What a mutation leaves behind: every server must write the same rows as the first, or nothing is measured."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from core.kernel.canonical import canonical_text
from core.records.events.policy import leaf_hash
from core.records.events.repository import event_of
from tests.benchmarks._execution.rounds import Contest, answer_of
from tests.support.cluster import superuser

OWN: Final = frozenset(
    {"id", "record_id", "actor_id", "key", "external_id", "fingerprint", "event_hash", "hash", "ids"}
)
"""Columns that are another in every request, or another for every server: who acts, and how an input is summed up."""
TABLES: Final = ("records", "record_keys", "record_events", "outbox", "idempotency_keys", "audit_entries")

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


async def check_effects(contests: Sequence[Contest], admin_url: str) -> None:
    """Have every server carry the operation out once and compare the rows it left.

    Raises:
        RuntimeError: One leaves other rows than the first, or an event that is not hashed as the rules say.
    """
    admin = await superuser(admin_url)
    try:
        left = [await rows_left(contest, admin) for contest in contests]
    finally:
        await admin.close()
    expected = plain(left[0])
    for contest, rows in zip(contests, left, strict=True):
        told = {table: len(some) for table, some in rows.items()}
        check_events(contest, rows)
        if plain(rows) != expected or told["records"] != contest.operation.writes:
            differing = [table for table, some in plain(rows).items() if some != expected[table]]
            msg = f"{contest.server.name} leaves {told} after {contest.operation.name}, other rows in {differing}"
            raise RuntimeError(msg)


def check_events(contest: Contest, rows: Rows) -> None:
    """See that the events are as canonical and as truly hashed as those of the product.

    Raises:
        RuntimeError: One is not.
    """
    hashes = {row["id"]: row["event_hash"] for row in rows["records"]}
    for row in rows["record_events"]:
        facts = orjson.loads(row["payload"])
        canonical = canonical_text(facts) == row["payload"] and facts["effectiveHash"] and facts["externalId"]
        if not canonical or not leaf_hash(event_of(row)) == row["hash"] == hashes[row["record_id"]]:
            msg = f"{contest.server.name} leaves an event of another form after {contest.operation.name}"
            raise RuntimeError(msg)


def plain(rows: Rows) -> dict[str, list[str]]:
    """Write rows so that equal ones are equal: without what is another every time."""
    return {table: sorted(written(row) for row in some) for table, some in rows.items()}


def written(row: Row) -> str:
    """Write one row down; of a text of facts or ids, what it has and how many."""
    told = {name: value for name, value in row.items() if name not in OWN and not name.endswith(("_at", "_ids"))}
    if "payload" in told:
        told["payload"] = {name: shown(name, value) for name, value in orjson.loads(told["payload"]).items()}
    return repr(sorted((name, str(value)) for name, value in told.items()))


def shown(name: str, value: Any) -> object:
    """Give of ids and names that they are there, and how many."""
    if isinstance(value, list):
        return len(cast("list[str]", value))
    return True if name in {"externalId", "record_id"} else value


async def rows_left(contest: Contest, admin: Any) -> Rows:
    """Give the rows that one request adds to the tenant's tables."""
    tenant = contest.asked.tenant_id
    before = {
        table: await admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant) for table in TABLES
    }
    [[mark]] = await admin.fetch("SELECT pg_current_xact_id()::text::bigint")
    await answer_of(contest)
    left: dict[str, Sequence[Row]] = {}
    for table, rows in before.items():
        query = f"SELECT * FROM {table} WHERE tenant_id = $1 AND xmin::text::bigint > $2"
        left[table] = [dict(row) for row in await admin.fetch(query, tenant, mark)]
        count = await admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant)
        if count - rows != len(left[table]):
            msg = f"{contest.server.name} changes rows of {table} that were there"
            raise RuntimeError(msg)
    return left
