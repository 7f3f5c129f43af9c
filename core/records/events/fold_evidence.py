"""The part of the fold that is about evidence."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from core.kernel.scope import ActorKind
from core.records.events.policy import Event
from core.records.events.state import EvidenceState, RecordState
from core.records.events.told import Facts, instant
from core.standards.policy.process import Proof, ProofPlace


def proven(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """Add a piece of evidence."""
    place = facts.get("place")
    piece = EvidenceState(
        id=UUID(facts["evidence"]),
        position=len(state.evidence) + 1,
        step=facts["step"],
        round=facts["round"],
        asked=facts.get("asked", ""),
        kind=Proof(facts["kind"]),
        media_type=facts["mediaType"],
        size=facts["size"],
        content=facts["content"],
        blob=facts["blob"],
        taken_at=instant(facts["takenAt"]),
        given_at=event.occurred_at,
        recorded_at=event.recorded_at,
        given_by=event.actor_id,
        given_by_person=event.actor_kind == ActorKind.PERSON.value,
        place=None if place is None else ProofPlace(place),
    )
    return replace(state, evidence=(*state.evidence, piece))


def vouched(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """A second person has confirmed a piece of evidence."""
    return with_piece(state, facts, confirmed_by=event.actor_id, confirmed_at=event.occurred_at)


def taken_back(state: RecordState, event: Event, facts: Facts) -> RecordState:
    """A piece of evidence counts no more; what it was stays."""
    return with_piece(state, facts, withdrawn_at=event.occurred_at, withdrawn_code=facts.get("reasonCode"))


def with_piece(state: RecordState, facts: Facts, **said: Any) -> RecordState:  # noqa: ANN401 - of several columns
    """Say something more of a piece of evidence."""
    about = UUID(facts["evidence"])
    return replace(state, evidence=tuple(replace(one, **said) if one.id == about else one for one in state.evidence))
