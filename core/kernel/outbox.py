"""The outbox: events and commands, committed together with what caused them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry.propagate import inject
from sqlalchemy import text
from sqlmodel import insert

from core.kernel.canonical import plain
from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.models import OutboxRow
from core.kernel.unit import Unit

CHANNEL = "touchstone_work"
HINTED = "touchstone.hinted"


async def send(
    unit: Unit,
    topic: str,
    payload: Mapping[str, Any],
    *,
    target_tenant_id: UUID | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """Send an event or a command; it exists once the unit commits and is done at least once after that.

    Args:
        unit: The transaction it belongs to.
        topic: ``<feature>.<what happened>``, or the name of the handler that shall do it.
        payload: Ids and figures only, never content or personal data.
        target_tenant_id: The tenant of the same network in whose scope it is handled; the sender's own by default.
        due_at: Not to be handled before this instant.

    Returns:
        The id of the event or command.
    """
    scope = unit.scope
    command_id = new_id()
    await unit.session.execute(
        insert(OutboxRow).values(
            tenant_id=scope.tenant_id,
            network_id=scope.network_id,
            id=command_id,
            topic=topic,
            payload=plain(payload),
            target_tenant_id=target_tenant_id or scope.tenant_id,
            actor_kind=scope.actor.kind.value,
            actor_id=scope.actor.id,
            status="waiting",
            due_at=due_at or unit.now,
            handovers=0,
            attempts=0,
            trace=trace_now(),
            sent_at=recorded_now(),
        )
    )
    await hint(unit)
    return command_id


async def hint(unit: Unit) -> None:
    """Wake whoever looks for work, once per transaction; it would find the row without the hint, only later."""
    if HINTED not in unit.session.info:
        unit.session.info[HINTED] = True
        await unit.session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def trace_now() -> str | None:
    """Give the current trace's position, so that what is done later belongs to it; ``None`` outside any trace."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
