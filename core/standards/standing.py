"""What holds for a tenant now, remembered for as long as nothing that bears on it changes.

One small statement asks for figures of all that bears on it; nothing is folded again while they are the same. A
statement that writes may ask as well, and take what is remembered where it still holds.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.conditions import Condition
from core.kernel.frozen import frozen
from core.kernel.unit import Act, Unit
from core.standards.bearing import Bearing, bearing_on, still_bears
from core.standards.errors import NoStandardInForce
from core.standards.gather import lineage_at
from core.standards.policy.spans import Span
from core.standards.policy.view import EffectivePeriod
from core.standards.resolve import effective_for_import

MOST: Final = 10_000
"""Tenants times standards that one process remembers, some hundred bytes each."""


@frozen
class Holding:
    """What records pin.

    Attributes:
        hash: Hash of the effective document, which is kept.
        version: The published version it was folded from.
        span: While it holds.
    """

    hash: str
    version: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What held for a tenant when it was asked for last; while it is remembered, it is the same object.

    Attributes:
        code: The standard.
        bearing: What bore on it.
        holding: What held.
    """

    code: str
    bearing: Bearing
    holding: Holding

    def conditions(self, act: Act) -> Sequence[Condition]:
        """Give the conditions under which it holds now."""
        same = still_bears(act, self.code, self.bearing, self.holding.hash)
        if act.directory is None:
            return (same,)
        return (same, act.directory.still_placed(act.network_id, self.bearing.lineage, act.now))


_known: OrderedDict[tuple[UUID, str], Remembered] = OrderedDict()


async def holding_at(unit: Unit, code: str, at: datetime) -> Holding:
    """Find what holds for the tenant at an instant; see :func:`holdings_at`.

    Raises:
        NoStandardInForce: No version holds at that instant.
    """
    found = await holdings_at(unit, [code], at)
    if code not in found:
        raise NoStandardInForce(standard=code, at=at)
    return found[code]


async def holdings_at(unit: Unit, codes: Collection[str], at: datetime) -> dict[str, Holding]:
    """Find what holds for the tenant at an instant, and see that the documents are kept for records to pin.

    Args:
        unit: The tenant.
        codes: The standards; what bears on all of them is asked for at once.
        at: The instant; what was found last is remembered, so this is for records that are opened now.

    Returns:
        By standard; there is no entry for one of which no version holds at that instant.
    """
    lineage = tuple(await lineage_at(unit, at))
    if not set(lineage) <= set(unit.scope.lineage):  # It has moved, and sees less here than bears on it.
        folded = {code: await fold(unit, code, at) for code in codes}
        return {code: one for code, one in folded.items() if one is not None}
    before = {code: _known.get((unit.tenant_id, code)) for code in codes}
    bearing = await bearing_on(unit, {code: one.holding.hash if one else "" for code, one in before.items()}, lineage)
    found: dict[str, Holding] = {}
    for code, (bears, kept) in bearing.items():
        known = before[code]
        if known is not None and kept and known.bearing == bears and known.holding.span.holds(at):
            found[code] = known.holding
        elif bears.above[0] and (folded := await fold(unit, code, at)) is not None:
            found[code] = folded
            if (await bearing_on(unit, {code: ""}, lineage))[code][0] == bears:  # Nobody published in between.
                remember((unit.tenant_id, code), bears, folded)
    return found


def remembered(act: Act, code: str) -> Remembered | None:
    """Give what held for the tenant when it was asked for last.

    There is none where nothing is remembered of the place in the tree that the act's scope names.
    """
    known = _known.get((act.tenant_id, code))
    if known is None or known.bearing.lineage != act.scope.lineage or not known.holding.span.holds(act.now):
        return None
    return known


async def fold(unit: Unit, code: str, at: datetime) -> Holding | None:
    """Fold what holds at an instant, where a version does."""
    try:
        return holding_of(await effective_for_import(unit, code, at))
    except NoStandardInForce:
        return None


def holding_of(period: EffectivePeriod) -> Holding:
    """Keep of a period what records pin."""
    return Holding(period.view.hash, period.view.version, period.span)


def remember(key: tuple[UUID, str], bearing: Bearing, holding: Holding) -> None:
    """Remember what holds, and forget what was found longest ago."""
    _known[key] = Remembered(key[1], bearing, holding)
    _known.move_to_end(key)
    if len(_known) > MOST:
        _known.popitem(last=False)
