"""Upgrades from older versions to one that holds, remembered, and what overlays of others say there meanwhile."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.standards.merging.policy import Upgrade, moved
from core.standards.merging.ways import concerned
from core.standards.policy.numbers import parse_number
from core.standards.policy.overlays import Overlay, Version

MOST: Final = 32
"""Upgrades that one process remembers: the same few serve every tenant of a network."""

_known: OrderedDict[tuple[object, ...], Upgrade] = OrderedDict()


def upgrade_into(version: Version, versions: Iterable[Version], bases: Collection[UUID | None]) -> Upgrade:
    """Give the upgrade into a version from those that adaptations were laid over, and remember it.

    Args:
        version: The version.
        versions: All that are known, itself among them.
        bases: The versions that adaptations were laid over.
    """
    ordered = sorted(versions, key=lambda one: parse_number(one.content.number))
    chain = concerned(ordered, {version.id, *(one for one in bases if one is not None)})
    key = (version.id, *((one.id, one.hash, one.withdrawn_at) for one in chain))
    if key not in _known:
        into = next(i for i, one in enumerate(chain) if one.id == version.id)
        _known[key] = Upgrade(chain[0], version, chain[1:into], chain[into + 1 :])
        if len(_known) > MOST:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return _known[key]


def standing_in(
    version: Version, versions: Sequence[Version], overlays: Sequence[Overlay], instant: datetime
) -> Sequence[Overlay]:
    """Give overlays as they stand in a version that their owners are not on yet, or on no longer.

    Whoever is on a version before the units above it keeps to what these laid, wherever its clauses are called
    otherwise. The rules are those by which the overlays will follow once their owners do; nothing is written.

    Args:
        version: The version.
        versions: Those that the overlays were laid over, and those on the ways from there.
        overlays: Overlays of the units above, of all times.
        instant: The instant asked about.
    """
    known = {one.id: one for one in (*versions, version)}
    alive = [one for one in overlays if one.span.end is None or instant < one.span.end]
    read = [one for one in alive if one.based_on in known]
    bases = {one.based_on for one in read}
    if not bases - {version.id}:
        return overlays
    upgrade = upgrade_into(version, known.values(), bases)
    followed = upgrade.settled(read, {one.owner_tenant_id for one in read}, instant)
    there = upgrade.defined[version.id]
    return [
        *(one for one in alive if one.based_on not in known),
        *(moved(one, one.site) for one in followed if one.site is not None and not one.retyped),
        *(
            one.overlay
            for one in followed
            if (one.site is None or one.retyped) and (one.overlay.clause_key, one.overlay.parameter_key) not in there
        ),
    ]
