"""Receipts: a command that crosses tenants has its effect once."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.models import CommandReceipt
from core.kernel.started import Started
from core.kernel.unit import Unit


class AlreadyReceived(Exception):  # noqa: N818 - it is no error: the effect is there
    """The command had its effect before; there is nothing left to do."""


async def receive(unit: Unit, started: Started) -> None:
    """Write the receipt in the transaction of the effect; a second run waits here for the first to end.

    Raises:
        AlreadyReceived: A receipt is there.
    """
    written = await unit.session.execute(
        insert(CommandReceipt)
        .values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            command_id=started.command_id,
            topic=started.topic,
            sender_tenant_id=started.tenant_id,
            actor_kind=started.actor.kind.value,
            actor_id=started.actor.id,
            recorded_at=recorded_now(),
        )
        .on_conflict_do_nothing()
        .returning(col(CommandReceipt.id))
    )
    if written.scalar() is None:
        raise AlreadyReceived
