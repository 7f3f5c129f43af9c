"""An outbox row as whoever runs it knows it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.scope import Actor


@frozen(kw_only=True)
class Started:
    """An event or command at the moment an attempt at it begins.

    Attributes:
        tenant_id: The sender.
        network_id: The network of sender and target.
        command_id: The id of the outbox row.
        topic: What it is.
        payload: Ids and figures.
        target_tenant_id: In whose scope it is handled.
        actor: Who caused it.
        attempt: 1 for the first; also tells this run from others of the same row.
        trace: Where in which trace it was sent.
    """

    tenant_id: UUID
    network_id: UUID
    command_id: UUID
    topic: str
    payload: Mapping[str, Any]
    target_tenant_id: UUID
    actor: Actor
    attempt: int
    trace: str | None

    @property
    def crosses(self) -> bool:
        """Tell whether it is handled in another tenant than it was sent from."""
        return self.target_tenant_id != self.tenant_id
