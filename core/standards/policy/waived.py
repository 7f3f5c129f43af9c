"""Waivers at the end of the fold: what holds for one tenant beyond what it may adapt, because a level above let it.

A waiver lifts what its granting level and those below it put in the way, and nothing that a level further up has set
since. Where it does not hold, the value that was folded without it does. It never reaches the units below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import EffectiveStandard, EffectiveValue, slot_received
from core.standards.policy.laying import Place, places
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.slots import Judged, Slot, exceeded_by, received
from core.standards.policy.values import normalised
from core.standards.policy.variants import EVERYWHERE
from core.standards.policy.wordings import normalised_wording
from core.standards.vocabulary import Operator, Outcome, ParameterType

LOCK: Final = "operators"
"""What is lifted where no bound, but a right that was not granted or was withheld stands in the way."""


@frozen(kw_only=True)
class Waived(Overlay):
    """A granted waiver as the last overlay of its tenant; its author asked for it, its approver granted it.

    Attributes:
        waiver_id: The waiver; ``id`` is the span it was granted for.
        granted_by: The level that granted it.
        measure: What the tenant does instead.
        bound: What it lifts: a kind of bound, or ``operators`` for a lock.
        limit: What that bound said when the waiver was granted.
        lost: Why it holds nowhere in the version it is read in: its place is gone, or is no longer one place; or what
            a value counts there is another thing now. Empty where its place stands there.
    """

    waiver_id: UUID
    granted_by: UUID
    measure: str
    bound: str
    limit: JsonValue = None
    lost: Outcome | None = None


@frozen(kw_only=True)
class Barrier:
    """What keeps a tenant from adapting a value.

    Attributes:
        bound: The kind of bound, or ``operators`` where the right to set it is not granted.
        limit: What the bound says; the operators that are granted where it is none.
        set_by: The level that put it there.
    """

    bound: str
    limit: JsonValue
    set_by: UUID


def waive(
    standard: EffectiveStandard,
    waivers: Iterable[Waived],
    overlays: Sequence[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
) -> EffectiveStandard:
    """Lay a tenant's waivers over what was folded for it.

    Args:
        standard: What holds without them.
        waivers: Waivers of the standard, in any order; those of other tenants or times are passed over.
        overlays: What was folded.
        lineage: The tenant and all above it, root first, the tenant last.
        instant: The instant asked about.
    """
    holding = [one for one in waivers if one.owner_tenant_id == lineage[-1] and one.span.holds(instant)]
    if not holding:
        return standard
    for waiver in sorted(holding, key=lambda one: one.id):
        standard = lift(standard, waiver, overlays, lineage, instant)
    return standard


def lift(
    standard: EffectiveStandard,
    waiver: Waived,
    overlays: Sequence[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
) -> EffectiveStandard:
    """Lay one waiver over a standard; it changes a value or a variant that is there, and adds none."""
    place = (waiver.clause_key, waiver.parameter_key)
    slot = slot_received(standard.version, overlays, lineage, instant, place, waiver.variant)
    found = standing(standard, place, waiver.variant, slot)
    if slot is None or found is None or waiver.lost is Outcome.ORPHANED:
        return replace(standard, orphans=(*standard.orphans, Judged(overlay=waiver, outcome=Outcome.ORPHANED)))
    after = lifted(found, slot, waiver, standard.version, overlays, lineage, instant)
    if waiver.variant:
        others = standard.variants[place]
        changed = {place: tuple(after if one.variant == waiver.variant else one for one in others)}
        return replace(standard, variants={**standard.variants, **changed})
    values = {**standard.values, place: after}
    ordered = {one: values[one] for one, _, _ in places(standard.version.content) if one in values}
    return replace(standard, values=ordered)


def standing(standard: EffectiveStandard, place: Place, variant: str, slot: Slot | None) -> EffectiveValue | None:
    """Find what holds at a place without the waiver; the text of a core clause is not among what is folded."""
    if variant:
        return next((one for one in standard.variants.get(place, ()) if one.variant == variant), None)
    return standard.values.get(place) or (None if slot is None else untouched(slot, place))


def untouched(slot: Slot, place: Place) -> EffectiveValue:
    """Give the text of a clause that nobody may adapt, which the fold leaves out."""
    return EffectiveValue(
        clause_key=place[0],
        parameter_key=place[1],
        type=slot.type,
        unit=None,
        value=slot.value,
        published_value=slot.value,
        why=(),
        operators=slot.operators,
        limits=slot.limits,
    )


def lifted(
    found: EffectiveValue,
    slot: Slot,
    waiver: Waived,
    version: Version,
    overlays: Sequence[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
) -> EffectiveValue:
    """Put a waiver's value in force, or say why it is suspended."""
    if waiver.lost is not None:
        judged = Judged(overlay=waiver, outcome=waiver.lost, problem="what a value counts here is another thing now")
        return replace(found, why=(*found.why, judged))
    try:
        value = value_wanted(slot, waiver.value)
    except ValueError as problem:
        judged = Judged(overlay=waiver, outcome=Outcome.WRONG_TYPE, problem=str(problem))
        return replace(found, why=(*found.why, judged))
    place = (waiver.clause_key, waiver.parameter_key)
    barrier = barrier_to(version, overlays, lineage, instant, place, value, waiver.variant)
    if barrier is None or may_lift(lineage, waiver.granted_by, barrier):
        judged = Judged(overlay=waiver, outcome=Outcome.IN_FORCE)
        return replace(found, value=value, why=(*found.why, judged))
    outcome = Outcome.LOCKED if barrier.bound == LOCK else Outcome.OUT_OF_BOUNDS
    return replace(found, why=(*found.why, Judged(overlay=waiver, outcome=outcome, set_by=barrier.set_by)))


def value_wanted(slot: Slot, value: object) -> JsonValue:
    """Give the value a waiver asks for, in the one form it is kept in; texts of other languages stay.

    Raises:
        ValueError: It has not the form of the type; the message says what is expected.
    """
    if slot.type is ParameterType.STEPS:
        raise ValueError("steps are added by whoever may add them, and a waiver takes none away")
    if slot.type is not None:
        return normalised(slot.type, value)
    return dict(sorted({**cast("dict[str, str]", slot.value), **normalised_wording(value)}.items()))


def barrier_to(
    version: Version,
    overlays: Sequence[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
    place: Place,
    value: JsonValue,
    variant: str = EVERYWHERE,
) -> Barrier | None:
    """Find what keeps the last tenant of a lineage from a value, as far up as anything does; nothing where it may.

    What is in the way of a level, and was not in the way of the one above it, was put there by the latter. So whoever
    is named here could have set the value itself.
    """
    if version.owner_tenant_id not in lineage:
        return None
    publisher = list(lineage).index(version.owner_tenant_id)
    for depth in range(publisher + 2, len(lineage) + 1):
        slot = slot_received(version, overlays, lineage[:depth], instant, place, variant)
        found = None if slot is None else in_the_way(slot, value)
        if found is not None:
            bound, limit = found
            return Barrier(bound=bound, limit=limit, set_by=lineage[depth - 2])
    return None


def in_the_way(slot: Slot, value: JsonValue) -> tuple[str, JsonValue] | None:
    """Tell which bound, or lock, keeps a level from a value; nothing where it has it, or may set it."""
    if value == slot.value:
        return None
    if not any(reaches(slot, operator, value) for operator in slot.operators):
        return LOCK, sorted(slot.operators)
    broken = exceeded_by(slot, received(slot), value)
    return None if broken is None else (broken.facet.value, broken.value)


def reaches(slot: Slot, operator: Operator, value: JsonValue) -> bool:
    """Tell whether an operator can make a value of the one received; of one that has no entries only assigning can."""
    if operator in {Operator.ASSIGN, Operator.NARROW} or slot.type is not ParameterType.CHOICES:
        return operator is Operator.ASSIGN
    before, after = set(cast("Sequence[str]", slot.value)), set(cast("Sequence[str]", value))
    return before <= after if operator is Operator.APPEND else after <= before


def may_lift(lineage: Sequence[UUID], granted_by: UUID, barrier: Barrier) -> bool:
    """Tell whether a level has the right to lift a barrier: it set it, or stands above whoever did."""
    above = list(lineage)
    return granted_by in above and above.index(granted_by) <= above.index(barrier.set_by)
