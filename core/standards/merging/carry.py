"""Carry a tenant's adaptations into the versions that hold for it, and put before their owner what does not fit.

What fits follows by itself: its row is closed, and another says the same of the place as it stands now, from the new
version's start on. What does not fit stays as it is, suspended, and waits. Done again, nothing more happens.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.direct import add_many
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, open_items, settle_items
from core.standards.amend import amend_many, has_below
from core.standards.gather import Gathered, Shelf, gather, lineage_at, overlay_of, seeing
from core.standards.merging.behind import version_read
from core.standards.merging.beside import EVERYTHING, Beside, what_is_beside
from core.standards.merging.models import MergeOutcomeRow
from core.standards.merging.repository import (
    adaptations_by_ids,
    hold_head,
    outcome_by_id,
    standing_outcomes,
)
from core.standards.merging.rows import adaptation_values, outcome_values, says_the_same, waiting_row
from core.standards.merging.vocabulary import MergeStatus
from core.standards.merging.windows import Waiting, Walk, since, walked
from core.standards.models import Adaptation
from core.standards.policy.overlays import Version
from core.standards.policy.spans import Span
from core.standards.repository.adaptations import adaptations_of, next_head
from core.standards.repository.published import versions_by_id

ITEM: Final = "standards.adaptation_suspended"
TURN: Final = "standards.upgrade_turns"
AT_ONCE: Final = 300
"""How many adaptations one transaction carries, so that it ends well within its five seconds."""


@frozen
class Standing:
    """What a tenant has laid over a standard.

    Attributes:
        rows: Its adaptations by id, also those that were ended and wait.
        own: Those that are known now.
        open: What waits, by adaptation.
        kept: What the owner left suspended, by adaptation.
    """

    rows: Mapping[UUID, Adaptation]
    own: Sequence[Adaptation]
    open: Mapping[UUID, MergeOutcomeRow]
    kept: Mapping[UUID, MergeOutcomeRow]

    @property
    def ended(self) -> Mapping[UUID, datetime]:
        """Those that an upgrade ended and that may return, each with the instant it ended at."""
        return {id_: one.at for id_, one in {**self.kept, **self.open}.items() if one.ended}

    def accepted(self, id_: UUID, version_id: UUID) -> bool:
        """Tell whether the owner has left an adaptation suspended in a version."""
        return id_ in self.kept and self.kept[id_].version_id == version_id


@frozen
class Carried:
    """What was carried.

    Attributes:
        more: Whether there are more adaptations than one transaction carries; carry again in another.
        gathered: What bears on the standard in the tenant now, with what was carried; empty where it has nothing.
        waiting: The adaptations that wait, of which their owner is told.
        beside: What the tenant had beside its adaptations before.
    """

    more: bool = False
    gathered: Gathered | None = None
    waiting: AbstractSet[UUID] = frozenset()
    beside: Beside = EVERYTHING


async def carry_adaptations(unit: Unit, code: str, shelf: Shelf | None = None) -> Carried:
    """Carry the tenant's adaptations of a standard.

    Args:
        unit: The owner's transaction.
        code: The standard.
        shelf: What other tenants have read of the units above them just now; where the tenant stands, the unit's scope
            then says.
    """
    await hold_head(unit, code)
    beside = await what_is_beside(unit, code, ITEM)
    standing = await standing_of(unit, code, beside)
    if not standing.rows:
        return Carried(beside=beside)
    first = min(row.valid_from for row in standing.rows.values())
    lineage = unit.scope.lineage if shelf else await lineage_at(unit, unit.now)
    read = replace(shelf or Shelf(), without_waivers=not beside.waivers)
    gathered = await gather(unit, code, lineage, Span(first), None, standing.own, shelf=read)
    aside = [since(overlay_of(standing.rows[id_], unit.tenant_id), at) for id_, at in standing.ended.items()]
    bases = {row.based_on for row in standing.rows.values()}
    walk = walked(gathered, await skipped_by(unit, gathered, bases), aside, unit.now)
    for id_, one in list(walk.waiting.items()):
        if standing.accepted(id_, one.version.id):
            del walk.waiting[id_]
    roots, more = next_roots(walk, standing)
    await write(unit, code, standing, walk, roots, beside)
    told = await wait(unit, standing, walk, roots)
    return Carried(more, replace(gathered, own=[piece.overlay for piece in walk.live.values()]), told, beside)


async def skipped_by(unit: Unit, gathered: Gathered, bases: AbstractSet[UUID]) -> Sequence[Version]:
    """Read the versions since the tenant's first that it was never on, be it that one was withdrawn before it began."""
    known = {one.id for one in gathered.versions}
    since = min((one.span.start for one in gathered.succession.issues if one.id in known), default=None)
    named = {one.id for one in gathered.succession.issues if since is not None and since < one.span.start} - known
    named |= bases - known
    if not named:
        return ()
    async with seeing(unit, gathered.lineage):
        return [version_read(row) for row in (await versions_by_id(unit, named)).values()]


async def standing_of(unit: Unit, code: str, beside: Beside) -> Standing:
    """Read what the tenant has laid over a standard, and what waits."""
    own = await adaptations_of(unit, code)
    waiting, kept = await standing_outcomes(unit, code) if beside.outcomes else ({}, {})
    known = Standing(rows={}, own=own, open=waiting, kept=kept)
    aside = await adaptations_by_ids(unit, known.ended) if known.ended else ()
    return replace(known, rows={row.id: row for row in (*own, *aside)})


def next_roots(walk: Walk, standing: Standing) -> tuple[set[UUID], bool]:
    """Choose the adaptations of which something changes that this transaction carries; tell whether others are left."""
    changed = {
        *walk.closed,
        *(piece.root for _, _, piece in walk.followed),
        *(piece.root for _, piece in walk.returned),
        *(one.piece.root for id_, one in walk.waiting.items() if id_ not in standing.open),
    }
    chosen = sorted(changed)[:AT_ONCE]
    return {*chosen, *(set(standing.rows) - changed)}, len(chosen) < len(changed)


async def write(unit: Unit, code: str, standing: Standing, walk: Walk, roots: set[UUID], beside: Beside) -> None:
    """Write what follows and what was ended."""
    closed = [row for row in standing.own if row.id in walk.closed & roots]
    fresh = [piece for piece in walk.live.values() if piece.fresh and piece.root in roots]
    followed = [one for one in walk.followed if one[2].root in roots]
    if not closed and not fresh:
        return
    head = await next_head(unit, code)
    ended = [
        adaptation_values(standing.rows[one.piece.root], one.piece.overlay, head, ended=True)
        for one in walk.waiting.values()
        if one.ended and one.piece.fresh and one.piece.root in roots
    ]
    told = [outcome_values(unit, standing.rows[piece.root], merged, version) for merged, version, piece in followed]
    await add_many(unit, MergeOutcomeRow.__tablename__, told)
    await add_many(unit, Adaptation.__tablename__, ended)
    await settle_items(unit, ITEM, [row.id for row in closed] if beside.items else ())
    counts = {
        "followed": len(followed),
        "ended": sum(one.ended for one in walk.waiting.values()),
        "returned": len(walk.returned),
    }
    concerned = (
        *(version for _, version, _ in walk.followed),
        *(version for version, _ in walk.returned),
        *(one.version for one in walk.waiting.values()),
    )
    await record_act(
        unit,
        action="standards.carry",
        subject_kind="published_version",
        subject_id=concerned[0].id,
        details={"standard": code, "revision": head.revision, **counts},
    )
    below = await has_below(unit)
    await send(unit, "standards.adapted" if below else "standards.carried", {"code": code})
    added = [adaptation_values(standing.rows[piece.root], piece.overlay, head) for piece in fresh]
    await amend_many(unit, closed=[row.id for row in closed], added=added, head=head, below=below)


async def wait(unit: Unit, standing: Standing, walk: Walk, roots: set[UUID]) -> AbstractSet[UUID]:
    """Keep what does not fit for its owner to decide; what waited before and does no longer is overtaken.

    Returns:
        The adaptations of which the owner is told by it.
    """
    waiting = {id_: one for id_, one in walk.waiting.items() if one.piece.root in roots}
    moved = {one.piece.root: id_ for id_, one in waiting.items()}
    gone: list[UUID] = []
    kept: set[UUID] = set()
    for id_, before in standing.open.items():
        if id_ not in roots and id_ in standing.rows:
            kept.add(id_)
            continue
        now = id_ if id_ in waiting else moved.get(id_)
        if now is None or not same(unit, standing, before, waiting[now]):
            before.status, before.settled_at = MergeStatus.OVERTAKEN.value, recorded_now()
            gone.append(id_)
        else:
            kept.add(now)
            await watch(unit, before, waiting[now])
            if now != id_:
                before.adaptation_id = now
                gone.append(id_)
                await tell(unit, before)
    arrived = {piece.root for piece in (*(one[2] for one in walk.followed), *(one[1] for one in walk.returned))}
    for id_ in (arrived & roots) | set(waiting):
        if id_ in standing.kept:
            standing.kept[id_].ended = False
    await settle_items(unit, ITEM, gone)
    await unit.session.flush()
    fresh = {id_: one for id_, one in waiting.items() if id_ not in kept}
    await open_outcomes(unit, standing, fresh.values())
    return fresh.keys()


def same(unit: Unit, standing: Standing, before: MergeOutcomeRow, waiting: Waiting) -> bool:
    """Tell whether what waits is what waited before."""
    return says_the_same(before, waiting_row(unit, standing.rows[waiting.piece.root], waiting))


async def open_outcomes(unit: Unit, standing: Standing, waiting: Collection[Waiting]) -> None:
    """Put adaptations before their owner."""
    rows = [waiting_row(unit, standing.rows[one.piece.root], one) for one in waiting]
    unit.session.add_all(rows)
    await unit.session.flush()
    await open_items(unit, ITEM, "adaptation", {row.adaptation_id: facts_of(row) for row in rows})
    for row, one in zip(rows, waiting, strict=True):
        await watch(unit, row, one)


async def watch(unit: Unit, row: MergeOutcomeRow, waiting: Waiting) -> None:
    """Have what waits looked at again when the version it does not fit ends."""
    if waiting.until is not None:
        await set_timer(unit, TURN, row.id, waiting.until)


async def carry_at_turn(unit: Unit, outcome_id: UUID) -> None:
    """Ask for adaptations to be looked at again, because the version that one of them did not fit has ended."""
    row = await outcome_by_id(unit, outcome_id)
    if row is not None and row.settled_at is None:
        await send(unit, "standards.check_adaptations", {"code": row.code})


async def tell(unit: Unit, row: MergeOutcomeRow, **more: str) -> None:
    """Open the work item of an outcome; ``waiver`` says what became of the one that was asked for."""
    facts = {**facts_of(row), **more}
    await open_item(unit, kind=ITEM, subject_kind="adaptation", subject_id=row.adaptation_id, facts=facts)


def facts_of(row: MergeOutcomeRow) -> dict[str, Any]:
    """Give what the work item of an outcome says."""
    return {
        "code": row.code,
        "outcome": row.outcome,
        "at": row.at,
        "merge_outcome_id": row.id,
        "version": row.version_number,
        "proposal": row.proposal,
    }
