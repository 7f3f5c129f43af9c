"""What may be done with evidence, without I/O: rules that ``core/records/execution/policy.py`` decides commands by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from core.kernel.canonical import instant_text
from core.kernel.errors import NotFound
from core.records.errors import RecordIsNotOpen, StepNotForeseen
from core.records.events.policy import EventKind
from core.records.events.state import EvidenceState, RecordState
from core.records.evidence.errors import (
    EvidenceIsConfirmed,
    EvidenceIsEnough,
    EvidenceIsKnown,
    EvidenceIsWithdrawn,
    EvidenceNeedsAnotherPerson,
    EvidenceNotAskedFor,
    EvidenceOutOfPlace,
    EvidenceOutOfTime,
)
from core.records.evidence.policy import contracts_of, window, within
from core.records.execution import commands as do
from core.records.policy import RecordStatus
from core.standards.policy.process import EvidenceContract
from core.standards.policy.process_running import Process

MOST_PIECES: Final = 1_000
"""Pieces of one record; its state holds them all."""
Told = tuple[EventKind, Mapping[str, Any]]


class When(Protocol):
    """When something is decided; see :class:`core.records.execution.policy.Moment`."""

    @property
    def at(self) -> datetime:
        """When it happens."""
        ...


def add(state: RecordState, command: do.AddEvidence, process: Process, moment: When) -> Told:
    """Take in a piece of evidence that its contract can count, once its window and second person are known."""
    must_not_be_closed(state)
    if len(state.evidence) >= MOST_PIECES:
        raise EvidenceIsEnough(step=command.key, asked="", most=MOST_PIECES)
    round_ = round_of(state, command, process)
    contract = contract_for(command, process)
    standing = [one for one in state.evidence if one.stands and one.name == command.key and one.round == round_]
    if state.piece(command.evidence_id) is not None or any(one.content == command.content for one in standing):
        raise EvidenceIsKnown(step=command.key)
    taken_at = command.taken_at or moment.at
    if contract is not None:
        must_fit(contract, command, [one for one in standing if one.asked == contract.key])
        limits = window(contract, state.occurrence(command.key, round_))
        if not within(limits, taken_at):
            raise EvidenceOutOfTime(earliest=limits[0], latest=limits[1])
    if taken_at > moment.at:
        raise EvidenceOutOfTime(earliest=None, latest=moment.at)
    return EventKind.EVIDENCE_ADDED, {
        "evidence": str(command.evidence_id),
        "step": command.key,
        "round": round_,
        "asked": None if contract is None else contract.key,
        "kind": command.kind.value,
        "mediaType": command.media_type,
        "size": command.size,
        "content": command.content,
        "blob": command.blob,
        "place": None if command.place is None else command.place.value,
        "takenAt": instant_text(taken_at),
    }


def must_not_be_closed(state: RecordState) -> None:
    """Refuse evidence of a record that was closed."""
    if state.status is RecordStatus.CLOSED:
        raise RecordIsNotOpen(status=state.status.value)


def round_of(state: RecordState, command: do.AddEvidence, process: Process) -> int:
    """Say which occurrence of its step a piece is for: the latest where nothing is said, the first where none is."""
    last = state.last_of(command.key)
    if command.key not in process.steps and (process.steps or last is None):
        raise StepNotForeseen(step=command.key, foreseen=tuple(process.steps))
    latest = 1 if last is None else last.round
    round_ = latest if command.round is None else command.round
    if not 1 <= round_ <= latest:
        raise NotFound(kind="occurrence of the step", key=f"{command.key} {round_}")
    return round_


def contract_for(command: do.AddEvidence, process: Process) -> EvidenceContract | None:
    """Give the contract that a piece is for; none where the process has no steps and so asks for nothing."""
    if not process.steps:
        return None
    contracts = contracts_of(process, command.key)
    fitting = {key: one for key, one in contracts.items() if command.kind in one.kinds}
    if command.asked is not None:
        found = fitting.get(command.asked)
    else:
        found = next(iter(fitting.values())) if len(fitting) == 1 else None
    if found is None:
        raise EvidenceNotAskedFor(step=command.key, kind=command.kind.value, asked=tuple(contracts))
    return found


def must_fit(contract: EvidenceContract, command: do.AddEvidence, standing: list[EvidenceState]) -> None:
    """Refuse what comes from elsewhere than is asked for, or is more than is taken."""
    if contract.place is not None and command.place is not contract.place:
        raise EvidenceOutOfPlace(asked=contract.key, place=contract.place.value)
    if contract.most is not None and len(standing) >= contract.most:
        raise EvidenceIsEnough(step=command.key, asked=contract.key, most=contract.most)


def confirm(state: RecordState, command: do.ConfirmEvidence, process: Process, moment: When) -> Told:
    """Take in a second person's word for a piece of evidence."""
    del process, moment
    must_not_be_closed(state)
    piece = standing_piece(state, command)
    if piece.confirmed_by is not None:
        raise EvidenceIsConfirmed
    done = state.occurrence(piece.name, piece.round)
    involved = {piece.given_by, None if done is None else done.performer_id}
    if not command.by_person or command.by in involved:
        raise EvidenceNeedsAnotherPerson
    return EventKind.EVIDENCE_CONFIRMED, {"evidence": str(piece.id)}


def withdraw(state: RecordState, command: do.WithdrawEvidence, process: Process, moment: When) -> Told:
    """Take a piece of evidence back."""
    del process, moment
    must_not_be_closed(state)
    piece = standing_piece(state, command)
    return EventKind.EVIDENCE_WITHDRAWN, {"evidence": str(piece.id), "reasonCode": command.reason_code}


def standing_piece(state: RecordState, command: do.ConfirmEvidence | do.WithdrawEvidence) -> EvidenceState:
    """Give a piece of evidence that was not taken back."""
    piece = state.piece(command.evidence_id)
    if piece is None:
        raise NotFound(kind="evidence", key=str(command.evidence_id))
    if not piece.stands:
        raise EvidenceIsWithdrawn
    return piece
