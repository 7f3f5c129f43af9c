"""Hold what is kept of how records stand against their events, and make it so."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.unit import Unit
from core.records.conformance.reading import worked_out_now
from core.records.conformance.repository import Row, kept_deviations, kept_figures
from core.records.conformance.standing import Standing, columns_of, deviation_columns

OF_EVENTS: Final = ("fitness", "produced", "consumed", "missing", "remaining")
"""Figures that follow from events alone; the others change with time and are right when the row was written."""

Place = tuple[str, str, int, str]


async def standings_differing(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Find records whose kept deviations and figures are not what follows from their events, and name what differs.

    Records that were changed since, or never looked at, are passed over: they wait for the background work. So is what
    time brings until something is done, such as a limit that goes on being exceeded. Who was qualified stays as judged.
    """
    figures, deviations = await kept_figures(unit, record_ids), await kept_deviations(unit, record_ids)
    found: dict[UUID, list[str]] = {}
    for id_, standing in (await worked_out_now(unit, record_ids, None)).items():
        kept = figures.get(id_)
        if kept is not None and kept["head"] == standing.past.state.head:
            problems = differing(standing, kept, deviations.get(id_, ()))
            if problems:
                found[id_] = problems
    return found


async def standings_behind(unit: Unit, record_ids: Sequence[UUID]) -> list[UUID]:
    """List records that were never looked at, such as those that were there before deviations were kept."""
    figures = await kept_figures(unit, record_ids)
    return [one for one in record_ids if one not in figures]


def differing(standing: Standing, kept: Row, rows: Sequence[Row]) -> list[str]:
    """Name what differs of one record."""
    columns = columns_of(standing)
    wanted = {one.place: deviation_columns(one) for one in standing.deviations}
    there = {place_of(row): row for row in rows}
    places = sorted(place for place in {*wanted, *there} if is_of_events(wanted.get(place) or there[place]))
    return [
        *(name for name in OF_EVENTS if kept[name] != columns[name]),
        *(
            " ".join(f"deviation {place[0]} {place[1]} {place[3]}".split())
            for place in places
            if not alike(wanted.get(place), there.get(place))
        ),
    ]


def place_of(row: Row) -> Place:
    """Tell a deviation from the record's others."""
    return row["kind"], row["step_key"], row["step_position"], row["detail"]


def is_of_events(row: Row) -> bool:
    """Tell whether a deviation follows from events alone: a limit that goes on being exceeded does not."""
    return row["kind"] != "late" or row["settled_at"] is not None


def alike(wanted: dict[str, Any] | None, there: Row | None) -> bool:
    """Tell whether a deviation is kept as it should be."""
    if wanted is None or there is None:
        return False
    return all(there[name] == value for name, value in wanted.items())
