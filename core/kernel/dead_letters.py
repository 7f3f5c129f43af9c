"""Dead letters: work that was given up, seen by whoever keeps the tenant, and sent again once the cause is mended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.hints import hint
from core.kernel.jobs import reopen_job_of
from core.kernel.models import OutboxRow
from core.kernel.outbox_rows import DEAD
from core.kernel.permissions import READ_WORK, REPLAY_WORK
from core.kernel.unit import Unit


@frozen(kw_only=True)
class ReplayDeadLetter:
    """Send a dead letter again."""

    command_id: UUID


async def list_dead_letters(unit: Unit, *, after: UUID | None = None, most: int = 50) -> Sequence[OutboxRow]:
    """List the tenant's dead letters by id, with topic, attempts and the code of the last error.

    Args:
        unit: A transaction in the tenant that sent them.
        after: Go on after this one.
        most: Most to give.
    """
    unit.scope.require(READ_WORK)
    chosen = select(OutboxRow).where(col(OutboxRow.tenant_id) == unit.tenant_id, col(OutboxRow.status) == DEAD)
    if after is not None:
        chosen = chosen.where(col(OutboxRow.id) > after)
    return (await unit.session.execute(chosen.order_by(col(OutboxRow.id)).limit(most))).scalars().all()


async def replay_dead_letter(unit: Unit, command: ReplayDeadLetter) -> UUID:
    """Send a dead letter again, under the id it had, with all its attempts before it.

    Raises:
        NotFound: There is no dead letter of that id in this tenant.
        NotPermitted: The actor may not replay.
    """
    unit.scope.require(REPLAY_WORK)
    found = await unit.session.execute(
        update(OutboxRow)
        .where(
            col(OutboxRow.tenant_id) == unit.tenant_id,
            col(OutboxRow.id) == command.command_id,
            col(OutboxRow.status) == DEAD,
        )
        .values(status="waiting", attempts=0, due_at=unit.now, finished_at=None)
        .returning(OutboxRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = found.scalar_one_or_none()
    if row is None:
        raise NotFound(kind="dead letter", key=str(command.command_id))
    if row.target_tenant_id == unit.tenant_id:
        await reopen_job_of(unit.session, unit.tenant_id, row.payload)
    details = {"topic": row.topic}
    await record_act(
        unit, action="work.replay", subject_kind="dead letter", subject_id=command.command_id, details=details
    )
    hint(unit.session)
    return command.command_id
