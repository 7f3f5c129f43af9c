"""Mutations of executing a record: each is one event, or a named refusal that changes nothing."""

from typing import Any

from core.kernel.at_once import AtOnce
from core.kernel.errors import DomainError, InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.looking import Looking
from core.kernel.unit import Act, Unit
from core.records.customers.errors import CustomerIsErased, RecordHasAnotherCustomer
from core.records.customers.graphql.inputs import ring_of, which_customer
from core.records.errors import (
    ContentIsRemoved,
    RecordIsNotOpen,
    RecordKeyIsTaken,
    RequiredStepsMissing,
    StepNotForeseen,
    StepOutOfTime,
)
from core.records.execution import add_contact as contacting
from core.records.execution import commands as do
from core.records.execution import errors as why
from core.records.execution import hand_over as handing
from core.records.execution import migrate_record as migrating
from core.records.execution.act import act
from core.records.execution.act_at_once import act_at_once
from core.records.execution.graphql import inputs as given
from core.records.execution.private import Sealer, checked_private
from core.records.graphql.types import RecordType
from core.records.open_record import checked_text, checked_word
from core.records.permissions import WORK_RECORDS
from core.records.work_record import checked_key
from core.standards.errors import NoStandardInForce

ALWAYS: tuple[type[DomainError], ...] = (
    InvalidInput,
    NotFound,
    StaleEdit,
    RecordIsNotOpen,
    StepOutOfTime,
    CustomerIsErased,
    ContentIsRemoved,
    why.TooManyEvents,
)
OF_STEPS = (StepNotForeseen, why.StepIsDone, why.RuleUndecidable)


def sealer_of(unit: Unit, context: RequestContext) -> Sealer:
    """Give what seals personal parts."""
    return Sealer(ring_of(unit, context))


async def done(unit: Unit, input: given.OnRecord, command: do.Command, context: RequestContext | None = None) -> Refs:
    """Do something to a record and refer to it."""
    sealer = None if context is None else sealer_of(unit, context)
    return Refs(record=await act(unit, input.id, input.version, command, at=input.occurred_at, sealer=sealer))


async def done_at_once(act: Act, looking: Looking, input: given.OnRecord, command: do.Command) -> AtOnce | None:
    """Give the statement that does something to a record, where there can be one."""
    return await act_at_once(act, looking, input.id, input.version, command, input.occurred_at)


def started(input: given.StartStepInput) -> do.StartStep:
    """Say which step begins."""
    return do.StartStep(key=checked_key(input.key), readiness=tuple(checked_key(one) for one in input.readiness))


async def start_at_once(act: Act, looking: Looking, input: given.StartStepInput) -> AtOnce | None:
    """Begin a step."""
    return await done_at_once(act, looking, input, started(input))


def completed(input: given.CompleteStepInput) -> do.CompleteStep:
    """Say which step ends, and how."""
    status = checked_text("status", input.status)
    return do.CompleteStep(key=checked_key(input.key), status=status, answers_customer=input.answers_customer)


async def complete_at_once(act: Act, looking: Looking, input: given.CompleteStepInput) -> AtOnce | None:
    """End a step."""
    return await done_at_once(act, looking, input, completed(input))


async def resume_at_once(act: Act, looking: Looking, input: given.OnRecord) -> AtOnce | None:
    """Go on."""
    return await done_at_once(act, looking, input, do.Resume())


async def close_at_once(act: Act, looking: Looking, input: given.OnRecord) -> AtOnce | None:
    """Close a record."""
    return await done_at_once(act, looking, input, do.Close())


def succeeded(name: str) -> Any:  # noqa: ANN401 - a payload is made
    """Make the payload of a mutation that gives the record."""
    return payload(f"{name}Success", record=RecordType)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("StartStep"),
    errors=(*ALWAYS, *OF_STEPS, why.StepIsUnderWay, why.StepNotReady, why.NotReadyForService),
    at_once=start_at_once,
    description="Begins a step whose turn has come; before the first one, what the process asks to be made sure of.",
)
async def start_step(unit: Unit, input: given.StartStepInput) -> Refs:
    """Begin a step."""
    return await done(unit, input, started(input))


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("CompleteStep"),
    errors=(*ALWAYS, *OF_STEPS, why.StepNotReady),
    at_once=complete_at_once,
    description="Ends a step that was started, or does one at once whose turn has come. A step that was done is not"
    " done again: start it anew where it may be repeated, or reopen it.",
)
async def complete_step(unit: Unit, input: given.CompleteStepInput) -> Refs:
    """End a step."""
    return await done(unit, input, completed(input))


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("SkipStep"),
    errors=(*ALWAYS, *OF_STEPS, why.StepIsRequired),
    description="Leaves out a step that is not required, with a reason.",
)
async def skip_step(unit: Unit, context: RequestContext, input: given.StepWithReasonInput) -> Refs:
    """Leave out a step."""
    code, reason = checked_word("reasonCode", input.reason_code), checked_private(input.reason)
    return await done(unit, input, do.SkipStep(key=checked_key(input.key), reason_code=code, reason=reason), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("ReopenStep"),
    errors=(*ALWAYS, *OF_STEPS, why.StepIsNotDone),
    description="Takes up a step again that was completed or skipped, with a reason; what was done of it stays told.",
)
async def reopen_step(unit: Unit, context: RequestContext, input: given.StepWithReasonInput) -> Refs:
    """Take up a step again."""
    code, reason = checked_word("reasonCode", input.reason_code), checked_private(input.reason)
    return await done(unit, input, do.ReopenStep(key=checked_key(input.key), reason_code=code, reason=reason), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("HandOverRecord"),
    errors=ALWAYS,
    description="Gives a service record to a member of your tenant, a role or a support line.",
)
async def hand_over_record(unit: Unit, context: RequestContext, input: given.HandOverRecordInput) -> Refs:
    """Give a record to somebody."""
    command = handing.HandOverRecord(
        record_id=input.id,
        expected_version=input.version,
        person_id=given.person_in(input.person),
        role=input.role,
        site_key=input.site_key,
        note=input.note,
        occurred_at=input.occurred_at,
    )
    return Refs(record=await handing.hand_over_record(unit, command, sealer_of(unit, context)))


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("WaitForCustomer"),
    errors=ALWAYS,
    description="Lets a service record wait for the customer, for staff elsewhere or for a partner, with a reason; its"
    " clocks pause, and the time is counted as theirs.",
)
async def wait_for_customer(unit: Unit, context: RequestContext, input: given.WaitForInput) -> Refs:
    """Let a record wait."""
    code, reason = checked_word("reasonCode", input.reason_code), checked_private(input.reason)
    return await done(unit, input, do.Wait(whom=input.waiting_for, reason_code=code, reason=reason), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("ResumeRecord"),
    errors=(*ALWAYS, why.RecordIsNotWaiting),
    at_once=resume_at_once,
    description="Goes on with a service record that waits.",
)
async def resume_record(unit: Unit, input: given.OnRecord) -> Refs:
    """Go on."""
    return await done(unit, input, do.Resume())


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("ConfirmRecord"),
    errors=(*ALWAYS, why.RecordIsNotResolved, why.RecordIsConfirmed),
    description="Says that the customer confirmed that the request is met.",
)
async def confirm_record(unit: Unit, context: RequestContext, input: given.ConfirmRecordInput) -> Refs:
    """Take in a confirmation."""
    return await done(unit, input, do.Confirm(reason=checked_private(input.note, "note")), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("CloseRecord"),
    errors=(*ALWAYS, why.RecordIsNotResolved, RequiredStepsMissing, why.RuleUndecidable),
    at_once=close_at_once,
    description="Closes a resolved service record for good.",
)
async def close_record(unit: Unit, input: given.OnRecord) -> Refs:
    """Close a record."""
    return await done(unit, input, do.Close())


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("ReopenRecord"),
    errors=(*ALWAYS, why.RecordIsNotResolved),
    description="Takes up a service record again that was resolved or closed, with a reason; it is resolved anew.",
)
async def reopen_record(unit: Unit, context: RequestContext, input: given.ReopenRecordInput) -> Refs:
    """Take up a record again."""
    code, reason = checked_word("reasonCode", input.reason_code), checked_private(input.reason)
    return await done(unit, input, do.Reopen(reason_code=code, reason=reason), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("ChangePriority"),
    errors=ALWAYS,
    description="Makes a service record more or less urgent; the time that has passed stays.",
)
async def change_priority(unit: Unit, context: RequestContext, input: given.ChangePriorityInput) -> Refs:
    """Change how urgent a record is."""
    priority, reason = checked_text("priority", input.priority), checked_private(input.reason)
    return await done(unit, input, do.ChangePriority(priority=priority, reason=reason), context)


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("AddRecordContact"),
    errors=(*ALWAYS, RecordKeyIsTaken, RecordHasAnotherCustomer),
    description="Adds a contact to a service record: the customer came again, perhaps another way or at another site.",
)
async def add_record_contact(unit: Unit, context: RequestContext, input: given.AddContactInput) -> Refs:
    """Add a contact."""
    command = contacting.AddRecordContact(
        record_id=input.id,
        expected_version=input.version,
        channel=input.channel,
        external_id=input.external_id,
        site_key=input.site_key,
        customer=which_customer(input.customer, input.customer_contact),
        note=input.note,
        occurred_at=input.occurred_at,
    )
    return Refs(record=await contacting.add_record_contact(unit, command, sealer_of(unit, context)))


@mutation(
    permission=WORK_RECORDS,
    success=succeeded("MigrateRecord"),
    errors=(*ALWAYS, NoStandardInForce, StepNotForeseen, why.StepsHaveNoPlace),
    description="Lets a service record go over to what its standard says now. It never does by itself: it ends on what"
    " it was opened under. Steps that were done stay, and must have a place in the other version's process.",
)
async def migrate_record(unit: Unit, input: given.MigrateRecordInput) -> Refs:
    """Let a record go over to another version."""
    steps = {checked_key(one.before): checked_key(one.after) for one in input.steps}
    command = migrating.MigrateRecord(
        record_id=input.id, expected_version=input.version, steps=steps, occurred_at=input.occurred_at
    )
    return Refs(record=await migrating.migrate_record(unit, command))


MUTATIONS = [
    start_step,
    complete_step,
    skip_step,
    reopen_step,
    hand_over_record,
    wait_for_customer,
    resume_record,
    confirm_record,
    close_record,
    reopen_record,
    change_priority,
    add_record_contact,
    migrate_record,
]
