"""What a plan of waves must be like, before anything is asked of a database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.standards.rollouts.errors import PercentagesExceed, TenantInTwoWaves, TenantIsNotBelow
from core.standards.rollouts.vocabulary import NO_GATE, RolloutMode, WaveKind

MOST_WAVES: Final = 50
MOST_NAMED: Final = 500
LONGEST_NAME: Final = 200
WHOLE: Final = 100
LONGEST_WAIT: Final = 10 * 366 * 86_400
REMINDER_DAYS: Final = (14, 7, 1)
"""How many days before a deadline units are reminded, where a plan says nothing else."""
MOST_REMINDERS: Final = 20


@frozen(kw_only=True)
class WavePlan:
    """One wave as it is asked for.

    Attributes:
        name: What it is called.
        kind: How it is said who is in it.
        tenants: The units named, or the regions: units at or below each of them.
        percentage: For a percentage, from 1 to 100.
        mode: What its beginning does.
        gate: Key of the gate that must hold before the next wave.
        starts_at: When it is to begin.
        starts_after: How many seconds after the wave before; by hand where neither is given, but for the first wave.
        deadline_at: When units adopt by default.
        deadline_after: How many seconds after its beginning they do.
    """

    name: str
    kind: WaveKind
    tenants: tuple[UUID, ...] = ()
    percentage: int | None = None
    mode: RolloutMode = RolloutMode.ENFORCED
    gate: str = NO_GATE
    starts_at: datetime | None = None
    starts_after: int | None = None
    deadline_at: datetime | None = None
    deadline_after: int | None = None


def check_plan(waves: Sequence[WavePlan], below: Collection[UUID]) -> None:
    """Refuse a plan that is not well formed.

    Args:
        waves: The waves in their order.
        below: All units below the publisher.

    Raises:
        InvalidInput: A wave is not well formed, or the rest is not the last one and only there.
        TenantInTwoWaves: A unit is named twice.
        TenantIsNotBelow: A tenant that is named is no unit below.
        PercentagesExceed: The percentages add up to more than 100.
    """
    if not 1 <= len(waves) <= MOST_WAVES:
        raise InvalidInput(field="waves", problem=f"a rollout has from 1 to {MOST_WAVES} waves")
    for place, wave in enumerate(waves):
        check_wave(f"waves.{place}", wave, last=place == len(waves) - 1)
    check_named(waves, below)
    total = sum(wave.percentage or 0 for wave in waves)
    if total > WHOLE:
        raise PercentagesExceed(total=total)


def check_wave(field: str, wave: WavePlan, *, last: bool) -> None:
    """Refuse a wave that is not well formed."""
    if not wave.name.strip() or len(wave.name) > LONGEST_NAME or "\0" in wave.name:
        raise InvalidInput(field=f"{field}.name", problem=f"a wave has a name of at most {LONGEST_NAME} characters")
    if last is not (wave.kind is WaveKind.REST):
        raise InvalidInput(field=f"{field}.kind", problem="the last wave is the rest, and no other one is")
    if last and wave.gate != NO_GATE:
        raise InvalidInput(field=f"{field}.gate", problem="nothing comes after the last wave that a gate could guard")
    names = wave.kind in {WaveKind.TENANTS, WaveKind.REGIONS}
    if names is not bool(wave.tenants) or len(wave.tenants) > MOST_NAMED:
        raise InvalidInput(
            field=f"{field}.tenants", problem=f"waves of units or regions name from 1 to {MOST_NAMED}, others none"
        )
    percent = wave.percentage
    if (wave.kind is WaveKind.PERCENTAGE) is (percent is None) or not 1 <= (1 if percent is None else percent) <= WHOLE:
        raise InvalidInput(field=f"{field}.percentage", problem="a percentage from 1 to 100, for such a wave alone")
    check_times(field, wave)


def check_times(field: str, wave: WavePlan) -> None:
    """Refuse times that contradict each other or have no zone."""
    for name, instant, seconds in (
        ("starts", wave.starts_at, wave.starts_after),
        ("deadline", wave.deadline_at, wave.deadline_after),
    ):
        if instant is not None and seconds is not None:
            raise InvalidInput(field=f"{field}.{name}At", problem="give an instant or a wait, not both")
        if instant is not None and instant.tzinfo is None:
            raise InvalidInput(field=f"{field}.{name}At", problem="an instant needs a zone")
        if seconds is not None and not 0 <= seconds <= LONGEST_WAIT:
            raise InvalidInput(field=f"{field}.{name}After", problem="a wait is from 0 seconds to ten years")


def check_named(waves: Sequence[WavePlan], below: Collection[UUID]) -> None:
    """Refuse tenants that are no units below, and units that are named twice."""
    known, seen = set(below), dict[UUID, str]()
    for wave in waves:
        for tenant in wave.tenants:
            if tenant not in known:
                raise TenantIsNotBelow(tenant=tenant)
            if wave.kind is WaveKind.TENANTS and tenant in seen:
                raise TenantInTwoWaves(tenant=tenant, waves=(seen[tenant], wave.name))
            if wave.kind is WaveKind.TENANTS:
                seen[tenant] = wave.name


def checked_reminders(days: Sequence[int]) -> list[int]:
    """Give the days before a deadline in order, the earliest reminder first."""
    if len(days) > MOST_REMINDERS or any(not 0 <= day <= LONGEST_WAIT // 86_400 for day in days):
        raise InvalidInput(field="reminderDays", problem=f"at most {MOST_REMINDERS} whole numbers of days, 0 or more")
    return sorted(set(days), reverse=True)
