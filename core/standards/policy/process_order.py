"""In which order steps come: who comes directly before whom, and whether that leads in a circle."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from core.standards.policy.process import ProcessStep

Before: TypeAlias = Mapping[str, frozenset[str]]
"""For every step, the steps directly before it."""


def predecessors(steps: Sequence[ProcessStep]) -> dict[str, frozenset[str]]:
    """Say which steps come directly before each: those it names, else all of the next lower position."""
    at: dict[int, set[str]] = {}
    for step in steps:
        at.setdefault(step.position, set()).add(step.key)
    positions = sorted(at)
    lower = dict(zip(positions, [set[str](), *(at[one] for one in positions)], strict=False))
    return {step.key: frozenset(lower[step.position] if step.after is None else step.after) for step in steps}


def in_order(before: Before, rank: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """List steps so that each comes after those before it, and otherwise by rank.

    Returns:
        The steps; those that stand in a circle, or after one, are left out.
    """
    waiting = dict(before)
    found: dict[str, None] = {}
    while waiting:
        ready = [key for key, earlier in waiting.items() if earlier <= found.keys()]
        if not ready:
            break
        chosen = min(ready, key=lambda key: rank[key])
        found[chosen] = None
        del waiting[chosen]
    return tuple(found)


def circling(before: Before) -> tuple[str, ...]:
    """Find the steps that come before themselves, by way of others or not; none where there are no such."""
    above = ancestors(before)
    return tuple(sorted(key for key in before if key in above[key]))


def ancestors(before: Before) -> dict[str, frozenset[str]]:
    """Find all steps that come before each, directly or by way of others."""
    found: dict[str, frozenset[str]] = {}
    for start in before:
        seen: set[str] = set()
        ahead = set(before[start])
        while ahead:
            seen |= ahead
            ahead = {one for key in ahead for one in before.get(key, ())} - seen
        found[start] = frozenset(seen)
    return found


def bands(order: Sequence[str], before: Before) -> dict[str, int]:
    """Number steps so that those of a lower number all come before those of a higher one.

    Steps of one number stand in no order that numbers could tell. Where all order comes from positions, numbers grow as
    positions do.

    Args:
        order: The steps, each after those before it.
        before: Who comes directly before whom.
    """
    above = ancestors(before)
    found: dict[str, int] = {}
    earlier: set[str] = set()
    number, later = 1, _least_common(order, above)
    for at, key in enumerate(order):
        if earlier and earlier <= later[at]:
            number += 1
        found[key] = number
        earlier.add(key)
    return found


def _least_common(order: Sequence[str], above: Before) -> list[frozenset[str]]:
    """For every place in an order, find what comes before all steps from there on."""
    found: list[frozenset[str]] = []
    shared: frozenset[str] | None = None
    for key in reversed(order):
        shared = above[key] if shared is None else shared & above[key]
        found.append(shared)
    return found[::-1]


def unknown(before: Before, known: Iterable[str]) -> list[tuple[str, str]]:
    """List steps with a step that they come after, but that is not there."""
    there = frozenset(known)
    return [(key, one) for key, earlier in before.items() for one in sorted(earlier - there)]
