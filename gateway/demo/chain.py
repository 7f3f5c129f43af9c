"""A seeded log of a convenience-store chain: stores diverge, are given one process, and converge.

The case is the one that service-standardisation literature reports: customers wait long at the till, stores work in
different ways; one process is designed and published, staff are trained, and waiting falls. The figures are made up,
the same for the same seed, and say so wherever they are shown.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from core.kernel.frozen import frozen

SEED = 20261121
STORES = 12
CHECKOUTS_A_DAY = 9
DAYS_BEFORE = 28
DAYS_AFTER = 28
STARTS = datetime(2026, 8, 3, 8, tzinfo=UTC)
PUBLISHED = STARTS + timedelta(days=DAYS_BEFORE)
COLUMNS = ("checkout", "store", "activity", "status", "at", "channel")
PROCESS = ("greeted", "scanned", "paid", "completed")
SETTLED = 0.85


@frozen
class Habit:
    """How one store works of its own accord.

    Attributes:
        queue_s: Mean seconds until a customer is greeted.
        step_s: Mean seconds of each later step.
        forgets: Share of checkouts that skip the greeting.
        swaps: Share of checkouts that take the money before everything is scanned.
        abandons: Share of customers who leave before they pay.
    """

    queue_s: float
    step_s: float
    forgets: float
    swaps: float
    abandons: float


STANDARD_HABIT = Habit(queue_s=55, step_s=38, forgets=0.03, swaps=0.01, abandons=0.01)


def habits(random: Random) -> dict[str, Habit]:
    """Draw every store's own way of working."""
    return {
        f"store-{number:02d}": Habit(
            queue_s=random.uniform(60, 260),
            step_s=random.uniform(35, 95),
            forgets=random.uniform(0.05, 0.6),
            swaps=random.uniform(0.0, 0.35),
            abandons=random.uniform(0.01, 0.08),
        )
        for number in range(1, STORES + 1)
    }


def blend(own: Habit, share: float) -> Habit:
    """Mix a store's own habit with the standard process; ``share`` is how far the standard has settled in, 0 to 1."""

    def mixed(mine: float, theirs: float) -> float:
        return mine + (theirs - mine) * share

    return Habit(
        queue_s=mixed(own.queue_s, STANDARD_HABIT.queue_s),
        step_s=mixed(own.step_s, STANDARD_HABIT.step_s),
        forgets=mixed(own.forgets, STANDARD_HABIT.forgets),
        swaps=mixed(own.swaps, STANDARD_HABIT.swaps),
        abandons=mixed(own.abandons, STANDARD_HABIT.abandons),
    )


def checkout(random: Random, habit: Habit, opened: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Play one checkout as (activity, status, instant); an abandoned one ends open."""
    at = opened
    yield "queued", "awaiting", at
    steps = list(PROCESS)
    if random.random() < habit.swaps:
        steps[1], steps[2] = steps[2], steps[1]
    if random.random() < habit.abandons:
        steps = steps[:1]
    for step in steps:
        mean = habit.queue_s if step == "greeted" else habit.step_s
        at += timedelta(seconds=round(max(3.0, random.gauss(mean, mean * 0.35))))
        if step == "greeted" and random.random() < habit.forgets:
            continue
        yield step, "resolved" if step == "completed" else "in_progress", at


def rows(seed: int = SEED) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Give the log's rows, the same for the same seed, checkouts one after another."""
    random = Random(seed)  # noqa: S311 - a repeatable story, no secret
    for store, own in habits(random).items():
        for day in range(DAYS_BEFORE + DAYS_AFTER):
            settled = SETTLED * min(1.0, max(0, day - DAYS_BEFORE + 1) / 7)
            habit = blend(own, settled)
            for number in range(CHECKOUTS_A_DAY):
                opened = STARTS + timedelta(days=day, minutes=number * 75 + random.randrange(60))
                name = f"{store}-{day:02d}-{number:02d}"
                for activity, status, at in checkout(random, habit, opened):
                    yield name, store, activity, status, at.isoformat(), "site_desk"


def write_log(path: Path, seed: int = SEED) -> int:
    """Write the log as CSV with a header and tell how many rows it has."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows(seed), start=1):  # noqa: B007 - the last count is the answer
            writer.writerow(row)
    return count
