"""What counts as evidence for a step, without I/O: held against the contract that the process has for it.

A piece counts where it is of a kind that is asked for, comes from the place and time that are asked for, and, where a
second person is asked for, was given or confirmed by somebody else than whoever did the step.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from core.kernel.frozen import frozen
from core.records.events.state import EvidenceState, RecordState, StepState, StepStatus
from core.standards.policy.process import EvidenceContract, StepContent
from core.standards.policy.process_running import Process


class Fault(StrEnum):
    """Why a piece of evidence does not count."""

    KIND = "kind"
    PLACE = "place"
    TIME = "time"
    SECOND_PERSON = "second_person"


@frozen(kw_only=True)
class EvidenceProblem:
    """Evidence that an occurrence of a step lacks.

    Attributes:
        step: Which step, as the present standard calls it.
        round: Which occurrence of it, from 1.
        asked: Which evidence of the step, by the key of its contract.
        needed: How many pieces are needed.
        counted: How many of those given count.
        faults: Why others do not, each reason once, in order.
    """

    step: str
    round: int
    asked: str
    needed: int
    counted: int
    faults: tuple[Fault, ...] = ()


def missing_evidence(
    step: StepContent, occurrence: StepState, given: Iterable[EvidenceState]
) -> tuple[EvidenceProblem, ...]:
    """List the evidence that an occurrence of a step lacks.

    Args:
        step: The step with its contracts, as the process has it.
        occurrence: The occurrence that is looked at.
        given: Evidence of the record; what is another step's or was taken back is passed over.

    Returns:
        One problem for each contract that is not kept, in the order of the contracts; none where all are.
    """
    pieces = [one for one in given if one.stands and one.name == step.key and one.round == occurrence.round]
    problems: list[EvidenceProblem] = []
    for contract in step.evidence:
        mine = [one for one in pieces if one.asked == contract.key]
        faults = [fault_of(contract, occurrence, one) for one in mine]
        counted = sum(one is None for one in faults)
        if counted < contract.least:
            problems.append(
                EvidenceProblem(
                    step=step.key,
                    round=occurrence.round,
                    asked=contract.key,
                    needed=contract.least,
                    counted=counted,
                    faults=tuple(sorted({one for one in faults if one is not None})),
                )
            )
    return tuple(problems)


def missing_evidence_of(state: RecordState, process: Process) -> tuple[EvidenceProblem, ...]:
    """List the evidence that a record lacks: that of every step of its process that was completed, each time."""
    return tuple(
        problem
        for one in state.steps
        if one.state is StepStatus.COMPLETED and one.name in process.steps
        for problem in missing_evidence(process.steps[one.name], one, state.evidence)
    )


def fault_of(contract: EvidenceContract, occurrence: StepState, piece: EvidenceState) -> Fault | None:
    """Say why a piece of evidence does not count; nothing where it does."""
    if piece.kind not in contract.kinds:
        return Fault.KIND
    if contract.place is not None and piece.place is not contract.place:
        return Fault.PLACE
    if not within(window(contract, occurrence), piece.taken_at):
        return Fault.TIME
    if contract.second_person and not by_second_person(occurrence, piece):
        return Fault.SECOND_PERSON
    return None


def window(contract: EvidenceContract, occurrence: StepState | None) -> tuple[datetime | None, datetime | None]:
    """Say when evidence must be taken: from when and until when, either empty where nothing is said or known yet."""
    if contract.window is None or occurrence is None:
        return None, None
    begun = occurrence.started_at or occurrence.occurred_at
    earliest = begun - timedelta(seconds=contract.window.before)
    if occurrence.state is StepStatus.STARTED:
        return earliest, None
    return earliest, occurrence.occurred_at + timedelta(seconds=contract.window.after)


def within(limits: tuple[datetime | None, datetime | None], at: datetime) -> bool:
    """Tell whether an instant lies within limits, both of which belong to it."""
    earliest, latest = limits
    return (earliest is None or earliest <= at) and (latest is None or at <= latest)


def by_second_person(occurrence: StepState, piece: EvidenceState) -> bool:
    """Tell whether a piece was given or confirmed by another person than whoever did the step.

    Where nobody knows who did it, the one who gave the piece may have: another one must have confirmed it.
    """
    if piece.confirmed_by is not None and piece.confirmed_by != occurrence.performer_id:
        return True
    return piece.given_by_person and occurrence.performer_id not in {None, piece.given_by}


def contracts_of(process: Process, step: str) -> Mapping[str, EvidenceContract]:
    """Give what a step of a process asks for as evidence, by key."""
    found = process.steps.get(step)
    return {} if found is None else {one.key: one for one in found.evidence}
