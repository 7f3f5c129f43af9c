"""The mutation by which devices tell what they recorded while they were offline."""

from datetime import timedelta
from typing import Final

import strawberry

from core.kernel.errors import InvalidInput, NotFound
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.types import part
from core.kernel.unit import Unit
from core.records.execution import replay as replaying
from core.records.execution.errors import ClockIsTooFarOff, TooManyEvents
from core.records.execution.graphql.device_events import Around, DeviceEventInput
from core.records.execution.graphql.mutations import sealer_of
from core.records.execution.replay import Fate, Outcome
from core.records.graphql.types import RecordType
from core.records.permissions import WORK_RECORDS

REPLAY_COST: Final = 100
"""What replaying adds to the cost of an operation: it may be two hundred changes."""


enumeration(
    Fate,
    description="What became of a device's event.",
    name="ReplayFate",
    values={
        "APPLIED": "It is one of the record's events now.",
        "ALREADY_THERE": "It was told before.",
        "CONFLICT": "It contradicts what happened meanwhile, and was not applied.",
    },
)


@input_type(description="What a device recorded of one service record while it was offline.")
class ReplayEventsInput:
    """What a device recorded."""

    record: strawberry.ID = strawberry.field(description="The record.")
    skew_milliseconds: int = strawberry.field(
        default=0,
        description="What must be added to the device's clock for the right time, as the device measured it against"
        " the server's; at most a day.",
    )
    events: list[DeviceEventInput] = strawberry.field(
        description="What happened, in the device's order; 1 to 200. What was told before is known by its client id."
    )


@strawberry.type(description="What became of one event of a device.")
class ReplayOutcome:
    """What became of an event."""

    client_id: str = part("What the device calls it.")
    fate: Fate = part("Applied, already there, or in conflict.")
    number: int | None = part("Its number among the record's events, where it is one.")
    code: str | None = part("Why not: a stable code.")
    message: str | None = part("Why not, in one sentence.")
    hint: str | None = part("What to do.")


def shown(outcome: Outcome) -> ReplayOutcome:
    """Show what became of an event."""
    return ReplayOutcome(
        client_id=str(outcome.client_id),
        fate=outcome.fate,
        number=outcome.number,
        code=outcome.code,
        message=outcome.message,
        hint=outcome.hint,
    )


@mutation(
    permission=WORK_RECORDS,
    success=payload(
        "ReplayEventsSuccess",
        "What became of each event; of a repeated request only the record is told.",
        record=RecordType,
        outcomes=(list[ReplayOutcome], "What became of each, in the order in which they were sent."),
    ),
    errors=(InvalidInput, NotFound, ClockIsTooFarOff, TooManyEvents),
    cost=REPLAY_COST,
    description="Takes in what a device recorded while it was offline, each event once, at the time its clock shows,"
    " corrected. What contradicts what others did meanwhile is told and not applied; the rest is.",
)
async def replay_events(unit: Unit, context: RequestContext, input: ReplayEventsInput) -> Refs:
    """Take in what a device recorded."""
    record_id, skew = local_id(RecordType, input.record), timedelta(milliseconds=input.skew_milliseconds)
    sealer = sealer_of(unit, context)
    around = Around(sealer.ring, unit.scope.actor, skew)
    events = [one.to_event(around) for one in input.events]
    outcomes = await replaying.replay_events(unit, record_id, events, skew, sealer)
    return Refs(record=record_id, outcomes=[shown(one) for one in outcomes])
