"""The fold: what holds for one tenant at one instant, and why, as a pure function of overlays.

Overlays are folded from the root of the tree to the tenant, per parameter and variant. One that a bound excludes, whose
operator is not granted, whose type has changed or whose parameter is gone is suspended: the value received from above
holds.
Nothing here reads a clock or a database, and the order in which overlays are given does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from core.standards.policy.bounds import Limits, limits_of
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.passing import Own, Slots, may_vary, opening, orphaned, pass_level
from core.standards.policy.slots import Judged, Slot, received
from core.standards.policy.variants import EVERYWHERE, Context, chosen, implied, in_order, rank, selector_text
from core.standards.vocabulary import Aspect, Operator, ParameterType, TimeUnit, aspect_of

Place = tuple[str, str]
"""A clause and a parameter in it; the parameter is empty where the clause's own text is meant."""

Levels = Mapping[UUID, Mapping[str, Own]]
"""The overlays of one place, by the level that laid them and the variant they are for."""


class TwoOverlaysOfOneLevel(ValueError):  # noqa: N818 - it is a fact
    """One level has two overlays of one aspect in force at one instant; the database excludes that."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def text_of(self, clause: ClauseContent) -> Mapping[str, str]:
        """Give the text of a clause as it holds, per locale."""
        found = self.values.get((clause.key, ""))
        return clause.text if found is None else cast("Mapping[str, str]", found.value)

    def choose(self, place: Place, context: Context) -> EffectiveValue:
        """Choose the value that holds in a context."""
        known = {one.variant: one for one in self.variants.get(place, ())}
        return known.get(chosen(known, context), self.values[place])


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
    levels = levels_below(lineage, version.owner_tenant_id)
    laid = arranged(overlays, frozenset(levels), instant)
    values: dict[Place, EffectiveValue] = {}
    variants: dict[Place, tuple[EffectiveValue, ...]] = {}
    adrift: list[Judged] = []
    for place, clause, parameter in places(version.content):
        if parameter is None and not clause.operators and place not in laid:
            continue
        held, left = settled(version, clause, parameter, laid.pop(place, {}), levels)
        values[place] = held[0]
        adrift += left
        if held[1:]:
            variants[place] = held[1:]
    return EffectiveStandard(
        version=version,
        tenant_id=lineage[-1],
        values=values,
        variants=variants,
        orphans=(*adrift, *orphans_of(laid, levels)),
    )


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


def levels_below(lineage: Sequence[UUID], owner: UUID) -> Sequence[UUID]:
    """Give the levels that a standard's owner grants something to: those below it on the way to the tenant."""
    return lineage[list(lineage).index(owner) + 1 :] if owner in lineage else ()


def arranged(overlays: Iterable[Overlay], levels: frozenset[UUID], instant: datetime) -> dict[Place, Levels]:
    """Arrange the overlays that hold at an instant by place, level, variant and aspect."""
    found: dict[Place, dict[UUID, dict[str, dict[Aspect, Overlay]]]] = {}
    for overlay in overlays:
        if overlay.owner_tenant_id not in levels or not overlay.span.holds(instant):
            continue
        by_level = found.setdefault((overlay.clause_key, overlay.parameter_key), {})
        own = by_level.setdefault(overlay.owner_tenant_id, {}).setdefault(overlay.variant, {})
        if own.setdefault(aspect_of(overlay.operator), overlay) != overlay:
            raise TwoOverlaysOfOneLevel(overlay.address)
    return dict(found)


def places(content: StandardContent) -> Iterator[tuple[Place, ClauseContent, ParameterContent | None]]:
    """List every text of a clause and every parameter, in reading order."""
    for clause in content.clauses:
        yield (clause.key, ""), clause, None
        for parameter in clause.parameters:
            yield (clause.key, parameter.key), clause, parameter


def published_slots(version: Version, clause: ClauseContent, parameter: ParameterContent | None) -> dict[str, Slot]:
    """Give a value with its variants as the level right below the publisher receives it."""
    owner = version.owner_tenant_id
    if parameter is None:
        wording = Slot(
            type=None,
            value=clause.text,
            set_by=owner,
            operators=frozenset(clause.operators),
            limits={},
            locked_by=owner,
        )
        return {EVERYWHERE: wording}
    base = Slot(
        type=parameter.type,
        value=parameter.default,
        set_by=owner,
        operators=frozenset(parameter.operators),
        limits=limits_of(parameter.type, parameter.bounds, owner),
        locked_by=owner,
    )
    return {EVERYWHERE: base} | {
        selector_text(one.context): replace(
            base,
            value=one.default,
            limits=base.limits if one.bounds is None else limits_of(parameter.type, one.bounds, owner),
        )
        for one in parameter.variants
    }


def settled(
    version: Version,
    clause: ClauseContent,
    parameter: ParameterContent | None,
    laid: Levels,
    levels: Sequence[UUID],
) -> tuple[tuple[EffectiveValue, ...], list[Judged]]:
    """Pass one value with its variants down to the tenant.

    Returns:
        The value for all contexts followed by its variants, and the overlays of variants that could not be added.
    """
    published = slots = published_slots(version, clause, parameter)
    at_tenant, why = slots, dict[str, list[Judged]]()
    for level in levels:
        at_tenant = slots
        if level in laid:
            slots, told = pass_level(slots, laid[level])
            for variant, judged in told.items():
                why.setdefault(variant, []).extend(judged)
    held = tuple(
        EffectiveValue(
            clause_key=clause.key,
            parameter_key="" if parameter is None else parameter.key,
            variant=variant,
            type=slots[variant].type,
            unit=None if parameter is None else parameter.unit,
            value=slots[variant].value,
            published_value=nearest_in(published, variant).value,
            why=tuple(why.pop(variant, ())),
            operators=open_to(at_tenant, variant).operators if levels else frozenset(),
            limits=received(open_to(at_tenant, variant)),
        )
        for variant in (EVERYWHERE, *in_order(slots.keys() - {EVERYWHERE}))
    )
    return held, [judged for variant in sorted(why) for judged in why[variant]]


def nearest_in(slots: Slots, variant: str) -> Slot:
    """Find what holds wherever a variant would apply if nobody had added it."""
    return slots[max((one for one in slots if implied(one, variant)), key=rank)]


def open_to(slots: Slots, variant: str) -> Slot:
    """Give a variant as a level finds it, whether it receives it or adds it."""
    return slots[variant] if variant in slots else opening(slots, variant)


def orphans_of(laid: Mapping[Place, Levels], levels: Sequence[UUID]) -> Iterator[Judged]:
    """List the overlays whose place the version does not have, in a fixed order."""
    for _, by_level in sorted(laid.items()):
        for level in levels:
            for _, own in sorted(by_level.get(level, {}).items()):
                yield from (orphaned(overlay) for _, overlay in sorted(own.items()))
