"""The fold: what holds for one tenant at one instant, and why, as a pure function of overlays.

Overlays are folded from the root of the tree to the tenant, per parameter and variant. One that a bound excludes, whose
operator is not granted, whose type has changed or whose parameter is gone is suspended: the value received from above
holds.
Nothing here reads a clock or a database, and the order in which overlays are given does not matter.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import cast
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.bounds import Limits
from core.standards.policy.content import ClauseContent, ParameterContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.laying import Levels, Place, arranged, levels_below, places, published_slots
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.passing import Own, Slots, may_vary, opening, orphaned, pass_level
from core.standards.policy.slots import Judged, Slot, received
from core.standards.policy.variants import EVERYWHERE, Context, chosen, implied, in_order, rank
from core.standards.vocabulary import Operator, ParameterType, TimeUnit


@frozen(kw_only=True)
class EffectiveValue:
    """What holds for one parameter, or for the text of one clause.

    Attributes:
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        variant: The contexts it holds in, as ``policy/variants.py`` writes them; empty for all others.
        type: Type of the value; empty for a text per locale.
        unit: What the seconds of a duration count.
        value: What holds.
        published_value: What the published version says in those contexts.
        why: Every overlay that bears on it, from the root down, with what became of it.
        operators: What the tenant itself may do with it.
        limits: What it must then keep to.
    """

    clause_key: str
    parameter_key: str
    variant: str = EVERYWHERE
    type: ParameterType | None
    unit: TimeUnit | None
    value: JsonValue
    published_value: JsonValue
    why: tuple[Judged, ...]
    operators: frozenset[Operator]
    limits: Limits

    @property
    def address(self) -> str:
        """The parameter or clause in one text."""
        return address(self.clause_key, self.parameter_key)


@frozen(kw_only=True)
class EffectiveStandard:
    """What holds for one tenant at one instant.

    Attributes:
        version: The published version that was folded.
        tenant_id: The tenant.
        values: Every parameter in reading order, and the text of every clause that levels below may change or tried to,
            as it holds where no variant applies.
        variants: For parameters that have variants, each of them, the most specific first.
        orphans: Overlays of what the version does not have any more, and of variants that could not be added.
    """

    version: Version
    tenant_id: UUID
    values: Mapping[Place, EffectiveValue]
    variants: Mapping[Place, tuple[EffectiveValue, ...]]
    orphans: tuple[Judged, ...]

    def every(self) -> Iterator[EffectiveValue]:
        """List every value of every variant, in reading order."""
        for place, found in self.values.items():
            yield found
            yield from self.variants.get(place, ())

    def at(self, place: Place) -> Iterator[EffectiveValue]:
        """List the value at a place with its variants; nothing where it is not told."""
        if place in self.values:
            yield self.values[place]
            yield from self.variants.get(place, ())

    def text_of(self, clause: ClauseContent) -> Mapping[str, str]:
        """Give the text of a clause as it holds, per locale."""
        found = self.values.get((clause.key, ""))
        return clause.text if found is None else cast("Mapping[str, str]", found.value)

    def choose(self, place: Place, context: Context) -> EffectiveValue:
        """Choose the value that holds in a context."""
        known = {one.variant: one for one in self.variants.get(place, ())}
        return known.get(chosen(known, context), self.values[place])


Door = tuple[JsonValue, frozenset[Operator], Limits]


@frozen
class Received:
    """One value with its variants as a level receives it.

    Attributes:
        clause: The clause.
        parameter: The parameter; empty where the clause's text is meant.
        published: As the level right below the publisher receives it.
        slots: As this level does.
        why: What became of the overlays of the levels in between, by variant.
        doors: Per variant what is the same for all on this level: the published value, its operators and limits.
    """

    clause: ClauseContent
    parameter: ParameterContent | None
    published: Slots
    slots: Slots
    why: Mapping[str, Sequence[Judged]]
    doors: dict[str, Door] = field(default_factory=dict[str, "Door"])

    def door(self, variant: str) -> Door:
        """Give what is published of a variant, and what the level may do with it."""
        if variant not in self.doors:
            found = open_to(self.slots, variant)
            self.doors[variant] = nearest_in(self.published, variant).value, found.operators, received(found)
        return self.doors[variant]


Settled = tuple[tuple[EffectiveValue, ...], list[Judged]]
"""A value for all contexts followed by its variants, and the overlays of variants that could not be added."""


class Above:
    """What the levels above make of a version at an instant, worked out once for all tenants right below them.

    Every value is worked out when it is first asked for, and is the same for all tenants that lay nothing there.
    """

    def __init__(self, version: Version, overlays: Iterable[Overlay], above: Sequence[UUID], instant: datetime) -> None:
        """Take what bears on those below.

        Args:
            version: The published version that holds at the instant.
            overlays: Overlays of the levels above, in any order; those of other tenants or times are passed over.
            above: The levels above, root first.
            instant: The instant asked about.

        Raises:
            TwoOverlaysOfOneLevel: Overlays contradict each other.
        """
        self.version, self.instant = version, instant
        self.grants = version.owner_tenant_id in above
        self.levels = levels_below(above, version.owner_tenant_id)
        self.laid = arranged(overlays, frozenset(self.levels), instant)
        self.defined = {place: (clause, parameter) for place, clause, parameter in places(version.content)}
        self._received: dict[Place, Received] = {}
        self._untouched: dict[Place, Settled] = {}

    def fold(
        self, overlays: Iterable[Overlay], tenant_id: UUID, only: Collection[Place] | None = None
    ) -> EffectiveStandard:
        """Fold what a tenant right below laid itself.

        Args:
            overlays: Its overlays, in any order; those of other tenants or times are passed over.
            tenant_id: The tenant.
            only: Leave all other places out.

        Raises:
            TwoOverlaysOfOneLevel: Overlays contradict each other.
        """
        own = arranged(overlays, frozenset({tenant_id} if self.grants else ()), self.instant)
        values: dict[Place, EffectiveValue] = {}
        variants: dict[Place, tuple[EffectiveValue, ...]] = {}
        adrift: list[Judged] = []
        for place in self.defined if only is None else [one for one in only if one in self.defined]:
            if place not in own and not self.is_told(place):
                continue
            held, left = self.settled(place, own[place][tenant_id]) if place in own else self.untouched(place)
            values[place] = held[0]
            adrift += left
            if held[1:]:
                variants[place] = held[1:]
        return EffectiveStandard(
            version=self.version,
            tenant_id=tenant_id,
            values=values,
            variants=variants,
            orphans=(*adrift, *self.orphans(own, tenant_id)),
        )

    def is_told(self, place: Place) -> bool:
        """Tell whether a place is told where the tenant itself lays nothing: not a text that nobody may change."""
        return bool(place[1]) or bool(self.defined[place][0].operators) or place in self.laid

    def orphans(self, own: Mapping[Place, Levels], tenant_id: UUID) -> Iterator[Judged]:
        """List the overlays whose place the version does not have, in a fixed order."""
        for place in sorted({*self.laid, *own} - self.defined.keys()):
            by_level = {**self.laid.get(place, {}), **own.get(place, {})}
            for level in (*self.levels, tenant_id):
                for _, one in sorted(by_level.get(level, {}).items()):
                    yield from (orphaned(overlay) for _, overlay in sorted(one.items()))

    def received(self, place: Place) -> Received:
        """Give a value with its variants as tenants right below receive it."""
        if place not in self._received:
            clause, parameter = self.defined[place]
            published: Slots = published_slots(self.version, clause, parameter)
            slots, why = published, dict[str, list[Judged]]()
            for level in self.levels:
                own = self.laid.get(place, {}).get(level)
                if own is not None:
                    slots, told = pass_level(slots, own)
                    for variant, judged in told.items():
                        why.setdefault(variant, []).extend(judged)
            self._received[place] = Received(clause, parameter, published, slots, why)
        return self._received[place]

    def untouched(self, place: Place) -> Settled:
        """Give what holds where the tenant itself lays nothing."""
        if place not in self._untouched:
            self._untouched[place] = self.settled(place, {})
        return self._untouched[place]

    def settled(self, place: Place, own: Mapping[str, Own]) -> Settled:
        """Pass one value with its variants through the tenant's own level."""
        above = self.received(place)
        slots, told = pass_level(above.slots, own) if own else (above.slots, dict[str, list[Judged]]())
        why = {one: (*above.why.get(one, ()), *told.get(one, ())) for one in {**above.why, **told}}
        held = tuple(
            self.value(above, variant, slots[variant], why.pop(variant, ()))
            for variant in ([EVERYWHERE] if len(slots) == 1 else [EVERYWHERE, *in_order(slots.keys() - {EVERYWHERE})])
        )
        return held, [judged for variant in sorted(why) for judged in why[variant]]

    def value(self, above: Received, variant: str, slot: Slot, why: tuple[Judged, ...]) -> EffectiveValue:
        """Say what holds for one variant."""
        published, operators, limits = above.door(variant)
        return EffectiveValue(
            clause_key=above.clause.key,
            parameter_key="" if above.parameter is None else above.parameter.key,
            variant=variant,
            type=slot.type,
            unit=None if above.parameter is None else above.parameter.unit,
            value=slot.value,
            published_value=published,
            why=why,
            operators=operators if self.grants else frozenset(),
            limits=limits,
        )


def fold(
    version: Version, overlays: Iterable[Overlay], lineage: Sequence[UUID], instant: datetime
) -> EffectiveStandard:
    """Fold overlays into what holds for the last tenant of a lineage.

    Args:
        version: The published version that holds at the instant.
        overlays: Overlays of the standard, in any order; those of other tenants or times are passed over.
        lineage: The tenant and all above it, root first, the tenant last.
        instant: The instant asked about.

    Raises:
        TwoOverlaysOfOneLevel: Overlays contradict each other.
    """
    given = list(overlays)
    return Above(version, given, lineage[:-1], instant).fold(given, lineage[-1])


def slots_received(
    version: Version, overlays: Iterable[Overlay], lineage: Sequence[UUID], instant: datetime, place: Place
) -> Slots | None:
    """Give one value with its variants as the last tenant of a lineage receives it.

    Returns:
        A slot per variant, or nothing where the version has no such place.
    """
    opened = next((one for one in places(version.content) if one[0] == place), None)
    if opened is None:
        return None
    slots: Slots = published_slots(version, opened[1], opened[2])
    above = levels_below(lineage, version.owner_tenant_id)[:-1]
    laid = arranged(overlays, frozenset(above), instant).get(place, {})
    for level in above:
        slots, _ = pass_level(slots, laid.get(level, {}))
    return slots


def slot_received(
    version: Version,
    overlays: Iterable[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
    place: Place,
    variant: str = EVERYWHERE,
) -> Slot | None:
    """Give one variant as the last tenant of a lineage receives it, or as it finds it where it is to be added.

    Returns:
        The slot, or nothing where the version has no such place, or the place no variants.
    """
    slots = slots_received(version, overlays, lineage, instant, place)
    if slots is None or (variant not in slots and not may_vary(slots)):
        return None
    return slots[variant] if variant in slots else opening(slots, variant)


def nearest_in(slots: Slots, variant: str) -> Slot:
    """Find what holds wherever a variant would apply if nobody had added it."""
    return slots[max((one for one in slots if implied(one, variant)), key=rank)]


def open_to(slots: Slots, variant: str) -> Slot:
    """Give a variant as a level finds it, whether it receives it or adds it."""
    return slots[variant] if variant in slots else opening(slots, variant)
