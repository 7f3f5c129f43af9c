"""Keep how records stand, and tell people what is broken or behind: once in effect, however often it runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_items
from core.records.clocks.keep import refresh_clocks
from core.records.clocks.working_out import Timed
from core.records.conformance.deviations import Deviation
from core.records.conformance.qualification import Performed, Qualifications
from core.records.conformance.repository import (
    Row,
    kept_deviations,
    kept_figures,
    write_deviations,
    write_figures,
)
from core.records.conformance.standing import (
    Standing,
    columns_of,
    deviation_columns,
    performed_after,
    standing_of,
)
from core.standards.vocabulary import ClauseLevel

BEHIND_DUE: Final = "records.behind_due"
"""Topic of a record's timer: it falls behind its plan by itself."""
BROKEN: Final = "records.baseline_broken"
"""Kind of work item: a record deviates from a clause that must never fail."""
BEHIND: Final = "records.behind_plan"
"""Kind of work item: a record is further behind its plan than is put up with."""
BASELINE: Final = ClauseLevel.BASELINE.value


@dataclass(slots=True)
class Rows:
    """What is to be written of deviations: new rows, changed ones, and ids of those that hold no longer."""

    fresh: list[Row] = field(default_factory=list[Row])
    changed: list[Row] = field(default_factory=list[Row])
    gone: list[Row] = field(default_factory=list[Row])


async def follow_records(unit: Unit, record_ids: Sequence[UUID], qualifications: Qualifications | None = None) -> None:
    """Work out clocks, deviations and figures of some records anew, and tell what came of it since.

    All of it follows from events, standard, calendar and instant; what was told before is in the rows, which are
    changed in the same transaction under the records' locks. So nothing is told twice, and nothing is missed where a
    run was killed.
    """
    records = await refresh_clocks(unit, record_ids)
    ids = list(records)
    before, figures = await kept_deviations(unit, ids), await kept_figures(unit, ids)
    others = await unqualified_in(unit, records, figures, before, qualifications)
    standings = {id_: standing_of(one, others[id_], unit.now) for id_, one in records.items()}
    rows = Rows()
    for id_, standing in standings.items():
        sort_out(id_, before.get(id_, ()), standing.deviations, rows)
    await write_deviations(unit, rows.fresh, rows.changed, [row["id"] for row in rows.gone])
    await tell_broken(unit, rows, standings, before)
    await keep_figures(unit, standings, figures)


async def unqualified_in(
    unit: Unit,
    records: Mapping[UUID, Timed],
    figures: Mapping[UUID, Row],
    before: Mapping[UUID, Sequence[Row]],
    qualifications: Qualifications | None,
) -> dict[UUID, set[int]]:
    """Give the positions of steps whose performer was not qualified: as it was judged before, and what is new."""
    found = {
        id_: {row["step_position"] for row in before.get(id_, ()) if row["kind"] == "unqualified"} for id_ in records
    }
    fresh: list[Performed] = []
    for id_, one in records.items():
        row = figures.get(id_)
        fresh += performed_after(id_, one, 0 if row is None else row["head"])
    if fresh and qualifications is not None:
        for one in await qualifications.unqualified(unit, fresh):
            found[one.record_id].add(one.position)
    return found


def sort_out(record_id: UUID, before: Sequence[Row], found: Sequence[Deviation], rows: Rows) -> None:
    """Find what of the kept deviations of a record is new, different or over."""
    known = {(row["kind"], row["step_key"], row["step_position"], row["detail"]): row for row in before}
    written = recorded_now()
    for one in found:
        row, columns = known.pop(one.place, None), deviation_columns(one)
        if row is None:
            rows.fresh.append({"id": new_id(), "record_id": record_id, **columns, "recorded_at": written})
        elif any(row[name] != value for name, value in columns.items()):
            rows.changed.append({"id": row["id"], "record_id": record_id, **columns, "recorded_at": written})
    rows.gone += known.values()


async def tell_broken(
    unit: Unit, rows: Rows, standings: Mapping[UUID, Standing], before: Mapping[UUID, Sequence[Row]]
) -> None:
    """Put broken baselines into the inbox, and take out those that hold no longer."""
    grades = {row["id"]: row["grade"] for kept in before.values() for row in kept}
    over = [row["id"] for row in rows.gone if row["grade"] == BASELINE]
    over += [row["id"] for row in rows.changed if grades[row["id"]] == BASELINE != row["grade"]]
    await settle_items(unit, BROKEN, over)
    for row in newly_broken(rows, grades):
        if is_news(standings[row["record_id"]], row):
            facts = {name: row[name] for name in ("record_id", "kind", "step_key", "clause_key")}
            await open_item(unit, kind=BROKEN, subject_kind="record deviation", subject_id=row["id"], facts=facts)


def newly_broken(rows: Rows, grades: Mapping[UUID, str]) -> Iterator[Row]:
    """List deviations from a baseline that were none before."""
    yield from (row for row in rows.fresh if row["grade"] == BASELINE)
    yield from (row for row in rows.changed if row["grade"] == BASELINE != grades[row["id"]])


def is_news(standing: Standing, row: Row) -> bool:
    """Tell whether somebody can still act on a deviation: of what a log brought in, only on what is not over yet."""
    state = standing.past.state
    if state.chunk_id is None or row["since_event"] > 1:
        return True
    return standing.past.finished_at is None and row["settled_at"] is None


async def keep_figures(unit: Unit, standings: Mapping[UUID, Standing], before: Mapping[UUID, Row]) -> None:
    """Keep the figures of some records, and tell once who is behind."""
    fresh: list[Row] = []
    changed: list[Row] = []
    written = recorded_now()
    for id_, standing in standings.items():
        row, columns = before.get(id_), columns_of(standing)
        if row is None:
            fresh.append({"id": new_id(), "record_id": id_, **columns, "recorded_at": written})
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"id": row["id"], "record_id": id_, **columns, "recorded_at": written})
        await tell_behind(unit, id_, standing, row, columns)
    await write_figures(unit, fresh, changed)


async def tell_behind(
    unit: Unit, record_id: UUID, standing: Standing, before: Row | None, columns: Mapping[str, Any]
) -> None:
    """Warn once that a record falls behind, and set the timer to when it will by itself."""
    was, in_hand = before is not None and before["is_flagged"], standing.past.finished_at is None
    if columns["is_flagged"] and in_hand and not was:
        facts = {"record_id": record_id, "share": columns["share"], "planned_end": columns["planned_end"]}
        await open_item(unit, kind=BEHIND, subject_kind="record", subject_id=record_id, facts=facts)
    if was and not (columns["is_flagged"] and in_hand):
        await settle_items(unit, BEHIND, [record_id])
    following = standing.schedule.next_at()
    if following is not None:
        await set_timer(unit, BEHIND_DUE, record_id, following)
    elif before is not None:
        await clear_timer(unit, BEHIND_DUE, record_id)
