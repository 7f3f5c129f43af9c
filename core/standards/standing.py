"""What holds for a tenant now, remembered for as long as nothing that bears on it changes.

Rows that bear on a standard never change but for the end of being known, so the ids of those that are known say all:
where they are the same as before, so is what they fold to. One statement asks for them; nothing is folded again.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.standards.gather import lineage_at
from core.standards.policy.spans import Span
from core.standards.policy.view import EffectivePeriod
from core.standards.resolve import effective_for_import

MOST: Final = 10_000
"""Tenants times standards that one process remembers, some hundred bytes each."""
BEARING: Final = """
    SELECT
      ARRAY(SELECT id FROM published_overlays
        WHERE network_id = $1 AND code = $3 AND owner_tenant_id = ANY($4::uuid[]) AND recorded_to IS NULL
        ORDER BY id) AS above,
      ARRAY(SELECT id FROM adaptations
        WHERE tenant_id = $2 AND code = $3 AND recorded_to IS NULL ORDER BY id) AS own,
      EXISTS(SELECT FROM effective_documents WHERE tenant_id = $2 AND hash = $5) AS kept
"""


@dataclass(frozen=True, slots=True)
class Bearing:
    """All that bears on one standard in one tenant, by name.

    Attributes:
        lineage: The tenant and all above it, root first.
        above: Ids of what units of the lineage published, as known now.
        own: Ids of the tenant's own adaptations, as known now.
    """

    lineage: tuple[UUID, ...]
    above: tuple[UUID, ...]
    own: tuple[UUID, ...]


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
    """Find what holds for the tenant at an instant, and see that its document is kept for records to pin.

    Args:
        unit: The tenant.
        code: The standard.
        at: The instant; what was found last is remembered, so this is for records that are opened now.

    Raises:
        NoStandardInForce: No version holds at that instant.
    """
    lineage = tuple(await lineage_at(unit, at))
    if not set(lineage) <= set(unit.scope.lineage):  # It has moved, and sees less here than bears on it.
        return holding_of(await effective_for_import(unit, code, at))
    before, holding = _known.get((unit.tenant_id, code), (None, None))
    bearing, kept = await bearing_on(unit, code, lineage, holding.hash if holding else "")
    if holding is not None and kept and bearing == before and holding.span.holds(at):
        return holding
    found = holding_of(await effective_for_import(unit, code, at))
    if (await bearing_on(unit, code, lineage, ""))[0] == bearing:  # Nobody published or adapted in between.
        remember((unit.tenant_id, code), bearing, found)
    return found


def holding_of(period: EffectivePeriod) -> Holding:
    """Keep of a period what records pin."""
    return Holding(period.view.hash, period.view.version, period.span)


def remember(key: tuple[UUID, str], bearing: Bearing, holding: Holding) -> None:
    """Remember what holds, and forget what was found longest ago."""
    _known[key] = (bearing, holding)
    _known.move_to_end(key)
    if len(_known) > MOST:
        _known.popitem(last=False)


async def bearing_on(unit: Unit, code: str, lineage: Sequence[UUID], hash_: str) -> tuple[Bearing, bool]:
    """Name all that bears on a standard, and tell whether a document is kept."""
    (row,) = await fetch(unit, BEARING, unit.network_id, unit.tenant_id, code, list(lineage), hash_)
    return Bearing(tuple(lineage), tuple(row["above"]), tuple(row["own"])), row["kept"]
