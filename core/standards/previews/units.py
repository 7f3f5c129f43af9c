"""The units that a preview looks at, in the order of their ids, read once for many chunks."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.unit import Unit

MOST: Final = 4
"""Previews of whole networks whose units one process remembers; some twenty bytes a unit."""

_remembered: OrderedDict[UUID, Sequence[UUID]] = OrderedDict()


async def units_looked_at(unit: Unit, at: datetime) -> Sequence[UUID]:
    """Name the units that a preview looks at, in the order of their ids.

    Elsewhere than at headquarters these are below now as well as at the instant: what a unit does that has gone, or has
    not come yet, is not for those it has left or will come to.
    """
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, at)
    if unit.scope.is_root:
        return sorted(below)
    return sorted({*below} & {*await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)})


async def next_units(
    unit: Unit, preview_id: UUID, at: datetime, after: UUID | None, most: int
) -> tuple[Sequence[UUID], int]:
    """Name the next of them behind one, and tell how many come behind it.

    Whoever is below headquarters stays in the network, so chunk after chunk is taken from what was read for the first;
    for the last it is read again, and shows those that were placed meanwhile. Below others it is read anew each time,
    because a unit that has left is not looked at any more.

    Args:
        unit: The tenant that looks.
        preview_id: The preview.
        at: The instant it looks at.
        after: The unit that was looked at last; none at the beginning.
        most: How many are looked at together.
    """
    known = _remembered.get(preview_id, ()) if after is not None and unit.scope.is_root else ()
    if len(known) - place_of(known, after) <= most:
        known = await units_looked_at(unit, at)
        if unit.scope.is_root:
            remember(preview_id, known)
    begin = place_of(known, after)
    return known[begin : begin + most], len(known) - begin


def place_of(units: Sequence[UUID], after: UUID | None) -> int:
    """Tell how many of units in order do not come behind one."""
    return 0 if after is None else bisect_right(units, after)


def remember(preview_id: UUID, units: Sequence[UUID]) -> None:
    """Remember the units of a preview, and forget those of the one that was read longest ago."""
    _remembered[preview_id] = units
    _remembered.move_to_end(preview_id)
    while len(_remembered) > MOST:
        _remembered.popitem(last=False)
