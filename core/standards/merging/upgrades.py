"""Upgrades from older versions to one that holds, remembered, and what overlays of others say there meanwhile."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.merging.policy import Followed, Upgrade, moved
from core.standards.merging.ways import concerned
from core.standards.policy.lineage import Site
from core.standards.policy.numbers import parse_number
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.waived import Waived
from core.standards.vocabulary import Outcome


@frozen(kw_only=True)
class Whereabouts:
    """Where a place of an older version stands in a newer one.

    Attributes:
        site: The one place that it is there, if there is one.
        onward: Every place that it became.
        retyped: Whether a value there has another type, or another unit.
    """

    site: Site | None
    onward: tuple[Site, ...]
    retyped: bool = False


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


def waivers_standing_in(
    version: Version, versions: Iterable[Version], waivers: Sequence[Waived], instant: datetime
) -> list[Waived]:
    """Give a tenant's waivers that hold at an instant as they stand in a version, by the rules of adaptations.

    A waiver is granted for a place of the version that was asked about. Where that place is called otherwise it goes
    along; where it is gone, or no longer one place, or its value counts something else, it says so and lifts nothing.

    Args:
        version: The version.
        versions: Those that the waivers were granted under, and those on the ways from there.
        waivers: Waivers of one tenant, of all times.
        instant: The instant asked about.
    """
    holding = [one for one in waivers if one.span.holds(instant)]
    known = {one.id: one for one in (*versions, version)}
    bases = {one.based_on for one in holding if one.based_on in known}
    if not bases - {version.id}:
        return holding
    upgrade = upgrade_into(version, known.values(), bases)
    return waivers_followed(upgrade, holding, instant)


def waivers_followed(upgrade: Upgrade, waivers: Sequence[Waived], instant: datetime) -> list[Waived]:
    """Give a tenant's waivers that hold at an instant as they stand in the version an upgrade leads to."""
    holding = {one.id: one for one in waivers if one.span.holds(instant)}
    read = [one for one in holding.values() if one.based_on in upgrade.versions]
    followed = upgrade.settled(read, {one.owner_tenant_id for one in read}, instant)
    there = {one.overlay.id: waiver_arrived(one, holding[one.overlay.id]) for one in followed}
    return [there.get(one.id, one) for one in holding.values()]


def waiver_arrived(followed: Followed, waiver: Waived) -> Waived:
    """Give a waiver where its place stands now, or say that it stands nowhere."""
    if followed.site is None:
        return replace(waiver, lost=Outcome.ORPHANED)
    clause, parameter = followed.site
    lost = Outcome.WRONG_TYPE if followed.retyped else None
    return replace(waiver, clause_key=clause, parameter_key=parameter, lost=lost)


def place_in(version: Version, versions: Iterable[Version], based_on: UUID, place: Site) -> Whereabouts:
    """Tell where a place of one version stands in another.

    Args:
        version: The other one.
        versions: The one that names the place, and those on the way from there.
        based_on: The one that names the place; where it is none of those given the place is taken as it is.
        place: The clause and the parameter.
    """
    known = {one.id: one for one in (*versions, version)}
    if based_on == version.id or based_on not in known:
        return Whereabouts(site=place, onward=(place,))
    upgrade = upgrade_into(version, known.values(), {based_on})
    base = upgrade.versions[based_on]
    site = upgrade.site(base, place)
    retyped = site is not None and upgrade.retyped(base, place, site)
    return Whereabouts(site=site, onward=upgrade.onward[based_on].get(place, ()), retyped=retyped)
