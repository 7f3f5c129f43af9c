"""What the standard promises of a record: when its resolution falls due, worked out as things stand now."""

from datetime import datetime
from uuid import UUID

from core.kernel.unit import Unit
from core.records.clocks.derive import clocks_of
from core.records.clocks.hours import hours_of
from core.records.clocks.policy import ClockKind, read_clock
from core.records.clocks.repository import kept_clocks
from core.records.events.state import RecordState
from core.standards.policy.view import EffectiveView
from core.standards.resolve import pinned_views


async def standard_of(unit: Unit, state: RecordState) -> EffectiveView | None:
    """Give what a record pins."""
    return (await pinned_views(unit, [state.effective_hash])).get(state.effective_hash)


async def promised_by(
    unit: Unit, record_id: UUID, state: RecordState, standard: EffectiveView | None
) -> datetime | None:
    """Tell when a record is to be resolved by its standard.

    Returns:
        Nothing where the standard sets no limit, and while the record waits: nobody knows how long it will.
    """
    if standard is None:
        return None
    hours = await hours_of(unit, {record_id: state}, await kept_clocks(unit, [record_id]))
    clocks = clocks_of(state, standard, hours[record_id].calendar)
    terms = next((one.terms for one in clocks if one.kind is ClockKind.RESOLUTION), None)
    return None if terms is None else read_clock(terms, unit.now).due_at
