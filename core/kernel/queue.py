"""The queue: a hand that passes ids of outbox rows to a worker; it may lose them, repeat them or be wiped."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.kernel.frozen import frozen


@frozen(kw_only=True)
class Handover:
    """One outbox row on its way to a worker; ids only.

    Attributes:
        tenant_id: The sender, who keeps the row.
        network_id: Its network.
        command_id: The row.
        number: How often it has been handed over; makes each job's id fresh.
    """

    tenant_id: UUID
    network_id: UUID
    command_id: UUID
    number: int

    @property
    def job_id(self) -> str:
        """An id that no other hand-over has."""
        return f"{self.command_id}:{self.number}"


class QueueIsDown(Exception):  # noqa: N818 - errors are facts
    """The queue does not answer; what was to be handed over waits in the database."""


class Queue(Protocol):
    """What the relay needs of a queue."""

    async def room(self) -> int:
        """Tell how many more hand-overs it should be given now.

        Raises:
            QueueIsDown: It does not answer.
        """
        ...

    async def put(self, handovers: Sequence[Handover]) -> None:
        """Hand over.

        Raises:
            QueueIsDown: It does not answer; none, some or all may have been taken.
        """
        ...


class LocalQueue:
    """A queue inside this process, for tests and for commands that wait for the work they cause."""

    def __init__(self, capacity: int = 1_000) -> None:
        self._capacity = capacity
        self._waiting: deque[Handover] = deque()

    async def room(self) -> int:
        """Tell how many more it takes."""
        return self._capacity - len(self._waiting)

    async def put(self, handovers: Sequence[Handover]) -> None:
        """Hand over."""
        self._waiting.extend(handovers)

    def take(self) -> Handover | None:
        """Take the oldest hand-over, ``None`` where there is none."""
        return self._waiting.popleft() if self._waiting else None
