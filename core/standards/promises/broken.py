"""Find promises that the standard does not deliver any more, and put them before whoever made them.

Whether a promise is kept is computed whenever somebody asks; this only tells the owner, so nothing hangs on when it
runs.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import instants_to_judge
from core.standards.policy.spans import Span
from core.standards.promises.make import ITEM, span_of
from core.standards.promises.models import Promise
from core.standards.promises.repository import known_promises
from core.standards.promises.standing import PromiseStanding, standing_of


async def tell_broken_promises(unit: Unit, code: str) -> None:
    """Open a work item for every promise that is or will not be kept, and settle those of all others.

    Args:
        unit: The owner's transaction.
        code: The standard.
    """
    promises = await known_promises(unit, code)
    if not promises:
        return
    span = Span(unit.now)
    gathered = await gather(unit, code, await lineage_at(unit, unit.now), span, None)
    broken = {promise.origin_id: None for promise in promises} | first_of_each(promises, gathered, unit.now)
    for origin_id, standing in broken.items():
        if standing is None:
            await settle_item(unit, ITEM, origin_id)
            continue
        places = [one.promised.address for one in standing.judged if not one.kept]
        facts = {"code": code, "at": standing.at, "places": places, "promise_id": standing.promise.id}
        await open_item(unit, kind=ITEM, subject_kind="promise", subject_id=origin_id, facts=facts)


def first_of_each(promises: Sequence[Promise], gathered: Gathered, now: datetime) -> dict[UUID, PromiseStanding]:
    """Find, by the promise as it was first made, how it stands where it is first not kept."""
    found: dict[UUID, PromiseStanding] = {}
    for promise in promises:
        standing = first_broken(promise, gathered, now)
        if standing is not None:
            found.setdefault(promise.origin_id, standing)
    return found


def first_broken(promise: Promise, gathered: Gathered, now: datetime) -> PromiseStanding | None:
    """Find how a promise stands at the first instant from now on at which it is not kept."""
    span = span_of(promise)
    if span.end is not None and span.end <= now:
        return None
    ahead = Span(max(span.start, now), span.end)
    standings = (standing_of(promise, gathered, instant) for instant in instants_to_judge(gathered, ahead))
    return next((one for one in standings if not one.kept), None)
