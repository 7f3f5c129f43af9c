"""How fast background work is looked for, how long it is lent, and how it is tried again."""

from datetime import timedelta
from secrets import randbelow

from core.kernel.frozen import frozen

STEPS = 1_000


@frozen(kw_only=True)
class Pace:
    """Times and amounts of the relay and the worker.

    Attributes:
        poll: Longest time between two looks for work; a hint shortens it.
        lease: How long a row handed over or running belongs to whoever has it; after that it is handed over again.
        renewal: How often a running row's lease is renewed.
        retry: Pause after the first failed attempt; it doubles with each further one.
        longest_retry: The pause grows no longer.
        batch: Most rows claimed of one tenant at a time, so that no tenant waits behind another's backlog.
        tenants: Most tenants served in one sweep.
        capacity: Most rows in the queue at a time; the rest waits in the database.
        kept: How long a row is kept after it was done.
        prune: How often kept rows are looked through.
        count: How often the backlog is counted for the metrics.
    """

    poll: timedelta = timedelta(seconds=1)
    lease: timedelta = timedelta(seconds=20)
    renewal: timedelta = timedelta(seconds=6)
    retry: timedelta = timedelta(seconds=1)
    longest_retry: timedelta = timedelta(minutes=5)
    batch: int = 50
    tenants: int = 100
    capacity: int = 500
    kept: timedelta = timedelta(days=7)
    prune: timedelta = timedelta(minutes=10)
    count: timedelta = timedelta(seconds=15)

    def pause_after(self, attempt: int) -> timedelta:
        """Give the pause after a failed attempt (the first is 1): exponential, with half of it by chance."""
        whole = min(self.retry * 2 ** (min(attempt, 30) - 1), self.longest_retry)
        return whole / 2 + whole / 2 * (randbelow(STEPS) / STEPS)
