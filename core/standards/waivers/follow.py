"""Tell of waivers whose places are called otherwise now, and put before their owner those that lift nothing any more.

What holds never hangs on this: waivers are read where they stand. Here the list of waivers follows, on both sides, and
what is suspended waits in the inbox with what may be done about it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import forget_dismissed, open_unless_dismissed, settle_items
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import instants_to_judge
from core.standards.merging.upgrades import Whereabouts
from core.standards.merging.vocabulary import ProposalKind
from core.standards.models import Waiver
from core.standards.policy.content import address
from core.standards.policy.fold import Above
from core.standards.policy.overlays import Version
from core.standards.policy.slots import Judged
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived, waive
from core.standards.vocabulary import Outcome
from core.standards.waivers.ask import changed, named_by
from core.standards.waivers.repository import live_waivers, waiver_by_id
from core.standards.waivers.settle import deciders
from core.standards.waivers.topics import FOLLOW, LOST, MOVED, TURN

PASSING: Final = frozenset({"at"})
"""What of a suspension changes from one look to the next: from when on, where that is now."""


@frozen(kw_only=True)
class Lapse:
    """A waiver that lifts nothing from an instant on: what became of it, in which version, and where it stands."""

    judged: Judged
    at: datetime
    version: Version
    there: Whereabouts


async def follow_versions(unit: Unit, code: str) -> None:
    """Follow the versions that hold for the tenant, now and in time to come; done again, nothing more happens."""
    live = await live_waivers(unit, code, lock=True)
    if not live:
        return
    lineage = await lineage_at(unit, unit.now)
    gathered = await gather(unit, code, lineage, Span(unit.now), None, following=named_by(live))
    await move_along(unit, gathered, live)
    await tell_lapsed(unit, code, gathered, live)
    turn = min((one.span.start for one in gathered.versions if one.span.start > unit.now), default=None)
    for one in live:
        await (clear_timer(unit, TURN, one.id) if turn is None else set_timer(unit, TURN, one.id, turn))


async def follow_at_turn(unit: Unit, waiver_id: UUID) -> None:
    """Have a standard's waivers looked at again, because the tenant is on another version now."""
    waiver = await waiver_by_id(unit, waiver_id)
    if waiver is not None:
        await send(unit, FOLLOW, {"code": waiver.code})


async def move_along(unit: Unit, gathered: Gathered, live: Sequence[Waiver]) -> None:
    """Call the places of waivers as the version does that holds now; what stands nowhere keeps the name it has."""
    version = gathered.version_at(unit.now)
    if version is None:
        return
    stand = {one.id: whereabouts(gathered, version, one) for one in live}
    taken = Counter((stand[one.id].site, one.variant) for one in live)
    for one in live:
        there = stand[one.id]
        alone = taken[there.site, one.variant] == 1
        if there.site is None or there.retyped or not alone or there.site == (one.clause_key, one.parameter_key):
            continue
        one.clause_key, one.parameter_key = there.site
        one.based_on = version.id
        await changed(unit, one)
        facts = {"code": one.code, "version": version.content.number}
        await record_act(unit, action="standards.move_waiver", subject_kind="waiver", subject_id=one.id, details=facts)
        for tenant_id in sorted(await deciders(unit, one)):
            await send(unit, MOVED, {"waiver_id": one.id}, target_tenant_id=tenant_id)


def whereabouts(gathered: Gathered, version: Version, waiver: Waiver) -> Whereabouts:
    """Tell where a waiver's place stands in a version."""
    named = waiver.based_on or gathered.succession.version_at(waiver.asked_at) or version.id
    return gathered.place_in(version, named, (waiver.clause_key, waiver.parameter_key))


async def tell_lapsed(unit: Unit, code: str, gathered: Gathered, live: Iterable[Waiver]) -> None:
    """Open a work item for every waiver that is suspended now or will be, and settle those of all others.

    What its owner has dismissed is not put before them again, unless something else has become of it.
    """
    found = lapsed(gathered, unit.now)
    for waiver_id, lapse in found.items():
        facts = {"code": code, "at": lapse.at, "version": lapse.version.content.number, **lapse_facts(lapse)}
        await open_unless_dismissed(
            unit, kind=LOST, subject_kind="waiver", subject_id=waiver_id, facts=facts, passing=PASSING
        )
    held = [one.id for one in live if one.id not in found]
    await settle_items(unit, LOST, held)
    await forget_dismissed(unit, LOST, held)


def lapse_facts(lapse: Lapse) -> dict[str, Any]:
    """Say what became of a waiver, and what its owner may do: ask anew where its place went, or let it be."""
    waiver, there, outcome = lapse.judged.overlay, lapse.there, lapse.judged.outcome
    onward = there.onward if there.site is None else (there.site,)
    kind = ProposalKind.ASK_WAIVER if outcome is not Outcome.ORPHANED else ProposalKind.MOVE
    proposed = address(*onward[0]) if onward else ""
    return {
        "outcome": outcome.value,
        "place": address(waiver.clause_key, waiver.parameter_key),
        "proposal": kind.value if onward else ProposalKind.DROP.value,
        "proposed_place": proposed,
        "set_by": lapse.judged.set_by,
    }


def lapsed(gathered: Gathered, now: datetime) -> dict[UUID, Lapse]:
    """Find the waivers that are suspended at some instant from now on, each at the first of them."""
    found: dict[UUID, Lapse] = {}
    for instant in instants_to_judge(gathered, Span(now)):
        version = gathered.version_at(instant)
        if version is None:
            continue
        for judged in judged_waivers(gathered, version, instant):
            waiver = judged.overlay
            if isinstance(waiver, Waived) and judged.outcome is not Outcome.IN_FORCE:
                granted = next(one for one in gathered.waivers if one.id == waiver.id)
                place = (granted.clause_key, granted.parameter_key)
                there = gathered.place_in(version, granted.based_on or version.id, place)
                lapse = Lapse(judged=judged, at=instant, version=version, there=there)
                found.setdefault(waiver.waiver_id, lapse)
    return found


def judged_waivers(gathered: Gathered, version: Version, instant: datetime) -> Iterable[Judged]:
    """Say what becomes of the waivers that hold at an instant, folding no more than their places."""
    waivers = gathered.waivers_on(version, instant)
    if not waivers:
        return ()
    overlays = gathered.overlays_on(version, instant)
    above = Above(version, overlays, gathered.lineage[:-1], instant)
    places = dict.fromkeys((one.clause_key, one.parameter_key) for one in waivers)
    standard = above.fold(gathered.own, gathered.lineage[-1], places)
    standard = waive(standard, waivers, overlays, gathered.lineage, instant)
    return [*(judged for value in standard.every() for judged in value.why), *standard.orphans]
