"""What holds for a tenant now, remembered for as long as nothing that bears on it changes.

Rows that bear on a standard never change but for the end of being known, so the ids of those that are known say all:
where they are the same as before, so is what they fold to. One statement asks for them; nothing is folded again.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce
from core.standards.gather import lineage_at
from core.standards.policy.spans import Span
from core.standards.policy.view import EffectivePeriod
from core.standards.resolve import effective_for_import

MOST: Final = 10_000
"""Tenants times standards that one process remembers, some hundred bytes each."""
BEARING: Final = """
    SELECT asked.code,
      ARRAY(SELECT id FROM published_overlays
        WHERE network_id = $1 AND code = asked.code AND owner_tenant_id = ANY($5::uuid[]) AND recorded_to IS NULL
        ORDER BY id) AS above,
      ARRAY(SELECT id FROM adaptations
        WHERE tenant_id = $2 AND code = asked.code AND recorded_to IS NULL
        UNION ALL SELECT id FROM waiver_spans
        WHERE tenant_id = $2 AND code = asked.code AND recorded_to IS NULL ORDER BY id) AS own,
      ARRAY(SELECT id FROM rollout_stages
        WHERE network_id = $1 AND code = asked.code AND owner_tenant_id = ANY($5::uuid[]) AND recorded_to IS NULL
        ORDER BY id) AS stages,
      ARRAY(SELECT id FROM adoptions
        WHERE tenant_id = $2 AND code = asked.code AND recorded_to IS NULL ORDER BY id) AS adopted,
      EXISTS(SELECT FROM effective_documents WHERE tenant_id = $2 AND hash = asked.hash) AS kept
    FROM unnest($3::text[], $4::text[]) AS asked (code, hash)
"""


@dataclass(frozen=True, slots=True)
class Bearing:
    """All that bears on one standard in one tenant, by name.

    Attributes:
        lineage: The tenant and all above it, root first.
        above: Ids of what units of the lineage published, as known now.
        own: Ids of the tenant's own adaptations and of its waivers, as known now.
        stages: Ids of where the waves of rollouts stand, as known now; which wave the tenant is in never changes.
        adopted: Ids of the tenant's own adoptions, as known now.
    """

    lineage: tuple[UUID, ...]
    above: tuple[UUID, ...]
    own: tuple[UUID, ...]
    stages: tuple[UUID, ...]
    adopted: tuple[UUID, ...]


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
        elif bears.above and (folded := await fold(unit, code, at)) is not None:
            found[code] = folded
            if (await bearing_on(unit, {code: ""}, lineage))[code][0] == bears:  # Nobody published in between.
                remember((unit.tenant_id, code), bears, folded)
    return found


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


async def bearing_on(unit: Unit, hashes: Mapping[str, str], lineage: Sequence[UUID]) -> dict[str, tuple[Bearing, bool]]:
    """Name all that bears on some standards, by code, and tell whether the document of the hash given is kept."""
    asked = (list(hashes), list(hashes.values()))
    rows = await fetch(unit, BEARING, unit.network_id, unit.tenant_id, *asked, list(lineage))
    return {row["code"]: (Bearing(tuple(lineage), *ids_in(row)), row["kept"]) for row in rows}


def ids_in(row: Mapping[str, Sequence[UUID]]) -> Iterator[tuple[UUID, ...]]:
    """Give the ids of all that bears, in the order in which :class:`Bearing` has them."""
    return (tuple(row[name]) for name in ("above", "own", "stages", "adopted"))
