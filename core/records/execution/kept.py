"""What is kept of a record's state beside its stream: the columns of its row, of its steps and of its contacts."""

from collections.abc import Mapping
from typing import Any

from core.kernel.frozen import frozen
from core.records.events.state import Contact, EvidenceState, RecordState, StepState, StepStatus
from core.records.policy import elapsed_seconds

Columns = Mapping[str, Any]


@frozen
class Kept:
    """A record as rows, without tenant and ids.

    Attributes:
        record: The columns of its row.
        steps: The columns of every occurrence of a step, by position from 1.
        contacts: The columns of every further contact, by position from 1.
        evidence: The columns of every piece of evidence, its id among them, by position from 1.
    """

    record: Columns
    steps: tuple[Columns, ...]
    contacts: tuple[Columns, ...]
    evidence: tuple[Columns, ...] = ()


def kept_of(state: RecordState) -> Kept:
    """Give the rows that a state is kept as."""
    return Kept(
        record_columns(state),
        tuple(step_columns(one) for one in state.steps),
        tuple(contact_columns(one) for one in state.contacts),
        tuple(evidence_columns(one) for one in state.evidence),
    )


def record_columns(state: RecordState) -> dict[str, Any]:
    """Give the columns of a record's row."""
    done = [one.occurred_at for one in state.steps if one.state is StepStatus.COMPLETED]
    waiting = state.waiting
    return {
        "channel": state.channel,
        "external_id": state.external_id,
        "standard_code": state.standard_code,
        "standard_version": state.standard_version,
        "effective_hash": state.effective_hash,
        "status": state.status.value,
        "priority": state.priority,
        "site_id": state.site_id,
        "opened_at": state.opened_at,
        "first_response_at": state.first_response_at,
        "resolved_at": state.resolved_at,
        "closed_at": state.closed_at,
        "first_response_seconds": elapsed_seconds(state.opened_at, state.first_response_at),
        "resolution_seconds": elapsed_seconds(state.opened_at, state.resolved_at),
        "step_count": len(done),
        "last_step_at": max([state.opened_at, *done]),
        "told_due_at": state.told_due_at,
        "import_chunk_id": state.chunk_id,
        "import_position": state.import_position,
        "recorded_at": state.opened_recorded_at,
        "updated_at": state.recorded_at,
        "version": state.head,
        "confirmed_at": state.confirmed_at,
        "waiting_for": None if waiting is None else waiting.whom.value,
        "waiting_since": None if waiting is None else waiting.since,
        "holder_id": state.holder_id,
        "holder_role": state.holder_role,
        "service_type": state.service_type,
        "reopened_count": state.reopened_count,
        "event_hash": state.hash,
        "customer_id": state.customer_id,
    }


def step_columns(step: StepState) -> dict[str, Any]:
    """Give the columns of an occurrence of a step."""
    return {
        "position": step.position,
        "key": step.key,
        "status": step.status,
        "occurred_at": step.occurred_at,
        "performer_id": step.performer_id,
        "performer_pseudonym": step.performer_pseudonym,
        "recorded_at": step.recorded_at,
        "state": step.state.value,
        "round": step.round,
        "started_at": step.started_at,
        "reason_code": step.reason_code,
        "counts_as": step.counts_as,
    }


def contact_columns(contact: Contact) -> dict[str, Any]:
    """Give the columns of a further contact."""
    return {
        "position": contact.position,
        "channel": contact.channel,
        "external_id": contact.external_id,
        "site_id": contact.site_id,
        "occurred_at": contact.occurred_at,
        "recorded_at": contact.recorded_at,
    }


def evidence_columns(piece: EvidenceState) -> dict[str, Any]:
    """Give the columns of a piece of evidence."""
    return {
        "id": piece.id,
        "position": piece.position,
        "step": piece.step,
        "round": piece.round,
        "asked": piece.asked,
        "kind": piece.kind.value,
        "media_type": piece.media_type,
        "size": piece.size,
        "content": piece.content,
        "blob": piece.blob,
        "place": None if piece.place is None else piece.place.value,
        "taken_at": piece.taken_at,
        "given_at": piece.given_at,
        "recorded_at": piece.recorded_at,
        "given_by": piece.given_by,
        "given_by_person": piece.given_by_person,
        "confirmed_by": piece.confirmed_by,
        "confirmed_at": piece.confirmed_at,
        "withdrawn_at": piece.withdrawn_at,
        "withdrawn_code": piece.withdrawn_code,
        "counts_as": piece.counts_as,
    }
