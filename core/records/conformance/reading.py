"""How records stand now, worked out for whoever asks: nothing of it depends on whether background work has run."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from core.kernel.unit import Unit
from core.records.clocks.hours import hours_of
from core.records.clocks.repository import kept_clocks
from core.records.clocks.working_out import Timed, timed_at
from core.records.conformance.qualification import Performed, Qualifications
from core.records.conformance.repository import judged
from core.records.conformance.standing import Standing, performed_after, standing_of
from core.records.events.fold import fold
from core.records.events.repository import read_streams
from core.standards.resolve import pinned_views

READ: Final = "records.standings"
NOTHING_JUDGED: Final = (0, frozenset[int]())

Asked = Sequence[tuple[UUID, int]]
"""Records with their versions."""


async def standings(unit: Unit, asked: Asked, qualifications: Qualifications | None) -> list[Standing | None]:
    """Work out how some records of the unit's tenant stand now.

    What several fields of an answer ask for is worked out once in a transaction, for each version of a record.

    Returns:
        One each, in the order asked; nothing for records of other tenants, and for those whose time was over.
    """
    known: dict[tuple[UUID, int], Standing | None] = unit.session.info.setdefault(READ, {})
    new = [one for one in dict.fromkeys(asked) if one not in known]
    if new:
        found = await worked_out_now(unit, [id_ for id_, _ in new], qualifications)
        known.update({one: found.get(one[0]) for one in new})
    return [known[one] for one in asked]


async def worked_out_now(
    unit: Unit, record_ids: Sequence[UUID], qualifications: Qualifications | None
) -> dict[UUID, Standing]:
    """Read some records and work out how they stand."""
    streams = await read_streams(unit, record_ids)
    states = {id_: fold(stream) for id_, stream in streams.items() if not stream[0].is_removed}
    if not states:
        return {}
    views = await pinned_views(unit, {state.effective_hash for state in states.values()})
    hours = await hours_of(unit, states, await kept_clocks(unit, list(states)))
    timed = {
        id_: timed_at(state, views[state.effective_hash], hours[id_], unit.now)
        for id_, state in states.items()
        if state.effective_hash in views
    }
    others = await unqualified_now(unit, timed, qualifications)
    return {id_: standing_of(one, others[id_], unit.now) for id_, one in timed.items()}


async def unqualified_now(
    unit: Unit, timed: Mapping[UUID, Timed], qualifications: Qualifications | None
) -> dict[UUID, set[int]]:
    """Give the positions of steps whose performer was not qualified: as kept, and what was not judged yet."""
    kept = await judged(unit, list(timed))
    found = {id_: set(kept.get(id_, NOTHING_JUDGED)[1]) for id_ in timed}
    fresh: list[Performed] = []
    for id_, one in timed.items():
        fresh += performed_after(id_, one, kept.get(id_, NOTHING_JUDGED)[0])
    if fresh and qualifications is not None:
        for one in await qualifications.unqualified(unit, fresh):
            found[one.record_id].add(one.position)
    return found
