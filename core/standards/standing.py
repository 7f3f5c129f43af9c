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
from core.kernel.unit import Act, Unit
from core.standards.bearing import Bearing, bearing_on, still_bears
from core.standards.errors import NoStandardInForce
from core.standards.gather import lineage_at
from core.standards.policy.spans import Span
from core.standards.policy.view import EffectivePeriod
from core.standards.resolve import effective_for_import

MOST: Final = 10_000
"""Tenants times standards that one process remembers, some hundred bytes each."""


@dataclass(frozen=True, slots=True)
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


_known: OrderedDict[tuple[UUID, str], tuple[Bearing, Holding]] = OrderedDict()


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
    bearing = await bearing_on(unit, {code: one[1].hash if one else "" for code, one in before.items()}, lineage)
    found: dict[str, Holding] = {}
    for code, (bears, kept) in bearing.items():
        known = before[code]
        if known is not None and kept and known[0] == bears and known[1].span.holds(at):
            found[code] = known[1]
        elif bears.above[0] and (folded := await fold(unit, code, at)) is not None:
            found[code] = folded
            if (await bearing_on(unit, {code: ""}, lineage))[code][0] == bears:  # Nobody published in between.
                remember((unit.tenant_id, code), bears, folded)
    return found


def remembered(act: Act, code: str) -> tuple[Holding, Sequence[Condition]] | None:
    """Give what held for the tenant when it was asked for last, and the conditions under which it holds now.

    There is none where nothing is remembered of the place in the tree that the act's scope names.
    """
    bears, holding = _known.get((act.tenant_id, code), (None, None))
    if bears is None or holding is None or bears.lineage != act.scope.lineage or not holding.span.holds(act.now):
        return None
    same = still_bears(act, code, bears, holding.hash)
    if act.directory is None:
        return holding, (same,)
    return holding, (same, act.directory.still_placed(act.network_id, bears.lineage, act.now))


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
    _known[key] = (bearing, holding)
    _known.move_to_end(key)
    if len(_known) > MOST:
        _known.popitem(last=False)
