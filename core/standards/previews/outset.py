"""What a new version would change for all tenants on one version right below the same levels.

Most tenants adapt a few places of many. What holds everywhere else is the same for all of them, so it is compared once,
and for each tenant those places alone are folded again that it has adapted, or where what it adapted went.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.standards.merging.policy import Arrival, Followed, Upgrade, moved
from core.standards.merging.upgrades import standing_in, waivers_followed, waivers_standing_in
from core.standards.policy.content import StandardContent, address
from core.standards.policy.fold import Above, EffectiveStandard
from core.standards.policy.lineage import Lineage, Site
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.waived import Waived, waive
from core.standards.previews.outlook import LimitChange, Outlook
from core.standards.vocabulary import ClauseKind, ParameterType

NOBODY: Final = UUID(int=0)
"""Stands for any tenant that has adapted nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Places of the version before with those they become: no place of another family becomes any of these."""

    before: list[Site]
    after: list[Site]


class Outset:
    """Where many tenants stand before a new version: the same version, the same levels above."""

    def __init__(
        self, upgrade: Upgrade, current: Version, above: Sequence[Overlay], lineage: Sequence[UUID], instant: datetime
    ) -> None:
        """Work out what is the same for all of them.

        Args:
            upgrade: The way into the new version.
            current: The version they are on.
            above: Overlays of the levels above.
            lineage: The levels above, root first.
            instant: The instant that is looked at.
        """
        self.current, self.known = current, list(upgrade.versions.values())
        self.overlays = standing_in(current, self.known, above, instant)
        self.lineage, self.instant = lineage, instant
        self.arrival = Arrival(upgrade, above, lineage, instant)
        self.before, self.after = Above(current, self.overlays, lineage, instant), self.arrival.above(instant)
        self.onward: Lineage = upgrade.onward.get(current.id, {})
        self.families = families(limit_sites(current.content), limit_sites(upgrade.new.content), self.onward)
        self.family_before = {site: i for i, one in enumerate(self.families) for site in one.before}
        self.family_after = {site: i for i, one in enumerate(self.families) for site in one.after}
        self.changes: dict[int, Sequence[LimitChange]] = {}

    def outlook(self, tenant_id: UUID, own: Sequence[Overlay], waivers: Sequence[Waived]) -> Outlook:
        """Look at one tenant.

        Args:
            tenant_id: The tenant.
            own: Its overlays.
            waivers: Its waivers.
        """
        if not own and not waivers:
            return Outlook(tenant_id=tenant_id, merged=(), limits=self.limits({}))
        settled = self.arrival.settled(own, tenant_id)
        lifting = waivers_standing_in(self.current, self.known, waivers, self.instant)
        lifted = waivers_followed(self.arrival.upgrade, waivers, self.instant)
        touched = self.touched([*own, *lifting], settled, lifted)
        beside = [site for i in touched for site in self.families[i].after]
        there = self.arrival.fold(settled, tenant_id, self.instant, beside)
        merged = self.arrival.merged(settled, tenant_id, {self.instant: there})
        meant = [one for one in settled if not one.retyped]
        if len(meant) < len(settled):
            there = self.arrival.fold(meant, tenant_id, self.instant, beside)
        here = self.before.fold(own, tenant_id, [site for i in touched for site in self.families[i].before])
        if waivers:
            arrived = [moved(one, one.site) for one in meant if one.site is not None]
            here = self.waived(here, [*self.overlays, *own], lifting)
            there = self.waived(there, [*self.arrival.overlays, *arrived], lifted)
        return Outlook(
            tenant_id=tenant_id,
            merged=merged,
            lost=[one for one in lifted if one.lost is not None],
            limits=self.limits({i: list(self.compared(self.families[i], here, there)) for i in touched}),
        )

    def touched(self, own: Iterable[Overlay], settled: Iterable[Followed], lifted: Iterable[Waived]) -> Collection[int]:
        """Tell in which families a tenant has anything of its own, before or after."""
        laid = [(one.clause_key, one.parameter_key) for one in own]
        waived = [(one.clause_key, one.parameter_key) for one in lifted]
        arrived = [one.site for one in settled if one.site is not None]
        before = {self.family_before[site] for site in laid if site in self.family_before}
        return before | {self.family_after[site] for site in (*waived, *arrived) if site in self.family_after}

    def limits(self, own: Mapping[int, Sequence[LimitChange]]) -> list[LimitChange]:
        """List all limits that change: those of a tenant's own in the place of what is the same for all."""
        return [
            change for i in range(len(self.families)) for change in (own[i] if i in own else self.changes_for_all(i))
        ]

    def changes_for_all(self, number: int) -> Sequence[LimitChange]:
        """List the limits of one family that change where nobody right below has anything of its own."""
        if number not in self.changes:
            family = self.families[number]
            here, there = self.before.fold((), NOBODY, family.before), self.after.fold((), NOBODY, family.after)
            self.changes[number] = list(self.compared(family, here, there))
        return self.changes[number]

    def compared(self, family: Family, here: EffectiveStandard, there: EffectiveStandard) -> Iterator[LimitChange]:
        """Compare what holds with what would hold in one family, wherever a place went."""
        after = {(site, one.variant): one.value for site in family.after for one in there.at(site)}
        told: set[tuple[Site, str]] = set()
        for site in family.before:
            for found in here.at(site):
                value, variant = found.value, found.variant
                reached = [(one, variant) for one in self.onward.get(site, ()) if (one, variant) in after]
                told.update(reached)
                if not reached:
                    yield LimitChange(place=address(*site), variant=variant, before=value, after=None)
                for one in reached:
                    if after[one] != value:
                        yield LimitChange(place=address(*one[0]), variant=variant, before=value, after=after[one])
        for one, value in after.items():
            if one not in told:
                yield LimitChange(place=address(*one[0]), variant=one[1], before=None, after=value)

    def waived(
        self, standard: EffectiveStandard, overlays: Sequence[Overlay], waivers: Iterable[Waived]
    ) -> EffectiveStandard:
        """Lay a tenant's waivers over what holds without them."""
        lifting = [one for one in waivers if (one.clause_key, one.parameter_key) in standard.values]
        return waive(standard, lifting, overlays, [*self.lineage, standard.tenant_id], self.instant)


def families(before: Sequence[Site], after: Sequence[Site], onward: Lineage) -> list[Family]:
    """Part places into families, in reading order; those that only the new version has come last."""
    found: list[Family] = []
    of: dict[Site, Family] = {}
    there = frozenset(after)
    for site in before:
        reached = [one for one in onward.get(site, ()) if one in there]
        joined = list(dict.fromkeys(of[one] for one in reached if one in of))
        mine = joined[0] if joined else Family([], [])
        if not joined:
            found.append(mine)
        for other in joined[1:]:
            mine.before.extend(other.before)
            mine.after.extend(other.after)
            found.remove(other)
        mine.before.append(site)
        mine.after.extend(one for one in reached if one not in of)
        of.update(dict.fromkeys(mine.after, mine))
    return [*found, *(Family([], [site]) for site in after if site not in of)]


def limit_sites(content: StandardContent) -> list[Site]:
    """List the places of clocks and limits: durations, and every value of a clause that is a limit."""
    return [
        (clause.key, parameter.key)
        for clause, parameter in content.parameters()
        if clause.kind is ClauseKind.LIMIT or parameter.type is ParameterType.DURATION
    ]
