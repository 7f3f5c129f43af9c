"""What a customer sees of a record: pure, made of its state, its standard and texts that were opened for it.

Of steps, only what lies above the line of visibility of the process is shown, under the names that the standard gives
them. Of persons, notes, ways in and everything else that staff keep, nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from core.kernel.frozen import frozen
from core.kernel.rules import RuleFailed
from core.records.events.state import RecordState, StepStatus, WaitingFor
from core.records.execution.policy import ENDED, situation
from core.records.policy import RecordStatus
from core.standards.policy.process import Lane, ProcessStep
from core.standards.processes.sheet import Sheet
from core.standards.processes.tables import VISIBLE

SEEN: Final = tuple(lane for lane in (Lane.CUSTOMER, Lane.FRONTSTAGE, Lane.EVIDENCE) if lane in VISIBLE)
"""Where it is looked for what a customer sees of a step that is done out of sight."""


class CustomerState(StrEnum):
    """Where a request stands, as its customer is told."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_YOU = "waiting_for_you"
    WAITING_FOR_OTHERS = "waiting_for_others"
    DONE = "done"
    CLOSED = "closed"


@frozen(kw_only=True)
class SeenStep:
    """One step that a customer sees.

    Attributes:
        title: What it is called.
        at: When it was done; of one that is under way, when it was begun; nothing of one that comes.
    """

    title: str
    at: datetime | None = None


@frozen(kw_only=True)
class SeenDelay:
    """A delay that was announced.

    Attributes:
        announced_at: When.
        until: What is promised instead.
        reason_code: Why, as a word.
        reason: Why; nothing where the text is withheld, because its key is gone.
        alternative: What the customer may have or do instead; likewise.
        step: The step that it is about, where the customer sees that one.
    """

    announced_at: datetime
    until: datetime
    reason_code: str
    reason: str | None = field(repr=False)
    alternative: str | None = field(repr=False)
    step: str | None = None


@frozen(kw_only=True)
class SeenSite:
    """Who serves, and where.

    Attributes:
        organisation: Name of the tenant.
        name: Name of the site; nothing where the record has none.
        address: Its address in lines, as far as it is known.
        time_zone: IANA name of the zone that times are shown in.
    """

    organisation: str
    name: str | None
    address: Sequence[str]
    time_zone: str


@frozen(kw_only=True)
class CustomerView:
    """A record as its customer sees it.

    Attributes:
        service: What was asked for.
        state: Where it stands.
        opened_at: When it was asked for.
        resolved_at: When it was done, where it is.
        current_steps: What is under way.
        next_step: What comes next, where that is foreseen.
        promised_at: When it is promised to be done: as the standard says, or later where a delay was announced.
        delays: What was announced, the latest first.
        done_steps: What has been done, oldest first.
        site: Who serves, and where.
    """

    service: str
    state: CustomerState
    opened_at: datetime
    resolved_at: datetime | None
    current_steps: Sequence[SeenStep]
    next_step: SeenStep | None
    promised_at: datetime | None
    delays: Sequence[SeenDelay]
    done_steps: Sequence[SeenStep]
    site: SeenSite


def state_of(state: RecordState) -> CustomerState:
    """Say where a record stands in its customer's words."""
    if state.waiting is not None:
        theirs = state.waiting.whom is WaitingFor.CUSTOMER
        return CustomerState.WAITING_FOR_YOU if theirs else CustomerState.WAITING_FOR_OTHERS
    if state.status in ENDED:
        return CustomerState.CLOSED if state.status is RecordStatus.CLOSED else CustomerState.DONE
    return CustomerState.IN_PROGRESS if state.steps else CustomerState.RECEIVED


def seen_as(sheet: Sheet, step: ProcessStep | None) -> str:
    """Give what a customer sees of a step; empty where all of it lies below the line of visibility."""
    if step is None:
        return ""
    if step.lane in VISIBLE:
        return sheet.title(step)
    return next((text for lane in SEEN if (text := sheet.cell(step, lane))), "")


def steps_seen(state: RecordState, sheet: Sheet, status: StepStatus) -> tuple[SeenStep, ...]:
    """List the occurrences of steps that stand somewhere and that a customer sees."""
    found = ((one, seen_as(sheet, sheet.process.steps.get(one.name))) for one in state.steps if one.state is status)
    return tuple(SeenStep(title=title, at=one.occurred_at) for one, title in found if title)


def next_seen(state: RecordState, sheet: Sheet, now: datetime) -> SeenStep | None:
    """Find the next step that a customer sees: required, neither begun nor settled, and applying as things stand."""
    if state.status in ENDED:
        return None
    process, begun = sheet.process, {one.name for one in state.steps if one.state is StepStatus.STARTED}
    settled = state.done | state.skipped | begun
    known = situation(state, now)
    try:
        for key, step in process.steps.items():
            title = seen_as(sheet, step)
            if title and step.required and key not in settled and process.applies(key, state.done, known):
                return SeenStep(title=title)
    except RuleFailed:  # What nobody can work out is not foretold.
        return None
    return None


def delays_seen(state: RecordState, sheet: Sheet, texts: Mapping[int, tuple[str, str] | None]) -> tuple[SeenDelay, ...]:
    """List what was announced, the latest first.

    Args:
        state: The record.
        sheet: Its process.
        texts: Reason and alternative by number of the event; nothing for those whose key is gone.
    """
    found: list[SeenDelay] = []
    for one in reversed(state.delays):
        reason, alternative = texts.get(one.number) or (None, None)
        step = sheet.process.steps.get(one.step) if one.step else None
        delay = SeenDelay(
            announced_at=one.announced_at,
            until=one.until,
            reason_code=one.reason_code,
            reason=reason,
            alternative=alternative,
            step=seen_as(sheet, step) or None,
        )
        found.append(delay)
    return tuple(found)


def promised(state: RecordState, due_at: datetime | None) -> datetime | None:
    """Give what is promised: what was announced last takes the place of an earlier instant of the standard."""
    announced = state.delays[-1].until if state.delays else None
    return max((one for one in (due_at, announced) if one is not None), default=None)


def address_lines(address: Mapping[str, Any]) -> tuple[str, ...]:
    """Write an address in lines."""
    place = " ".join(part for part in (address.get("postal_code"), address.get("city")) if part)
    return tuple(line for line in (*address.get("lines", ()), place) if line)
