"""What counts as evidence, and what may be done with it: rules alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.errors import DomainError, NotFound
from core.kernel.scope import ActorKind
from core.records.errors import RecordIsNotOpen, StepNotForeseen
from core.records.events.fold import all_applied, fold
from core.records.events.policy import Event, EventKind, Happening, Head, Origin, chained
from core.records.events.state import EvidenceState, RecordState, StepState, StepStatus
from core.records.evidence import errors as why
from core.records.evidence.policy import Fault, missing_evidence, missing_evidence_of
from core.records.execution import commands as do
from core.records.execution.policy import Moment, decide
from core.standards.policy.process import ProcessContent, Proof, ProofPlace, StepContent
from core.standards.policy.process_running import Process, running

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADA, BOB, EVE = (UUID(int=one) for one in (1, 2, 3))
STEP: dict[str, Any] = {
    "key": "repair",
    "position": 1,
    "evidence": [
        {
            "key": "plate",
            "kinds": ["photo", "recording"],
            "least": 2,
            "most": 3,
            "place": "customer",
            "window": {"before": 60, "after": 120},
        },
        {"key": "receipt", "kinds": ["document"], "secondPerson": True},
    ],
}
PROCESS = running(msgspec.convert({"steps": [STEP, {"key": "report", "position": 2}]}, type=ProcessContent))


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def events(*said: tuple[EventKind, float, dict[str, Any], UUID], after: RecordState | None = None) -> list[Event]:
    """Events of a record, each by somebody some minutes after noon."""
    made: list[Event] = []
    head = Head() if after is None else Head(after.head, after.hash)
    for kind, at, facts, who in said:
        origin = Origin(
            tenant_id=EVE,
            network_id=EVE,
            actor_kind=ActorKind.PERSON.value,
            actor_id=who,
            on_behalf_of=None,
            recorded_at=minutes(at),
        )
        happening = Happening(kind=kind, occurred_at=minutes(at), facts=facts)
        made += chained(origin, EVE, [(uuid4(), happening)], head)
        head = Head(made[-1].number, made[-1].hash)
    return made


OPENED = {
    "channel": "phone",
    "externalId": "1",
    "standard": "s",
    "standardVersion": "1.0.0",
    "effectiveHash": "h",
}
LIFE = (
    (EventKind.OPENED, -10, OPENED, ADA),
    (EventKind.STEP_STARTED, 0, {"step": "repair"}, ADA),
    (EventKind.STEP_COMPLETED, 10, {"step": "repair"}, ADA),
)


def record(*more: tuple[EventKind, float, dict[str, Any], UUID], life: int = 3) -> RecordState:
    return fold(events(*LIFE[:life], *more))


def add(**said: Any) -> do.AddEvidence:
    given: dict[str, Any] = {
        "evidence_id": uuid4(),
        "key": "repair",
        "kind": Proof.PHOTO,
        "media_type": "image/png",
        "size": 5,
        "content": uuid4().hex,
        "blob": uuid4().hex,
        "taken_at": minutes(5),
        "place": ProofPlace.CUSTOMER,
    }
    return do.AddEvidence(**{**given, **said})


def done(state: RecordState, *commands: do.Command, who: UUID = ADA, process: Process = PROCESS) -> RecordState:
    """The record after commands, at the twentieth minute."""
    for command in commands:
        told = decide(state, command, process, Moment(now=minutes(20), at=minutes(20)))
        said = [(one.kind, 20.0, dict(one.facts), who) for one in told]
        state = all_applied(state, events(*said, after=state))
    return state


def lacks(state: RecordState) -> list[tuple[str, int, tuple[Fault, ...]]]:
    return [(one.asked, one.counted, one.faults) for one in missing_evidence_of(state, PROCESS)]


def test_a_step_lacks_what_its_contracts_ask_for_until_it_was_given() -> None:
    state = record()
    assert lacks(state) == [("plate", 0, ()), ("receipt", 0, ())]
    state = done(state, add(), add(kind=Proof.DOCUMENT))
    assert lacks(state) == [("plate", 1, ()), ("receipt", 0, (Fault.SECOND_PERSON,))]
    state = done(state, add(kind=Proof.RECORDING))
    state = done(state, do.ConfirmEvidence(evidence_id=state.evidence[1].id, by=BOB, by_person=True), who=BOB)
    assert lacks(state) == []
    state = done(state, do.WithdrawEvidence(evidence_id=state.evidence[0].id, reason_code="blurred"))
    assert lacks(state) == [("plate", 1, ())]
    assert len(state.evidence) == 3, "what was taken back stays told"


def test_nothing_is_lacking_before_a_step_is_done_nor_of_steps_that_ask_for_none() -> None:
    assert lacks(record(life=2)) == []
    told = record(
        (EventKind.STEP_COMPLETED, 11, {"step": "report"}, ADA), (EventKind.STEP_COMPLETED, 12, {"step": "x"}, ADA)
    )
    assert {one.step for one in missing_evidence_of(told, PROCESS)} == {"repair"}


def test_a_document_given_by_somebody_else_needs_nobody_to_confirm_it() -> None:
    state = done(record(), add(kind=Proof.DOCUMENT), who=BOB)
    assert [one.asked for one in missing_evidence_of(state, PROCESS)] == ["plate"]


def test_each_time_a_step_is_done_it_needs_evidence_of_its_own() -> None:
    both = (add(), add(), add(kind=Proof.DOCUMENT))
    state = done(record(), *both, who=BOB)
    assert lacks(state) == []
    again = (
        (EventKind.STEP_REOPENED, 21, {"step": "repair"}, ADA),
        (EventKind.STEP_COMPLETED, 22, {"step": "repair"}, ADA),
    )
    state = all_applied(state, events(*again, after=state))
    assert [(one.round, one.asked) for one in missing_evidence_of(state, PROCESS)] == [(2, "plate"), (2, "receipt")]


def test_evidence_follows_its_step_into_a_version_that_renames_it() -> None:
    state = done(record(), add(), add(), add(kind=Proof.DOCUMENT), who=BOB)
    moved = {"standardVersion": "2.0.0", "effectiveHash": "i", "steps": {"repair": "mend"}}
    state = all_applied(state, events((EventKind.MIGRATED, 21, moved, ADA), after=state))
    renamed = running(msgspec.convert({"steps": [{**STEP, "key": "mend"}]}, type=ProcessContent))
    assert missing_evidence_of(state, renamed) == ()


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (add(key="nonsense"), StepNotForeseen),
        (add(key="report"), why.EvidenceNotAskedFor),
        (add(kind=Proof.LOG), why.EvidenceNotAskedFor),
        (add(asked="receipt"), why.EvidenceNotAskedFor),
        (add(place=None), why.EvidenceOutOfPlace),
        (add(place=ProofPlace.SITE), why.EvidenceOutOfPlace),
        (add(taken_at=minutes(-2)), why.EvidenceOutOfTime),
        (add(taken_at=minutes(13)), why.EvidenceOutOfTime),
        (add(kind=Proof.DOCUMENT, taken_at=minutes(21)), why.EvidenceOutOfTime),
        (add(round=2), NotFound),
        (add(round=0), NotFound),
    ],
)
def test_what_can_never_count_is_refused(command: do.AddEvidence, refused: type[DomainError]) -> None:
    with pytest.raises(refused):
        done(record(), command)


def test_a_window_is_open_to_its_last_second_and_only_what_is_known_of_it_binds() -> None:
    for life, minute in ((3, -1), (3, 12), (2, 19), (1, -9)):
        (taken,) = done(record(life=life), add(taken_at=minutes(minute))).evidence
        assert taken.taken_at == minutes(minute)


def test_no_more_is_taken_than_is_asked_for_and_no_file_twice() -> None:
    state = done(record(), add(content="aa"), add(), add())
    with pytest.raises(why.EvidenceIsKnown):
        done(state, add(content="aa"))
    with pytest.raises(why.EvidenceIsEnough):
        done(state, add())
    state = done(state, do.WithdrawEvidence(evidence_id=state.evidence[0].id, reason_code="blurred"))
    assert lacks(done(state, add(content="aa"))) == [("receipt", 0, ())]


def test_a_closed_record_takes_no_evidence() -> None:
    state = record((EventKind.RESOLVED, 11, {}, ADA), (EventKind.CLOSED, 12, {}, ADA))
    with pytest.raises(RecordIsNotOpen):
        done(state, add())


def test_neither_giver_nor_performer_nor_a_program_confirms_and_nobody_twice() -> None:
    state = done(record(), add(kind=Proof.DOCUMENT), who=BOB)
    piece = state.evidence[0].id
    for who, is_person in ((ADA, True), (BOB, True), (EVE, False)):
        with pytest.raises(why.EvidenceNeedsAnotherPerson):
            done(state, do.ConfirmEvidence(evidence_id=piece, by=who, by_person=is_person))
    state = done(state, do.ConfirmEvidence(evidence_id=piece, by=EVE, by_person=True), who=EVE)
    with pytest.raises(why.EvidenceIsConfirmed):
        done(state, do.ConfirmEvidence(evidence_id=piece, by=uuid4(), by_person=True))
    state = done(state, do.WithdrawEvidence(evidence_id=piece, reason_code="wrong"))
    for command in (
        do.WithdrawEvidence(evidence_id=piece, reason_code="wrong"),
        do.ConfirmEvidence(evidence_id=piece, by=EVE, by_person=True),
    ):
        with pytest.raises(why.EvidenceIsWithdrawn):
            done(state, command)
    with pytest.raises(NotFound):
        done(state, do.WithdrawEvidence(evidence_id=uuid4(), reason_code="wrong"))


def test_a_process_without_steps_asks_for_nothing_and_takes_evidence_for_whatever_was_done() -> None:
    free = running(ProcessContent(steps=()))
    state = done(record(), add(place=None, taken_at=None), process=free)
    assert (state.evidence[0].asked, state.evidence[0].taken_at) == ("", minutes(20))
    with pytest.raises(StepNotForeseen):
        done(state, add(key="report"), process=free)


@st.composite
def pieces(draw: st.DrawFn) -> EvidenceState:
    at = minutes(draw(st.integers(-3, 14)))
    confirmed = draw(st.sampled_from([None, ADA, BOB]))
    return EvidenceState(
        id=uuid4(),
        position=1,
        step=draw(st.sampled_from(["repair", "report"])),
        round=draw(st.integers(1, 2)),
        asked=draw(st.sampled_from(["plate", "receipt"])),
        kind=draw(st.sampled_from(Proof)),
        media_type="image/png",
        size=1,
        content="aa",
        blob="bb",
        taken_at=at,
        given_at=minutes(20),
        recorded_at=minutes(20),
        given_by=draw(st.sampled_from([ADA, BOB])),
        given_by_person=draw(st.booleans()),
        place=draw(st.sampled_from([None, *ProofPlace])),
        confirmed_by=confirmed,
        confirmed_at=None if confirmed is None else minutes(20),
        withdrawn_at=draw(st.sampled_from([None, minutes(20)])),
    )


def counts(asked: str, one: EvidenceState) -> bool:
    """Tell plainly whether a piece counts for a step that Ada did from noon to ten past."""
    if (one.step, one.round, one.asked, one.withdrawn_at) != ("repair", 1, asked, None):
        return False
    if asked == "plate":
        fits = one.kind in {Proof.PHOTO, Proof.RECORDING} and one.place is ProofPlace.CUSTOMER
        return fits and minutes(-1) <= one.taken_at <= minutes(12)
    others = {one.confirmed_by} | ({one.given_by} if one.given_by_person else set[UUID | None]())
    return one.kind is Proof.DOCUMENT and BOB in others


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces(), max_size=8))
def test_what_is_lacking_is_what_a_plain_count_says(given_: list[EvidenceState]) -> None:
    step: StepContent = PROCESS.steps["repair"]
    occurrence = StepState(
        key="repair",
        position=1,
        round=1,
        state=StepStatus.COMPLETED,
        occurred_at=minutes(10),
        recorded_at=minutes(10),
        started_at=NOON,
        performer_id=ADA,
    )
    found = {one.asked: one.counted for one in missing_evidence(step, occurrence, given_)}
    counted = {asked: sum(counts(asked, one) for one in given_) for asked in ("plate", "receipt")}
    assert found == {
        asked: number for (asked, number), needed in zip(counted.items(), (2, 1), strict=True) if number < needed
    }
