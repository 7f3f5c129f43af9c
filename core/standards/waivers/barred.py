"""Find what stands in the way of a value over a span, and with it the level that a waiver is asked of."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce, PublisherCannotAdapt, UnknownParameter, WrongType
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import instants_to_judge
from core.standards.merging.upgrades import Whereabouts
from core.standards.policy.content import address
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import slot_received
from core.standards.policy.laying import Place
from core.standards.policy.overlays import Version
from core.standards.policy.slots import Slot
from core.standards.policy.spans import Span
from core.standards.policy.values import normalised
from core.standards.policy.waived import Barrier, barrier_to, value_wanted
from core.standards.policy.wordings import normalised_wording
from core.standards.resolve import folded
from core.standards.waivers.errors import NoWaiverNeeded


@frozen(kw_only=True)
class Wanted:
    """A value that a tenant wants at a place of a standard, for a while.

    Attributes:
        code: The standard.
        place: The clause and the parameter; the latter is empty for the clause's text.
        variant: The context; empty for all.
        value: The value.
        based_on: The version that calls the place so; the one that holds where the span begins by default.
    """

    code: str
    place: Place
    variant: str = ""
    value: JsonValue
    based_on: UUID | None = None

    @property
    def address(self) -> str:
        """The place in one text."""
        return f"{address(*self.place)}[{self.variant}]" if self.variant else address(*self.place)


@frozen(kw_only=True)
class Barred:
    """A value that a tenant is kept from.

    Attributes:
        value: The value in the one form it is kept in.
        barrier: What keeps the tenant from it.
        version: The version that holds where the span begins.
        gathered: What bears on the standard in the tenant.
    """

    value: JsonValue
    barrier: Barrier
    version: Version
    gathered: Gathered


async def find_barrier(unit: Unit, wanted: Wanted, span: Span, beside: Collection[UUID] = ()) -> Barred:
    """Find what keeps the unit's tenant from a value in a span, as far up as anything does at any instant of it.

    Where the place is called otherwise at an instant, it is looked for where it stands then.

    Args:
        unit: The tenant.
        wanted: The value.
        span: The span.
        beside: Versions in which the caller looks for other places.

    Raises:
        NoStandardInForce: No version holds at the beginning.
        PublisherCannotAdapt: The tenant publishes the standard itself.
        UnknownParameter: There is no such clause or parameter at the beginning.
        WrongType: The value has not the form of its type then.
        NoWaiverNeeded: Nothing keeps the tenant from it.
    """
    following = [*beside, *([] if wanted.based_on is None else [wanted.based_on])]
    lineage = await lineage_at(unit, span.start)
    gathered = await gather(unit, wanted.code, lineage, span, None, following=following)
    version = version_at_start(unit, gathered, wanted, span)
    wanted = replace(wanted, based_on=wanted.based_on or version.id)
    slot = slot_at_start(gathered, version, wanted, span)
    try:
        value_wanted(slot, wanted.value)
        kept = normalised_wording(wanted.value) if slot.type is None else normalised(slot.type, wanted.value)
    except ValueError as problem:
        expected = "wording" if slot.type is None else slot.type.value
        raise WrongType(place=wanted.address, expected=expected, problem=str(problem)) from problem
    barriers = barriers_in(gathered, wanted, span)
    if not barriers:
        raise NoWaiverNeeded(place=wanted.address)
    barrier = highest(barriers, gathered.lineage)
    return Barred(value=kept, barrier=barrier, version=version, gathered=gathered)


def version_at_start(unit: Unit, gathered: Gathered, wanted: Wanted, span: Span) -> Version:
    """Give the version that holds where the span begins."""
    version = gathered.version_at(span.start)
    if version is None:
        raise NoStandardInForce(standard=wanted.code, at=span.start)
    if version.owner_tenant_id == unit.tenant_id:
        raise PublisherCannotAdapt(standard=wanted.code)
    return version


def slot_at_start(gathered: Gathered, version: Version, wanted: Wanted, span: Span) -> Slot:
    """Give the value as the tenant receives it where the span begins."""
    there = stands_in(gathered, version, wanted)
    site = there.site
    if there.retyped:
        raise WrongType(place=wanted.address, expected="another type or unit", problem="it counts something else now")
    above = gathered.above_on(version, span.start)
    slot = None if site is None else slot_received(version, above, gathered.lineage, span.start, site, wanted.variant)
    if site is None or slot is None or not is_standing(gathered, wanted, site, span.start):
        raise UnknownParameter(standard=wanted.code, place=wanted.address, at=span.start)
    return slot


def stands_in(gathered: Gathered, version: Version, wanted: Wanted) -> Whereabouts:
    """Tell where the place stands in a version."""
    return gathered.place_in(version, wanted.based_on or version.id, wanted.place)


def is_standing(gathered: Gathered, wanted: Wanted, site: Place, instant: datetime) -> bool:
    """Tell whether the tenant has the variant asked about; a waiver changes one, and adds none."""
    if not wanted.variant:
        return True
    standard = folded(gathered, wanted.code, instant)
    return any(one.variant == wanted.variant for one in standard.variants.get(site, ()))


def barriers_in(gathered: Gathered, wanted: Wanted, span: Span) -> list[Barrier]:
    """List what keeps the tenant from the value at each instant of a span at which something begins or ends."""
    found: list[Barrier] = []
    for instant in instants_to_judge(gathered, span):
        version = gathered.version_at(instant)
        if version is None:
            continue
        above = gathered.above_on(version, instant)
        there = stands_in(gathered, version, wanted)
        site = None if there.retyped else there.site
        slot = None if site is None else slot_received(version, above, gathered.lineage, instant, site, wanted.variant)
        if site is None or slot is None:
            continue  # The waiver is suspended there.
        try:
            value = value_wanted(slot, wanted.value)
        except ValueError:
            continue  # A later version gives it another type: the waiver is suspended from then on.
        barrier = barrier_to(version, above, gathered.lineage, instant, site, value, wanted.variant)
        if barrier is not None:
            found.append(barrier)
    return found


def highest(barriers: Sequence[Barrier], lineage: Sequence[UUID]) -> Barrier:
    """Give the barrier whose level stands the furthest up; of several the first in time."""
    above = list(lineage)
    return min(barriers, key=lambda one: above.index(one.set_by))
