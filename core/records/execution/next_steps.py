"""What may be done next to a record and why the rest may not, without I/O."""

from datetime import datetime
from enum import StrEnum

from core.kernel.frozen import frozen
from core.kernel.rules import RuleFailed
from core.records.events.state import RecordState
from core.records.execution.policy import ready, situation
from core.records.policy import RecordStatus
from core.standards.policy.process_running import Process, misplaced_after


class Turn(StrEnum):
    """Whether the turn of a step has come, or why not."""

    READY = "ready"
    UNDER_WAY = "under_way"
    DONE = "done"
    WAITS = "waits"
    DOES_NOT_APPLY = "does_not_apply"
    UNDECIDABLE = "undecidable"
    RECORD_NOT_OPEN = "record_not_open"


@frozen(kw_only=True)
class NextStep:
    """One step of a process, as it stands for a record.

    Attributes:
        key: The step.
        role: The role that owns it; empty where none does.
        required: Whether a finished record must show it, where it applies.
        turn: Whether its turn has come, or why not.
        waits_for: The steps that must be settled before it.
        confirm: What must be made sure of before it is started, as ``readiness`` names it.
    """

    key: str
    role: str
    required: bool
    turn: Turn
    waits_for: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()


def next_steps(state: RecordState, process: Process, at: datetime) -> tuple[NextStep, ...]:
    """Say of every step of a process whether it may start at an instant.

    Args:
        state: The record.
        process: Its process; one without steps foresees nothing and gives nothing.
        at: The instant.
    """
    lacking = tuple(one.key for one in process.readiness if one.required and one.key not in state.readiness)
    found: list[NextStep] = []
    for key, step in process.steps.items():
        turn, waits_for = turn_of(state, process, key, at)
        confirm = lacking if turn is Turn.READY else ()
        found.append(
            NextStep(key=key, role=step.role, required=step.required, turn=turn, waits_for=waits_for, confirm=confirm)
        )
    return tuple(found)


def turn_of(state: RecordState, process: Process, key: str, at: datetime) -> tuple[Turn, tuple[str, ...]]:
    """Tell whether the turn of a step has come, and what it waits for."""
    if state.status is not RecordStatus.OPEN:
        return Turn.RECORD_NOT_OPEN, ()
    if state.under_way(key) is not None:
        return Turn.UNDER_WAY, ()
    try:
        return turn_in_order(state, process, key, at)
    except RuleFailed:
        return Turn.UNDECIDABLE, ()


def turn_in_order(state: RecordState, process: Process, key: str, at: datetime) -> tuple[Turn, tuple[str, ...]]:
    """Tell whether the process lets a step start, and what it waits for.

    Raises:
        RuleFailed: A guard could not be worked out.
    """
    if key in ready(state, process, at):
        return Turn.READY, ()
    if key in {*state.done, *state.skipped}:
        return Turn.DONE, ()
    known = situation(state, at)
    if not process.applies(key, state.done, known):
        return Turn.DOES_NOT_APPLY, ()
    return Turn.WAITS, misplaced_after(process, key, state.done, known)
