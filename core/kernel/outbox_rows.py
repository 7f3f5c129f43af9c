"""The outbox as its rows: found across tenants by their keys, changed inside one tenant only. SQL, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Update, delete, func, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.kernel.clock import recorded_now
from core.kernel.direct import fetch_in
from core.kernel.frozen import frozen
from core.kernel.models import OPEN_OUTBOX, IdempotencyKey, OutboxRow
from core.kernel.queue import Handover
from core.kernel.scope import Actor, ActorKind
from core.kernel.started import Started

# The conditions repeat those of the partial indexes word for word, or the planner passes these over.
IS_OPEN = text(OPEN_OUTBOX)
IS_DONE = text("status = 'done'")
DONE, DEAD = "done", "dead"

DUE = text(
    f"SELECT tenant_id, network_id FROM outbox WHERE {OPEN_OUTBOX} AND due_at <= :now"  # noqa: S608 - a constant
    " AND (CAST(:network AS uuid) IS NULL OR network_id = :network)"
    " GROUP BY tenant_id, network_id ORDER BY min(due_at) LIMIT :most"
)
FINISHED = text(
    "SELECT DISTINCT tenant_id, network_id FROM outbox WHERE status = 'done' AND finished_at < :before LIMIT :most"
)
BACKLOG = text(
    f"SELECT status, count(*) AS rows, min(due_at) AS oldest FROM outbox WHERE {OPEN_OUTBOX} OR status = 'dead'"  # noqa: S608 - a constant
    " GROUP BY status"
)
# Every work item costs the following once or more: they go to the driver as they stand.
LOCK_DUE: Final = (
    "SELECT id, topic, payload::text, target_tenant_id, handovers, attempts FROM outbox"  # noqa: S608 - a constant
    f" WHERE tenant_id = $1 AND {OPEN_OUTBOX} AND due_at <= $2 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED"
)
MARK_HANDED: Final = (
    "UPDATE outbox SET status = 'handed', handovers = handovers + 1, due_at = $3"
    " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) RETURNING 1"
)
START: Final = (
    "UPDATE outbox SET status = 'running', attempts = attempts + 1, due_at = $3"
    " WHERE tenant_id = $1 AND id = $2 AND status = 'handed'"
    " RETURNING tenant_id, network_id, id, topic, payload::text, target_tenant_id, actor_kind, actor_id, attempts,"
    " trace"
)


@frozen
class Tenancy:
    """A tenant and its network: all that is known of work before it is looked at."""

    tenant_id: UUID
    network_id: UUID

    @property
    def context(self) -> dict[str, str]:
        """The settings under which the tenant's own rows are seen, and nothing inherited."""
        return {"app.network_id": str(self.network_id), "app.tenant_id": str(self.tenant_id)}


@frozen(kw_only=True)
class Claimed:
    """A due row, locked: what it is, for whom, and how often it was lent and tried."""

    id: UUID
    topic: str
    payload: Mapping[str, Any]
    crosses: bool
    handovers: int
    attempts: int


async def tenants_with_due(session: AsyncSession, now: datetime, network_id: UUID | None, most: int) -> list[Tenancy]:
    """Find tenants with due rows, those that wait longest first; as the worker role."""
    found = await session.execute(DUE, {"now": now, "network": network_id, "most": most})
    return [Tenancy(row.tenant_id, row.network_id) for row in found]


async def tenants_with_finished(session: AsyncSession, before: datetime, most: int) -> list[Tenancy]:
    """Find tenants with rows done before an instant; as the worker role."""
    found = await session.execute(FINISHED, {"before": before, "most": most})
    return [Tenancy(row.tenant_id, row.network_id) for row in found]


async def backlog(session: AsyncSession) -> dict[str, tuple[int, datetime]]:
    """Count the rows that are open or dead by status, with the earliest due instant; as the worker role."""
    found = await session.execute(BACKLOG)
    return {row.status: (row.rows, row.oldest) for row in found}


async def lock_due(session: AsyncSession, tenant_id: UUID, now: datetime, most: int) -> list[Claimed]:
    """Lock due rows of one tenant that nobody else has locked, the longest due first."""
    return [
        Claimed(
            id=row["id"],
            topic=row["topic"],
            payload=orjson.loads(row["payload"]),
            crosses=row["target_tenant_id"] != tenant_id,
            handovers=row["handovers"],
            attempts=row["attempts"],
        )
        for row in await fetch_in(session, LOCK_DUE, tenant_id, now, most)
    ]


async def mark_handed(session: AsyncSession, tenant_id: UUID, ids: Sequence[UUID], lease_until: datetime) -> None:
    """Say that rows are handed over, until the lease ends."""
    await fetch_in(session, MARK_HANDED, tenant_id, list(ids), lease_until)


async def mark_finished(
    session: AsyncSession, tenant_id: UUID, ids: Sequence[UUID], status: str, error: str | None = None
) -> None:
    """Say that rows are done, or dead for a reason."""
    values = {"status": status, "finished_at": recorded_now(), "last_error": error}
    await session.execute(rows(tenant_id, ids).values(values))


async def put_back(session: AsyncSession, handovers: Sequence[Handover], due_at: datetime) -> None:
    """Let rows wait again that could not be handed over."""
    ids = [one.command_id for one in handovers]
    statement = rows(handovers[0].tenant_id, ids).where(col(OutboxRow.status) == "handed")
    await session.execute(statement.values(status="waiting", due_at=due_at))


async def start(session: AsyncSession, handover: Handover, lease_until: datetime) -> Started | None:
    """Begin an attempt; ``None`` where the row is not waiting to be run: another run has it, or it is done."""
    found = await fetch_in(session, START, handover.tenant_id, handover.command_id, lease_until)
    if not found:
        return None
    row = found[0]
    return Started(
        tenant_id=row["tenant_id"],
        network_id=row["network_id"],
        command_id=row["id"],
        topic=row["topic"],
        payload=orjson.loads(row["payload"]),
        target_tenant_id=row["target_tenant_id"],
        actor=Actor(ActorKind(row["actor_kind"]), row["actor_id"]),
        attempt=row["attempts"],
        trace=row["trace"],
    )


async def change_running(session: AsyncSession, started: Started, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Change a row as the run that has it; tell whether this run still has it."""
    of_run = (started.tenant_id, started.command_id, started.attempt)
    return bool(await fetch_in(session, changing(tuple(values)), *of_run, *values.values()))


@cache
def changing(columns: tuple[str, ...]) -> str:
    """Write the statement that changes columns of a row that a run has; their names come from this code alone."""
    said = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 4))
    return (
        f"UPDATE outbox SET {said}"  # noqa: S608 - see above
        " WHERE tenant_id = $1 AND id = $2 AND status = 'running' AND attempts = $3 RETURNING 1"
    )


async def delete_finished(session: AsyncSession, tenant_id: UUID, before: datetime) -> None:
    """Delete what was done, and the idempotency keys that were used, before an instant."""
    await session.execute(
        delete(OutboxRow).where(col(OutboxRow.tenant_id) == tenant_id, IS_DONE, col(OutboxRow.finished_at) < before)
    )
    await session.execute(
        delete(IdempotencyKey).where(
            col(IdempotencyKey.tenant_id) == tenant_id, col(IdempotencyKey.recorded_at) < before
        )
    )


def rows(tenant_id: UUID, ids: Sequence[UUID]) -> Update:
    """Change some rows of a tenant."""
    return (
        update(OutboxRow)
        .where(col(OutboxRow.tenant_id) == tenant_id, col(OutboxRow.id) == func.any(list(ids)))
        .execution_options(synchronize_session=False)
    )
