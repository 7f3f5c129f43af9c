"""The outbox: events and commands, committed together with what caused them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from opentelemetry import trace
from opentelemetry.propagate import inject

from core.kernel.canonical import plain, quick_text
from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow, add_many, write
from core.kernel.hints import is_hinted
from core.kernel.ids import new_id
from core.kernel.models import OutboxRow
from core.kernel.unit import Acting, Unit


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
    row = sent_row(unit, topic, payload, target_tenant_id=target_tenant_id, due_at=due_at)
    await write(unit, row)
    return row.values["id"]


async def send_to_many(unit: Unit, topic: str, payload: Mapping[str, Any], targets: Sequence[UUID]) -> None:
    """Send one command each to many tenants, in one statement; see :func:`send`.

    Args:
        unit: The transaction it belongs to.
        topic: The name of the handler that shall do it.
        payload: Ids and figures only, the same for all.
        targets: The tenants of the same network in whose scopes it is handled.
    """
    if targets:
        sent = sent_row(unit, topic, payload).values
        rows = [{**sent, "id": new_id(), "target_tenant_id": one, "payload": plain(payload)} for one in targets]
        await add_many(unit, "outbox", rows)


def sent_row(
    unit: Acting,
    topic: str,
    payload: Mapping[str, Any],
    *,
    target_tenant_id: UUID | None = None,
    due_at: datetime | None = None,
) -> NewRow:
    """Give the row of an event or command, for use cases that write it together with other rows; see :func:`send`.

    Whoever looks for work is woken once the unit has committed.
    """
    scope = unit.scope
    unit.wake()
    return NewRow(
        OutboxRow.__tablename__,
        {
            "tenant_id": scope.tenant_id,
            "network_id": scope.network_id,
            "id": new_id(),
            "topic": topic,
            "payload": quick_text(payload) or orjson.dumps(plain(payload)).decode(),
            "target_tenant_id": target_tenant_id or scope.tenant_id,
            "actor_kind": scope.actor.kind.value,
            "actor_id": scope.actor.id,
            "status": "waiting",
            "due_at": due_at or unit.now,
            "handovers": 0,
            "attempts": 0,
            "trace": trace_now(),
            "sent_at": recorded_now(),
        },
    )


def has_sent(unit: Unit) -> bool:
    """Tell whether the unit has sent anything."""
    return is_hinted(unit.session)


def trace_now() -> str | None:
    """Give the current trace's position, so that what is done later belongs to it; ``None`` outside any trace."""
    span = trace.get_current_span()
    if span is trace.INVALID_SPAN or not span.get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
