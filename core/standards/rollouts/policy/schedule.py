"""When waves begin, when their version is in force, and how they stand from an instant on: functions of the plan.

A wave begins when it is due and the gate of the wave before it has been passed, in whatever order the two happen. As
soon as both are known, so is the beginning, and it is written down ahead: what holds then waits for nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.spans import Span
from core.standards.rollouts.models import RolloutWave
from core.standards.rollouts.vocabulary import NO_GATE, Phase, RolloutMode


@frozen(kw_only=True)
class Standing:
    """How a wave stands during a span."""

    phase: Phase
    span: Span
    halted: bool = False
    planned_at: datetime | None = None
    deadline: datetime | None = None
    enforced_from: datetime | None = None


def beginnings(waves: Sequence[RolloutWave], now: datetime, floor: datetime) -> dict[UUID, datetime | None]:
    """Tell when each wave begins, as far as that is known; what has begun stays as it is.

    Args:
        waves: The waves in their order.
        now: The instant; nothing begins before it.
        floor: When the version starts; nothing begins before it.
    """
    found: dict[UUID, datetime | None] = {}
    before: RolloutWave | None = None
    for wave in waves:
        if wave.rolled_back_at is not None or (wave.begins_at is not None and wave.begins_at <= now):
            found[wave.id] = wave.begins_at
        else:
            opened = floor if before is None else opened_at(before, found[before.id])
            due = due_at(wave, floor if before is None else found[before.id], first=before is None)
            found[wave.id] = None if opened is None or due is None else max(due, opened, now, floor)
        before = wave
    return found


def opened_at(before: RolloutWave, began: datetime | None) -> datetime | None:
    """Tell since when the way to the next wave is open."""
    if began is None or before.rolled_back_at is not None:
        return None
    return began if before.gate == NO_GATE else before.gate_passed_at


def due_at(wave: RolloutWave, before: datetime | None, *, first: bool) -> datetime | None:
    """Tell when a wave is due, its gate aside; empty where it begins by hand."""
    if wave.starts_at is not None:
        return wave.starts_at
    if wave.starts_after is None:
        return before if first else None
    return None if before is None else before + timedelta(seconds=wave.starts_after)


def deadline_of(wave: RolloutWave, begins_at: datetime | None) -> datetime | None:
    """Tell the deadline of a wave that begins at an instant."""
    if begins_at is None or wave.deadline_after is None:
        return wave.deadline_at
    return begins_at + timedelta(seconds=wave.deadline_after)


def in_force(waves: Sequence[RolloutWave]) -> dict[UUID, datetime | None]:
    """Tell since when the version is in force for each wave, as far as that is known.

    A wave that only looks on or asks is in force at its deadline; without one, when the last wave is.
    """
    last = own_force(waves[-1])
    found: dict[UUID, datetime | None] = {}
    for wave in waves:
        found[wave.id] = own_force(wave)
        open_ended = wave.mode != RolloutMode.ENFORCED and wave.deadline is None
        if open_ended and last is not None and wave.begins_at is not None and wave.rolled_back_at is None:
            found[wave.id] = max(wave.begins_at, last)
    return found


def own_force(wave: RolloutWave) -> datetime | None:
    """Tell since when it is in force for a wave by what the wave itself says."""
    if wave.begins_at is None or wave.rolled_back_at is not None:
        return None
    if wave.mode == RolloutMode.ENFORCED:
        return wave.begins_at
    return None if wave.deadline is None else max(wave.begins_at, wave.deadline)


def over_at(waves: Sequence[RolloutWave]) -> datetime | None:
    """Tell when a rollout is over: once it is in force everywhere and every deadline has passed."""
    ends = [*in_force(waves).values()]
    if any(one is None for one in ends):
        return None
    return max(one for one in (*ends, *(wave.deadline for wave in waves)) if one is not None)


def standings(
    wave: RolloutWave, forces: Mapping[UUID, datetime | None], since: datetime, halted_at: datetime | None
) -> list[Standing]:
    """Tell how a wave stands from an instant on.

    Args:
        wave: The wave.
        forces: Since when it is in force, by wave.
        since: The instant.
        halted_at: Since when the rollout is halted: what would come into force after that does not.
    """
    halted = halted_at is not None
    ever = Span(since)
    if wave.rolled_back_at is not None:
        return [Standing(phase=Phase.ROLLED_BACK, span=ever, halted=halted)]
    begins = wave.begins_at
    waiting = Standing(phase=Phase.WAITING, span=ever, halted=halted, planned_at=begins or wave.starts_at)
    if begins is None:
        return [waiting]
    begun = Standing(
        phase=Phase.BEGUN,
        span=Span(max(begins, since)),
        halted=halted,
        deadline=unless_later(wave.deadline, halted_at),
        enforced_from=unless_later(forces[wave.id], halted_at),
    )
    return [begun] if begins <= since else [replace(waiting, span=Span(since, begins)), begun]


def unless_later(instant: datetime | None, halted_at: datetime | None) -> datetime | None:
    """Give an instant, unless a halt came before it."""
    return None if instant is not None and halted_at is not None and instant > halted_at else instant
