"""The fold: what holds for one tenant at one instant, and why, as a pure function of overlays.

Overlays are folded from the root of the tree to the tenant, per parameter. One that a bound excludes, whose operator
is not granted, whose type has changed or whose parameter is gone is suspended: the value received from above holds.
Nothing here reads a clock or a database, and the order in which overlays are given does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.standards.policy.bounds import Limits, limits_of
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.slots import Judged, Slot, descend, received
from core.standards.vocabulary import Aspect, Operator, Outcome, ParameterType, TimeUnit, aspect_of

Place = tuple[str, str]
"""A clause and a parameter in it; the parameter is empty where the clause's own text is meant."""

Levels = Mapping[UUID, Mapping[Aspect, Overlay]]
"""The overlays of one place, by the level that laid them."""


class TwoOverlaysOfOneLevel(ValueError):  # noqa: N818 - it is a fact
    """One level has two overlays of one aspect in force at one instant; the database excludes that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveValue:
    """What holds for one parameter, or for the text of one clause.

    Attributes:
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        type: Type of the value; empty for a text per locale.
        unit: What the seconds of a duration count.
        value: What holds.
        published_value: What the published version says.
        why: Every overlay that bears on it, from the root down, with what became of it.
        operators: What the tenant itself may do with it.
        limits: What it must then keep to.
    """

    clause_key: str
    parameter_key: str
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
        values: Every parameter in reading order, and the text of every clause that levels below may change or tried to.
        orphans: Overlays of what the version does not have any more.
    """

    version: Version
    tenant_id: UUID
    values: Mapping[Place, EffectiveValue]
    orphans: tuple[Judged, ...]


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
    for place, clause, parameter in places(version.content):
        if parameter is not None or clause.operators or place in laid:
            slot = published_slot(version, clause, parameter)
            values[place] = settled(slot, place, parameter, laid.pop(place, {}), levels)
    return EffectiveStandard(version=version, tenant_id=lineage[-1], values=values, orphans=orphaned(laid, levels))


def slot_received(
    version: Version, overlays: Iterable[Overlay], lineage: Sequence[UUID], instant: datetime, place: Place
) -> Slot | None:
    """Give one value as the last tenant of a lineage receives it, or nothing where the version has no such place."""
    opened = next((one for one in places(version.content) if one[0] == place), None)
    if opened is None:
        return None
    slot = published_slot(version, opened[1], opened[2])
    above = levels_below(lineage, version.owner_tenant_id)[:-1]
    laid = arranged(overlays, frozenset(above), instant).get(place, {})
    for level in above:
        own = laid.get(level, {})
        slot, _ = descend(slot, own.get(Aspect.VALUE), own.get(Aspect.BOUNDS))
    return slot


def levels_below(lineage: Sequence[UUID], owner: UUID) -> Sequence[UUID]:
    """Give the levels that a standard's owner grants something to: those below it on the way to the tenant."""
    return lineage[list(lineage).index(owner) + 1 :] if owner in lineage else ()


def arranged(
    overlays: Iterable[Overlay], levels: frozenset[UUID], instant: datetime
) -> dict[Place, dict[UUID, dict[Aspect, Overlay]]]:
    """Arrange the overlays that hold at an instant by place, level and aspect."""
    found: dict[Place, dict[UUID, dict[Aspect, Overlay]]] = defaultdict(lambda: defaultdict(dict))
    for overlay in overlays:
        if overlay.owner_tenant_id not in levels or not overlay.span.holds(instant):
            continue
        own = found[overlay.clause_key, overlay.parameter_key][overlay.owner_tenant_id]
        if own.setdefault(aspect_of(overlay.operator), overlay) != overlay:
            raise TwoOverlaysOfOneLevel(overlay.address)
    return found


def places(content: StandardContent) -> Iterator[tuple[Place, ClauseContent, ParameterContent | None]]:
    """List every text of a clause and every parameter, in reading order."""
    for clause in content.clauses:
        yield (clause.key, ""), clause, None
        for parameter in clause.parameters:
            yield (clause.key, parameter.key), clause, parameter


def published_slot(version: Version, clause: ClauseContent, parameter: ParameterContent | None) -> Slot:
    """Give a value as the level right below the publisher receives it."""
    owner = version.owner_tenant_id
    return Slot(
        type=None if parameter is None else parameter.type,
        value=clause.text if parameter is None else parameter.default,
        set_by=owner,
        operators=frozenset(clause.operators if parameter is None else parameter.operators),
        limits={} if parameter is None else limits_of(parameter.type, parameter.bounds, owner),
        locked_by=owner,
    )


def settled(
    slot: Slot, place: Place, parameter: ParameterContent | None, laid: Levels, levels: Sequence[UUID]
) -> EffectiveValue:
    """Pass one value down to the tenant."""
    published, at_tenant, why = slot.value, slot, list[Judged]()
    for level in levels:
        at_tenant, own = slot, laid.get(level, {})
        if own:
            slot, judged = descend(slot, own.get(Aspect.VALUE), own.get(Aspect.BOUNDS))
            why += judged
    return EffectiveValue(
        clause_key=place[0],
        parameter_key=place[1],
        type=slot.type,
        unit=None if parameter is None else parameter.unit,
        value=slot.value,
        published_value=published,
        why=tuple(why),
        operators=at_tenant.operators if levels else frozenset(),
        limits=received(at_tenant),
    )


def orphaned(laid: Mapping[Place, Levels], levels: Sequence[UUID]) -> tuple[Judged, ...]:
    """List the overlays whose place the version does not have, in a fixed order."""
    return tuple(
        Judged(overlay=overlay, outcome=Outcome.ORPHANED)
        for _, by_level in sorted(laid.items())
        for level in levels
        for _, overlay in sorted(by_level.get(level, {}).items())
    )
