"""Do all background work that is due, in this process, and come back when nothing is left."""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.perform import Outcome, perform
from core.kernel.queue import LocalQueue
from core.kernel.relay import Relay
from core.kernel.work import Background


@dataclass(slots=True)
class Ran:
    """How many attempts ended in which way."""

    done: int = 0
    failed: int = 0
    dead: int = 0
    stale: int = 0
    let_go: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count an attempt."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)


async def run_until_idle(background: Background, *, network_id: UUID | None = None, tolerant: bool = False) -> Ran:
    """Hand over and do what is due with the same code as the relay and the worker, until nothing more is due.

    Work that is due later, or waits for its next attempt, is left until the clock is moved.

    Args:
        background: What background work stands on.
        network_id: Serve this network only.
        tolerant: Count failures; by default the first one is raised, after it was written down.
    """
    queue, ran = LocalQueue(), Ran()
    relay = Relay(background, queue, network_id)
    while (await relay.sweep()).found:
        while (handover := queue.take()) is not None:
            performed = await perform(background, handover)
            ran.count(performed.outcome)
            if performed.error is not None and not tolerant:
                raise performed.error
    return ran
