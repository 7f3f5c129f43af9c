"""The fold: what a record is after an event, without I/O and without refusing anything.

Whatever stands in a stream has happened. What may happen is decided before (``core/records/execution/policy.py``), so
the fold takes every stream that begins with an opening or an import.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from msgspec.structs import replace

from core.records.events.fold_evidence import proven, taken_back, vouched
from core.records.events.policy import Event, EventKind
from core.records.events.state import (
    Contact,
    ContextAt,
    Delay,
    Pause,
    PriorityAt,
    RecordState,
    Resolution,
    StepState,
    StepStatus,
    Waiting,
    WaitingFor,
)
from core.records.events.told import Facts, id_in, instant, instant_in
from core.records.policy import RecordStatus, status_of

Step = Callable[[RecordState, Event, Facts], RecordState]


class StreamIsBroken(ValueError):  # noqa: N818 - it is a fact
    """A stream does not begin with an opening or an import, or holds an event of a kind that is not known."""


def fold(events: Iterable[Event]) -> RecordState:
    """Give the state of a record after its events.

    Args:
        events: All of them, in order of their numbers.

    Raises:
        StreamIsBroken: They are none.
    """
    state: RecordState | None = None
    for event in events:
        state = begun(event) if state is None else apply(state, event)
    if state is None:
        raise StreamIsBroken("a record has at least one event")
    return state


def begun(event: Event) -> RecordState:
    """Give the state after a record's first event.

    Raises:
        StreamIsBroken: It neither opens nor imports a record.
    """
    facts: Facts = orjson.loads(event.payload)
    if event.kind not in {EventKind.OPENED.value, EventKind.IMPORTED.value}:
        raise StreamIsBroken(f"a record does not begin with {event.kind}")
    at, priority = event.occurred_at, facts.get("priority")
    state = RecordState(
        channel=facts["channel"],
        external_id=facts["externalId"],
        standard_code=facts["standard"],
        standard_version=facts["standardVersion"],
        effective_hash=facts["effectiveHash"],
        opened_at=at,
        opened_recorded_at=event.recorded_at,
        recorded_at=event.recorded_at,
        last_at=at,
        settled_at=at,
        head=event.number,
        hash=event.hash,
        priority=priority,
        site_id=id_in(facts, "site"),
        service_type=facts.get("serviceType"),
        holder_role=facts.get("role"),
        customer_id=id_in(facts, "customer"),
        priorities=(PriorityAt(at=at, priority=priority),),
        contexts=(ContextAt(at=at, tier=facts.get("tier"), site=facts.get("siteAttributes", {})),),
    )
    return brought(state, event, facts) if event.kind == EventKind.IMPORTED.value else state


def brought(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Take in what a log told of a record: its steps and milestones."""
    rounds: dict[str, int] = {}
    steps: list[StepState] = []
    for position, (key, status, at, performer) in enumerate(facts["steps"], start=1):
        rounds[key] = rounds.get(key, 0) + 1
        step = StepState(
            key=key,
            position=position,
            round=rounds[key],
            state=StepStatus.COMPLETED,
            occurred_at=instant(at),
            recorded_at=event.recorded_at,
            status=status,
            performer_pseudonym=performer,
        )
        steps.append(step)
    resolved_at, closed_at = instant_in(facts, "resolvedAt"), instant_in(facts, "closedAt")
    last = max([state.opened_at, *(one.occurred_at for one in steps)])
    return replace(
        state,
        status=status_of(resolved_at, closed_at),
        steps=tuple(steps),
        first_response_at=instant_in(facts, "firstResponseAt"),
        resolved_at=resolved_at,
        closed_at=closed_at,
        resolutions=() if resolved_at is None else (Resolution(at=resolved_at),),
        told_due_at=instant_in(facts, "toldDueAt"),
        chunk_id=id_in(facts, "chunk"),
        import_position=facts.get("position"),
        last_at=last,
        settled_at=max(one for one in (state.opened_at, resolved_at, closed_at) if one is not None),
    )


def apply(state: RecordState, event: Event) -> RecordState:
    """Give the state after one more event.

    Raises:
        StreamIsBroken: Its kind is not known here.
    """
    step = STEPS.get(event.kind)
    if step is None:
        raise StreamIsBroken(f"a record in being does not take {event.kind}")
    facts: Facts = orjson.loads(event.payload)
    return replace(
        step(state, event, facts),
        head=event.number,
        hash=event.hash,
        recorded_at=event.recorded_at,
        last_at=max(state.last_at, event.occurred_at),
    )


def started(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Begin a new occurrence of a step."""
    sure = tuple(sorted({*state.readiness, *facts.get("readiness", ())}))
    return with_step(replace(state, readiness=sure), occurrence(state, event, facts, StepStatus.STARTED))


def ended(status: StepStatus) -> Step:
    """Give what ends a step: the occurrence that is under way, or one that is told when it is over."""

    def end(state: RecordState, event: Event, facts: Facts) -> RecordState:
        open_ = state.under_way(facts["step"])
        said: dict[str, Any] = {
            "state": status,
            "status": facts.get("status"),
            "occurred_at": event.occurred_at,
            "performer_id": event.actor_id,
            "told_by": event.number,
        }
        if facts.get("reasonCode"):
            said["reason_code"] = facts["reasonCode"]
        one = replace(open_, **said) if open_ else occurrence(state, event, facts, status)
        answered = state.first_response_at
        if facts.get("answersCustomer"):
            answered = event.occurred_at if answered is None else min(answered, event.occurred_at)
        return replace(with_step(state, one), first_response_at=answered)

    return end


def occurrence(state: RecordState, event: Event, facts: Facts, status: StepStatus) -> StepState:
    """Make a new occurrence of a step."""
    key: str = facts["step"]
    return StepState(
        key=key,
        position=len(state.steps) + 1,
        round=1 + sum(one.key == key for one in state.steps),
        state=status,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        started_at=event.occurred_at if status is StepStatus.STARTED else None,
        status=facts.get("status"),
        reason_code=facts.get("reasonCode"),
        performer_id=event.actor_id,
        begun_by=event.number,
        told_by=event.number,
    )


def with_step(state: RecordState, step: StepState) -> RecordState:
    """Put an occurrence in its place, in which another may stand."""
    at = step.position - 1
    return replace(state, steps=(*state.steps[:at], step, *state.steps[at + 1 :]))


def contacted(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Add a further contact; perhaps the first that says who the customer is."""
    contact = Contact(
        position=len(state.contacts) + 1,
        channel=facts["channel"],
        external_id=facts.get("externalId"),
        site_id=id_in(facts, "site"),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )
    customer = state.customer_id or id_in(facts, "customer")
    known = replace(state, contacts=(*state.contacts, contact), customer_id=customer)
    return in_context(known, event, tier=facts["tier"]) if "tier" in facts else known


def handed_over(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Give the record to somebody else, and to another site where that is said."""
    site = id_in(facts, "site")
    given = replace(state, holder_id=id_in(facts, "person"), holder_role=facts.get("role"))
    if site is None:
        return given
    return in_context(replace(given, site_id=site), event, site=facts.get("siteAttributes", {}))


def in_context(state: RecordState, event: Event, **said: Any) -> RecordState:  # noqa: ANN401 - of customer or site
    """Know something else of the customer or the site from now on."""
    known = replace(state.context, at=event.occurred_at, **said)
    return replace(state, contexts=(*state.contexts, known))


def waits(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Let the record wait."""
    waiting = Waiting(whom=WaitingFor(facts["for"]), since=event.occurred_at, reason_code=facts.get("reasonCode"))
    return replace(state, status=RecordStatus.WAITING, waiting=waiting)


def resumed(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Go on after a wait."""
    del facts
    return replace(no_longer_waiting(state, event.occurred_at), status=RecordStatus.OPEN)


def no_longer_waiting(state: RecordState, at: datetime) -> RecordState:
    """Turn a wait that ends into a pause."""
    waiting = state.waiting
    if waiting is None:
        return state
    pause = Pause(whom=waiting.whom, since=waiting.since, until=max(at, waiting.since), reason_code=waiting.reason_code)
    return replace(state, waiting=None, pauses=(*state.pauses, pause))


def resolved(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """The request is met; a wait ends with it."""
    del facts
    at = event.occurred_at
    resolutions = (*state.resolutions, Resolution(at=at, number=event.number))
    ended = no_longer_waiting(state, at)
    return replace(ended, status=RecordStatus.RESOLVED, resolved_at=at, resolutions=resolutions, settled_at=at)


def confirmed(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """The customer has confirmed it."""
    del facts
    return replace(state, confirmed_at=event.occurred_at)


def closed(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """It is closed for good."""
    del facts
    return replace(state, status=RecordStatus.CLOSED, closed_at=event.occurred_at, settled_at=event.occurred_at)


def reopened(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """It is taken up again: what was resolved is not."""
    del facts
    at = event.occurred_at
    *before, last = state.resolutions or (Resolution(at=at),)
    return replace(
        state,
        status=RecordStatus.OPEN,
        resolved_at=None,
        confirmed_at=None,
        closed_at=None,
        reopened_count=state.reopened_count + 1,
        resolutions=(*before, replace(last, reopened_at=at)),
        settled_at=at,
    )


def reprioritised(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """It is more or less urgent from now on."""
    priority = facts.get("priority")
    return replace(
        state, priority=priority, priorities=(*state.priorities, PriorityAt(at=event.occurred_at, priority=priority))
    )


def migrated(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """It goes over to another version; steps that ended stay and count as what the version calls them."""
    names: Mapping[str, str] = facts.get("steps", {})
    steps = tuple(replace(one, counts_as=names[one.name]) if one.name in names else one for one in state.steps)
    evidence = tuple(replace(one, counts_as=names[one.name]) if one.name in names else one for one in state.evidence)
    return replace(
        state,
        standard_version=facts["standardVersion"],
        effective_hash=facts["effectiveHash"],
        steps=steps,
        evidence=evidence,
        settled_at=event.occurred_at,
    )


def delayed(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """The customer was told that it takes longer."""
    delay = Delay(
        number=event.number,
        announced_at=event.occurred_at,
        until=instant(facts["until"]),
        reason_code=facts["reasonCode"],
        step=facts.get("step"),
    )
    return replace(state, delays=(*state.delays, delay))


STEPS: Final[Mapping[str, Step]] = {
    EventKind.CONTACTED.value: contacted,
    EventKind.STEP_STARTED.value: started,
    EventKind.STEP_COMPLETED.value: ended(StepStatus.COMPLETED),
    EventKind.STEP_SKIPPED.value: ended(StepStatus.SKIPPED),
    EventKind.STEP_REOPENED.value: started,
    EventKind.HANDED_OVER.value: handed_over,
    EventKind.WAITING.value: waits,
    EventKind.RESUMED.value: resumed,
    EventKind.RESOLVED.value: resolved,
    EventKind.CONFIRMED.value: confirmed,
    EventKind.CLOSED.value: closed,
    EventKind.REOPENED.value: reopened,
    EventKind.PRIORITY_CHANGED.value: reprioritised,
    EventKind.MIGRATED.value: migrated,
    EventKind.EVIDENCE_ADDED.value: proven,
    EventKind.EVIDENCE_CONFIRMED.value: vouched,
    EventKind.EVIDENCE_WITHDRAWN.value: taken_back,
    EventKind.DELAY_ANNOUNCED.value: delayed,
}


def all_applied(state: RecordState, events: Sequence[Event]) -> RecordState:
    """Give the state after several more events."""
    for event in events:
        state = apply(state, event)
    return state
