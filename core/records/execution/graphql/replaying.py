"""The mutation by which devices tell what they recorded while they were offline."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import strawberry

from core.kernel.errors import InvalidInput, NotFound
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.types import part
from core.kernel.unit import Unit
from core.records.events.state import WaitingFor
from core.records.execution import commands as do
from core.records.execution import replay as replaying
from core.records.execution.errors import ClockIsTooFarOff, TooManyEvents
from core.records.execution.graphql.mutations import sealer_of
from core.records.execution.private import checked_private
from core.records.execution.replay import DeviceEvent, Fate, Outcome
from core.records.graphql.types import RecordType
from core.records.open_record import checked_text, checked_word
from core.records.permissions import WORK_RECORDS
from core.records.work_record import checked_key

REPLAY_COST: Final = 100
"""What replaying adds to the cost of an operation: it may be two hundred changes."""


class DeviceEventKind(StrEnum):
    """What a device can tell afterwards."""

    START_STEP = "start_step"
    COMPLETE_STEP = "complete_step"
    SKIP_STEP = "skip_step"
    REOPEN_STEP = "reopen_step"
    WAIT = "wait"
    RESUME = "resume"
    RESOLVE = "resolve"
    CONFIRM = "confirm"


enumeration(
    DeviceEventKind,
    description="What a device can tell afterwards; each as the mutation of the like name.",
    values={
        "START_STEP": "A step was begun.",
        "COMPLETE_STEP": "A step was completed.",
        "SKIP_STEP": "A step was left out.",
        "REOPEN_STEP": "A step was taken up again.",
        "WAIT": "The record waited.",
        "RESUME": "It went on.",
        "RESOLVE": "The request was met.",
        "CONFIRM": "The customer confirmed it.",
    },
)
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


@strawberry.input(description="Something a device recorded while it was offline.")
class DeviceEventInput:
    """Something a device recorded."""

    client_id: str = strawberry.field(description="What the device calls it: a UUID made when it happened.")
    device_at: datetime = strawberry.field(description="When it happened, by the device's own clock.")
    kind: DeviceEventKind = strawberry.field(description="What was done.")
    key: str | None = strawberry.field(default=None, description="Which step, where it is about one.")
    status: str | None = strawberry.field(default=None, description="What became of the step, in your own words.")
    answers_customer: bool = strawberry.field(default=False, description="Whether the customer got an answer with it.")
    readiness: list[str] = strawberry.field(
        default_factory=list[str], description="What was made sure of before service."
    )
    waiting_for: WaitingFor = strawberry.field(default=WaitingFor.CUSTOMER, description="Whose turn it was.")
    reason_code: str | None = strawberry.field(default=None, description="Why, as a word, where a reason is asked for.")
    reason: str | None = strawberry.field(default=None, description="Why, in your own words; kept sealed.")

    def to_event(self) -> DeviceEvent:
        """Give the event.

        Raises:
            InvalidInput: A value does not have the form it must have.
        """
        try:
            client_id = UUID(self.client_id)
        except ValueError as problem:
            raise InvalidInput(field="clientId", problem="give a UUID") from problem
        return DeviceEvent(client_id=client_id, device_at=self.device_at, command=COMMANDS[self.kind](self))

    def step(self) -> str:
        """Give the step it is about.

        Raises:
            InvalidInput: None is named.
        """
        return checked_key(self.key or "")

    def code(self) -> str:
        """Give the reason as a word.

        Raises:
            InvalidInput: None is given.
        """
        return checked_word("reasonCode", self.reason_code or "")


COMMANDS: Final[Mapping[DeviceEventKind, Callable[[DeviceEventInput], do.Command]]] = {
    DeviceEventKind.START_STEP: lambda one: do.StartStep(
        key=one.step(), readiness=tuple(checked_key(sure) for sure in one.readiness)
    ),
    DeviceEventKind.COMPLETE_STEP: lambda one: do.CompleteStep(
        key=one.step(), status=checked_text("status", one.status), answers_customer=one.answers_customer
    ),
    DeviceEventKind.SKIP_STEP: lambda one: do.SkipStep(
        key=one.step(), reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.REOPEN_STEP: lambda one: do.ReopenStep(
        key=one.step(), reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.WAIT: lambda one: do.Wait(
        whom=one.waiting_for, reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.RESUME: lambda _: do.Resume(),
    DeviceEventKind.RESOLVE: lambda _: do.Resolve(),
    DeviceEventKind.CONFIRM: lambda one: do.Confirm(reason=checked_private(one.reason)),
}


@strawberry.input(description="What a device recorded of one service record while it was offline.")
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
    events = [one.to_event() for one in input.events]
    outcomes = await replaying.replay_events(unit, record_id, events, skew, sealer_of(unit, context))
    return Refs(record=record_id, outcomes=[shown(one) for one in outcomes])
