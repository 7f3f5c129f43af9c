"""Find the tenant's adaptations that a new bound excludes, and put them before their owner.

The fold suspends them by itself; this only tells the owner, so nothing hangs on when it runs.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.kernel.work_items import forget_dismissed, open_unless_dismissed, settle_items
from core.standards.gather import Gathered
from core.standards.judge import instants_to_judge
from core.standards.merging.beside import EVERYTHING, Beside
from core.standards.merging.carry import ITEM
from core.standards.merging.repository import kept_suspended
from core.standards.policy.fold import Above
from core.standards.policy.slots import Judged
from core.standards.policy.spans import Span
from core.standards.vocabulary import Outcome

PASSING: Final = frozenset({"at", "merge_outcome_id", "version", "proposal", "waiver"})
"""What work items about the same suspension may say otherwise: an upgrade has more to say of it."""


@frozen(kw_only=True)
class Suspension:
    """An own adaptation that is not in force from an instant on."""

    judged: Judged
    at: datetime


async def tell_suspended(
    unit: Unit,
    code: str,
    gathered: Gathered,
    told: AbstractSet[UUID] = frozenset(),
    beside: Beside = EVERYTHING,
) -> Sequence[Suspension]:
    """Open a work item for every own adaptation that is or will be suspended, and settle those of all others.

    What its owner has dismissed is not put before them again, unless something else has become of it.

    Args:
        unit: The owner's transaction.
        code: The standard.
        gathered: What bears on it in the owner's tenant from now on.
        told: Adaptations of which the owner was told just now.
        beside: What the tenant had beside its adaptations before.
    """
    span = Span(unit.now)
    left = await kept_suspended(unit, code) if beside.outcomes else set[UUID]()
    found = {id_: one for id_, one in suspensions(gathered, span).items() if id_ not in left}
    for adaptation_id, suspension in found.items():
        if adaptation_id in told:
            continue
        facts = {"code": code, "outcome": suspension.judged.outcome, "at": suspension.at}
        await open_unless_dismissed(
            unit, kind=ITEM, subject_kind="adaptation", subject_id=adaptation_id, facts=facts, passing=PASSING
        )
    if beside.items:
        held = [overlay.id for overlay in gathered.own if overlay.id not in found]
        await settle_items(unit, ITEM, held)
        await forget_dismissed(unit, ITEM, held)
    return list(found.values())


def suspensions(gathered: Gathered, span: Span) -> dict[UUID, Suspension]:
    """Find the own adaptations that are suspended at some instant of a span, each at the first of them."""
    own = {overlay.id for overlay in gathered.own}
    places = dict.fromkeys((overlay.clause_key, overlay.parameter_key) for overlay in gathered.own)
    found: dict[UUID, Suspension] = {}
    for instant in instants_to_judge(gathered, span):
        version = gathered.version_at(instant)
        if version is None:
            continue
        above = Above(version, gathered.above_on(version, instant), gathered.lineage[:-1], instant)
        standard = above.fold(gathered.own, gathered.lineage[-1], places)
        reasons = [judged for value in standard.every() for judged in value.why]
        for judged in (*reasons, *standard.orphans):
            if judged.overlay.id in own and judged.outcome is not Outcome.IN_FORCE:
                found.setdefault(judged.overlay.id, Suspension(judged=judged, at=instant))
    return found
