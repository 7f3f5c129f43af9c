"""The audit trail: one entry per act, written in the act's own transaction and never changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.kernel.canonical import canonical_text
from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow, write
from core.kernel.ids import new_id
from core.kernel.unit import Acting, Unit


async def record_act(
    unit: Unit, *, action: str, subject_kind: str, subject_id: UUID, details: Mapping[str, Any] | None = None
) -> None:
    """Record who did what to which subject.

    Args:
        unit: The transaction of the act itself.
        action: ``<feature>.<verb>``.
        subject_kind: What kind of thing was acted on, in the domain's words.
        subject_id: Its id.
        details: Facts about the act, without personal data; kept as canonical JSON.
    """
    await write(unit, act_row(unit, action, subject_kind, subject_id, details))


def act_row(
    unit: Acting, action: str, subject_kind: str, subject_id: UUID, details: Mapping[str, Any] | None = None
) -> NewRow:
    """Give the entry of an act, for use cases that write it together with other rows; see :func:`record_act`."""
    scope = unit.scope
    return NewRow(
        "audit_entries",
        {
            "tenant_id": scope.tenant_id,
            "network_id": scope.network_id,
            "id": new_id(),
            "action": action,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "actor_kind": scope.actor.kind.value,
            "actor_id": scope.actor.id,
            "on_behalf_of": scope.on_behalf_of,
            "details": canonical_text(details or {}),
            "occurred_at": unit.now,
            "recorded_at": recorded_now(),
        },
    )
