"""What may happen to a record next, without I/O: a command becomes happenings, or a named refusal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from core.kernel.canonical import instant_text
from core.kernel.frozen import frozen
from core.kernel.rules import RuleFailed
from core.records.customers.errors import RecordHasAnotherCustomer
from core.records.errors import RecordIsNotOpen, RequiredStepsMissing, StepNotForeseen, StepOutOfTime
from core.records.events.policy import EventKind, Happening
from core.records.events.state import RecordState, StepStatus
from core.records.evidence import deciding as evidence
from core.records.execution import commands as do
from core.records.execution.errors import (
    DelayIsNoDelay,
    NotReadyForService,
    RecordIsConfirmed,
    RecordIsNotResolved,
    RecordIsNotWaiting,
    RuleUndecidable,
    StepIsDone,
    StepIsNotDone,
    StepIsRequired,
    StepIsUnderWay,
    StepNotReady,
    StepsHaveNoPlace,
)
from core.records.policy import RecordStatus
from core.standards.policy.process_guards import Situation
from core.standards.policy.process_running import Process, missing_steps, ready_steps

ENDED: Final = frozenset({RecordStatus.RESOLVED, RecordStatus.CLOSED})


@frozen(kw_only=True)
class Moment:
    """When something is decided.

    Attributes:
        now: The present instant.
        at: When it happens; the present instant where nothing else is said.
        replayed: Whether a device tells it afterwards: then it may lie before what others told meanwhile.
    """

    now: datetime
    at: datetime
    replayed: bool = False


def decide(state: RecordState, command: do.Command, process: Process, moment: Moment) -> tuple[Happening, ...]:
    """Turn a command into what happens.

    Args:
        state: The record as it is.
        command: What is to be done.
        process: The process of the standard it pins; one without steps foresees nothing and allows every step.
        moment: When.

    Returns:
        What happens; nothing where the record is already as it shall be.

    Raises:
        DomainError: It cannot be done; the code tells why, and nothing has happened.
    """
    check_time(state, command, moment)
    rule: Callable[..., tuple[EventKind, Mapping[str, Any]] | None] = RULES[type(command)]
    try:
        found = rule(state, command, process, moment)
    except RuleFailed as failed:
        raise RuleUndecidable(problem=str(failed)) from failed
    if found is None:
        return ()
    kind, facts = found
    told = {name: value for name, value in facts.items() if value is not None and value != ()}
    return (Happening(kind=kind, occurred_at=moment.at, facts=told, private=getattr(command, "reason", "")),)


def check_time(state: RecordState, command: do.Command, moment: Moment) -> None:
    """Refuse what lies in the future, or before what it follows."""
    earliest = state.last_at
    if moment.replayed:
        earliest = state.settled_at
        under_way = state.under_way(getattr(command, "key", ""))
        if under_way is not None and under_way.started_at is not None:
            earliest = max(earliest, under_way.started_at)
        if state.waiting is not None:
            earliest = max(earliest, state.waiting.since)
    if not earliest <= moment.at <= moment.now:
        raise StepOutOfTime(earliest=earliest, latest=moment.now)


def situation(state: RecordState, at: datetime) -> Situation:
    """Say what guards may know of a record."""
    return Situation(
        channel=state.channel,
        priority=state.priority or "",
        tier=state.context.tier or "",
        site=state.context.site,
        service_type=state.service_type or "",
        skipped=state.skipped,
        elapsed=max(0, int((at - state.opened_at).total_seconds())),
    )


def missing(state: RecordState, process: Process, at: datetime) -> tuple[str, ...]:
    """List the steps without which the record is not finished."""
    return missing_steps(process, state.done, situation(state, at))


def ready(state: RecordState, process: Process, at: datetime) -> tuple[str, ...]:
    """List the steps that may start now; those under way are not started twice."""
    under_way = {one.name for one in state.steps if one.state is StepStatus.STARTED}
    found = ready_steps(process, state.done, situation(state, at))
    return tuple(key for key in found if key not in under_way)


def must_be_open(state: RecordState) -> None:
    """Refuse to work on a record that waits or has ended."""
    if state.status is not RecordStatus.OPEN:
        raise RecordIsNotOpen(status=state.status.value)


def must_be_in_hand(state: RecordState) -> None:
    """Refuse what only makes sense before a record is resolved."""
    if state.status in ENDED:
        raise RecordIsNotOpen(status=state.status.value)


def must_not_be_closed(state: RecordState) -> None:
    """Refuse what makes no sense after a record was closed."""
    if state.status is RecordStatus.CLOSED:
        raise RecordIsNotOpen(status=state.status.value)


def must_be_foreseen(process: Process, key: str) -> None:
    """Refuse a step that the process does not have; where it has none, any step may be done."""
    if process.steps and key not in process.steps:
        raise StepNotForeseen(step=key, foreseen=tuple(process.steps))


def must_be_ready(state: RecordState, process: Process, key: str, at: datetime) -> None:
    """Refuse a step whose turn has not come."""
    if not process.steps:
        return
    able = ready(state, process, at)
    if key not in able:
        raise StepNotReady(step=key, ready=able)


def must_not_be_done(state: RecordState, key: str) -> None:
    """Refuse to end a step a second time."""
    last = state.last_of(key)
    if last is not None and last.state is not StepStatus.STARTED:
        raise StepIsDone(step=key, state=last.state.value)


def start(state: RecordState, command: do.StartStep, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Begin a step whose turn has come, once readiness was confirmed."""
    must_be_open(state)
    must_be_foreseen(process, command.key)
    if state.under_way(command.key) is not None:
        raise StepIsUnderWay(steps=(command.key,))
    last, step = state.last_of(command.key), process.steps.get(command.key)
    if last is not None and step is not None and not step.repeatable:
        raise StepIsDone(step=command.key, state=last.state.value)
    must_be_ready(state, process, command.key, moment.at)
    sure = {*state.readiness, *command.readiness}
    lacking = tuple(one.key for one in process.readiness if one.required and one.key not in sure)
    if lacking:
        raise NotReadyForService(checks=lacking)
    return EventKind.STEP_STARTED, {"step": command.key, "readiness": tuple(sorted(set(command.readiness)))}


def complete(state: RecordState, command: do.CompleteStep, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """End a step that is under way, or one whose turn has come."""
    must_be_open(state)
    must_be_foreseen(process, command.key)
    if state.under_way(command.key) is None:
        must_not_be_done(state, command.key)
        must_be_ready(state, process, command.key, moment.at)
    return completed(command)


def tell(state: RecordState, command: do.TellStep, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Take in a step that was done."""
    del moment
    must_be_open(state)
    must_be_foreseen(process, command.key)
    last, step = state.last_of(command.key), process.steps.get(command.key)
    if last is not None and last.state is not StepStatus.STARTED and step is not None and not step.repeatable:
        raise StepIsDone(step=command.key, state=last.state.value)
    return completed(command)


def completed(command: do.CompleteStep | do.TellStep) -> tuple[EventKind, Mapping[str, Any]]:
    """Tell of a step that is done."""
    answers = command.answers_customer or None
    return EventKind.STEP_COMPLETED, {"step": command.key, "status": command.status, "answersCustomer": answers}


def skip(state: RecordState, command: do.SkipStep, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Leave out a step that is not required."""
    must_be_open(state)
    must_be_foreseen(process, command.key)
    must_not_be_done(state, command.key)
    step = process.steps.get(command.key)
    if step is not None and step.required and process.applies(command.key, state.done, situation(state, moment.at)):
        raise StepIsRequired(step=command.key)
    return EventKind.STEP_SKIPPED, {"step": command.key, "reasonCode": command.reason_code}


def reopen_step(state: RecordState, command: do.ReopenStep, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Take up again a step that has ended."""
    del moment
    must_be_open(state)
    must_be_foreseen(process, command.key)
    last = state.last_of(command.key)
    if last is None or last.state is StepStatus.STARTED:
        raise StepIsNotDone(step=command.key)
    return EventKind.STEP_REOPENED, {"step": command.key, "reasonCode": command.reason_code}


def hand_over(state: RecordState, command: do.HandOver, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Give the record to somebody else."""
    del process, moment
    must_not_be_closed(state)
    person = None if command.person_id is None else str(command.person_id)
    site = None if command.site_id is None else str(command.site_id)
    return EventKind.HANDED_OVER, {
        "person": person,
        "role": command.role,
        "site": site,
        "siteAttributes": dict(command.site) or None,
    }


def wait(state: RecordState, command: do.Wait, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Let the record wait."""
    del process, moment
    must_be_open(state)
    return EventKind.WAITING, {"for": command.whom.value, "reasonCode": command.reason_code}


def resume(state: RecordState, command: do.Resume, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Go on after a wait."""
    del command, process, moment
    if state.status is not RecordStatus.WAITING:
        raise RecordIsNotWaiting(status=state.status.value)
    return EventKind.RESUMED, {}


def resolve(state: RecordState, command: do.Resolve, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Resolve once everything required is done and nothing is under way."""
    del command
    must_be_in_hand(state)
    must_be_finished(state, process, moment.at)
    under_way = tuple(one.name for one in state.steps if one.state is StepStatus.STARTED)
    if under_way:
        raise StepIsUnderWay(steps=under_way)
    return EventKind.RESOLVED, {}


def must_be_finished(state: RecordState, process: Process, at: datetime) -> None:
    """Refuse to end a record that lacks required steps."""
    lacking = missing(state, process, at)
    if lacking:
        raise RequiredStepsMissing(steps=lacking)


def confirm(state: RecordState, command: do.Confirm, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Take in the customer's confirmation."""
    del command, process, moment
    if state.status is not RecordStatus.RESOLVED:
        raise RecordIsNotResolved(status=state.status.value)
    if state.confirmed_at is not None:
        raise RecordIsConfirmed
    return EventKind.CONFIRMED, {}


def close(state: RecordState, command: do.Close, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Close a resolved record that lacks nothing required."""
    del command
    if state.status is not RecordStatus.RESOLVED:
        raise RecordIsNotResolved(status=state.status.value)
    must_be_finished(state, process, moment.at)
    return EventKind.CLOSED, {}


def reopen(state: RecordState, command: do.Reopen, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Take a resolved or closed record up again."""
    del process, moment
    if state.status not in ENDED:
        raise RecordIsNotResolved(status=state.status.value)
    return EventKind.REOPENED, {"reasonCode": command.reason_code}


def change_priority(state: RecordState, command: do.ChangePriority, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Change how urgent it is."""
    del process, moment
    must_not_be_closed(state)
    if command.priority == state.priority:
        return None
    return EventKind.PRIORITY_CHANGED, {"priority": command.priority, "before": state.priority}


def add_contact(state: RecordState, command: do.AddContact, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Add a contact."""
    del process, moment
    must_not_be_closed(state)
    if command.customer_id is not None and state.customer_id not in {None, command.customer_id}:
        raise RecordHasAnotherCustomer
    site = None if command.site_id is None else str(command.site_id)
    customer = None if command.customer_id is None else str(command.customer_id)
    facts = {"channel": command.channel, "externalId": command.external_id, "site": site, "customer": customer}
    return EventKind.CONTACTED, {**facts, "tier": command.tier}


def migrate(state: RecordState, command: do.Migrate, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Go over to another version that has a place for every step that was done or started."""
    del process, moment
    must_not_be_closed(state)
    if command.hash == state.effective_hash:
        return None
    foreseen = command.process.steps
    for name in command.steps.values():
        must_be_foreseen(command.process, name)
    held = {one.name for one in state.steps if one.state is not StepStatus.SKIPPED}
    lost = tuple(sorted(key for key in held if command.steps.get(key, key) not in foreseen)) if foreseen else ()
    if lost:
        raise StepsHaveNoPlace(steps=lost, foreseen=tuple(foreseen))
    renamed = {old: new for old, new in command.steps.items() if old != new}
    return EventKind.MIGRATED, {
        "standardVersion": command.version,
        "effectiveHash": command.hash,
        "before": {"standardVersion": state.standard_version, "effectiveHash": state.effective_hash},
        "steps": renamed or None,
    }


def announce_delay(state: RecordState, command: do.AnnounceDelay, process: Process, moment: Moment) -> Any:  # noqa: ANN401 - see decide
    """Announce what is later than promised; a further announcement takes the place of the one before."""
    must_be_in_hand(state)
    if command.step is not None:
        must_be_foreseen(process, command.step)
    after = moment.now if command.promised is None else max(moment.now, command.promised)
    if command.until <= after:
        raise DelayIsNoDelay(until=command.until, after=after)
    facts = {"until": instant_text(command.until), "reasonCode": command.reason_code, "step": command.step}
    return EventKind.DELAY_ANNOUNCED, facts


RULES: Final[Mapping[type, Any]] = {
    do.StartStep: start,
    do.CompleteStep: complete,
    do.TellStep: tell,
    do.SkipStep: skip,
    do.ReopenStep: reopen_step,
    do.HandOver: hand_over,
    do.Wait: wait,
    do.Resume: resume,
    do.Resolve: resolve,
    do.Confirm: confirm,
    do.Close: close,
    do.Reopen: reopen,
    do.ChangePriority: change_priority,
    do.AddContact: add_contact,
    do.Migrate: migrate,
    do.AddEvidence: evidence.add,
    do.ConfirmEvidence: evidence.confirm,
    do.WithdrawEvidence: evidence.withdraw,
    do.AnnounceDelay: announce_delay,
}


def as_of(moment: Moment, at: datetime) -> Moment:
    """Give the same moment with another instant of happening."""
    return replace(moment, at=at)
