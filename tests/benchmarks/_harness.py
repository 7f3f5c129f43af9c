"""Interleaved rounds, medians and ratios: the machine is small and noisy, a single figure says nothing."""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

Round = Callable[[], Awaitable[Any]]


async def interleaved(rounds: int, **rivals: Round) -> dict[str, float]:
    """Run the rivals in turn, a warm-up first, and give each one's median seconds.

    A rival that answers a float has measured itself, because it had something to prepare first.
    """
    for run in rivals.values():
        await run()
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            started = time.perf_counter()
            told = await run()
            times[name].append(told if isinstance(told, float) else time.perf_counter() - started)
    return {name: statistics.median(some) for name, some in times.items()}


def case(
    name: str,
    value: float,
    unit: str,
    *,
    against: str = "",
    ratio: float | None = None,
    goal: str = "",
    met: bool | None = None,
) -> dict[str, Any]:
    """Give one line of the result."""
    return {"case": name, "value": value, "unit": unit, "against": against, "ratio": ratio, "goal": goal, "met": met}
