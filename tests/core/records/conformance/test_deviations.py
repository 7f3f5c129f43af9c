"""What deviates, against a plain telling of every step's moment by the rules that commands obey."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from hypothesis import given, settings

from core.records.clocks.working_out import Hours, timed_at
from core.records.conformance.deviations import Deviation, DeviationKind, deviations
from core.records.conformance.past import Past
from core.records.conformance.standing import lacking_evidence
from core.records.events.state import PriorityAt, RecordState, StepState, StepStatus
from core.records.policy import RecordStatus
from core.standards.policy.process import EvidenceContract, ProcessContent, ProcessStep, Proof, StepLimit
from core.standards.policy.process_guards import Situation
from core.standards.policy.process_running import misplaced_after, missing_steps, running
from core.standards.vocabulary import ClauseLevel, TimeUnit
from tests.core.records.conformance.lives import BASELINE, at, course, done, lives, past_of, processes, record

Told = set[tuple[str, str, int]]


def oracle(steps: list[ProcessStep], state: RecordState) -> Told:
    """Ask the rules of execution at each moment, with what was settled by then."""
    process = running(ProcessContent(steps=tuple(steps)))
    found: Told = set()
    seen: dict[str, StepState] = {}
    ended = [one for one in state.steps if one.state is not StepStatus.STARTED]
    worked = [one for one in state.steps if one.state is not StepStatus.SKIPPED]
    for one in sorted(worked, key=lambda each: (each.started_at or each.occurred_at, each.position)):
        if one.name not in process.steps:
            found.add(("unforeseen", one.name, one.position))
        elif one.name in seen:
            if not process.steps[one.name].repeatable:
                found.add(("repeated", one.name, one.position))
        else:
            seen[one.name] = one
            begun = one.started_at or one.occurred_at
            by_then = {each.name for each in ended if each.occurred_at <= begun}
            if misplaced_after(process, one.name, by_then, Situation(channel="phone")):
                found.add(("out_of_order", one.name, one.position))
    if state.status is RecordStatus.OPEN:
        return found
    missing = set(missing_steps(process, {one.name for one in ended}, Situation(channel="phone")))
    found |= {("missing", key, 0) for key in missing}
    for kind, key, position in list(found):
        if kind == "out_of_order":
            begun = seen[key].started_at or seen[key].occurred_at
            by_then = {each.name for each in ended if each.occurred_at <= begun}
            if missing >= set(misplaced_after(process, key, by_then, Situation(channel="phone"))):
                found.remove((kind, key, position))
    return found


@settings(max_examples=300, deadline=None)
@given(processes(), lives() | lives(tied=True))
def test_deviations_are_those_of_a_plain_telling(steps: list[ProcessStep], state: RecordState) -> None:
    found = deviations(past_of(steps, state))
    assert {(one.kind.value, one.step_key, one.step_position) for one in found} == oracle(steps, state)
    assert len({one.place for one in found}) == len(found)
    assert [one.since for one in found] == sorted(one.since for one in found)
    for one in found:
        assert one.settled_at is None or one.settled_at >= one.since
        assert 1 <= one.since_event <= state.head
        assert (one.kind is DeviationKind.OUT_OF_ORDER) == bool(one.lacking)


@settings(max_examples=100, deadline=None)
@given(processes(), lives())
def test_how_late_it_is_asked_changes_nothing(steps: list[ProcessStep], state: RecordState) -> None:
    """Standard and events alone say what deviates; the instants of unrelated events do not."""
    later = msgspec.structs.replace(state, recorded_at=state.recorded_at + timedelta(days=3))
    assert deviations(past_of(steps, state)) == deviations(past_of(steps, later))


def only(found: tuple[Deviation, ...], kind: DeviationKind) -> Deviation:
    chosen = [one for one in found if one.kind is kind]
    assert len(chosen) == 1, found
    return chosen[0]


A_B = [ProcessStep(key="a", position=1), ProcessStep(key="b", position=2)]


def test_of_a_step_that_came_too_early_because_of_one_that_never_came_the_other_is_told() -> None:
    early = [done("b", None, 1)]
    found = only(deviations(past_of(A_B, record(early))), DeviationKind.OUT_OF_ORDER)
    assert (found.step_key, found.lacking, found.settled_at, found.since_event) == ("b", ("a",), None, 2)
    whole = deviations(past_of(A_B, record(early, 9)))
    assert [(one.kind, one.step_key, one.since, one.since_event) for one in whole] == [
        (DeviationKind.MISSING, "a", at(9), 3)
    ]
    made_good = only(deviations(past_of(A_B, record([*early, done("a", None, 4)], 9))), DeviationKind.OUT_OF_ORDER)
    assert made_good.settled_at == at(4)


def test_guards_are_asked_for_what_was_known_then() -> None:
    steps = [ProcessStep(key="a", position=1, when='record.priority == "high"'), ProcessStep(key="b", position=2)]
    states = {
        minute: record(
            [done("b", None, 5)],
            9,
            priority="high",
            priorities=(PriorityAt(at=at(0), priority="low"), PriorityAt(at=at(minute), priority="high")),
        )
        for minute in (3, 7, 10)
    }
    kinds = {minute: [one.kind for one in deviations(past_of(steps, one))] for minute, one in states.items()}
    assert kinds == {3: [DeviationKind.MISSING], 7: [DeviationKind.MISSING], 10: []}
    told = past_of(steps, record([done("b", None, 5), done("a", None, 8)], priorities=states[7].priorities))
    assert deviations(told) == (), "a was not asked for when b began"


def test_a_guard_that_cannot_be_worked_out_asks_for_nothing() -> None:
    steps = [ProcessStep(key="a", position=1, when="1 / elapsed > 5"), ProcessStep(key="b", position=2)]
    assert deviations(past_of(steps, record([done("b", None, 0)]))) == ()


def test_grades_and_clauses_are_those_of_the_step_or_its_limit() -> None:
    steps = [
        ProcessStep(key="a", position=1, limit=StepLimit(seconds=60)),
        ProcessStep(key="b", position=1, limit=StepLimit(parameter="speed.limit")),
    ]
    held = course(
        steps,
        levels={**BASELINE, "speed": ClauseLevel.DIFFERENTIATED},
        parameters={"speed.limit": 60, "resolution.limit": 120},
        units={"speed.limit": TimeUnit.ELAPSED, "resolution.limit": TimeUnit.ELAPSED},
    )
    state = record([done("a", 0, 2), done("b", 0, None)])
    clocks = timed_at(state, held.view, Hours(), at(9)).clocks
    found = {one.step_key: one for one in deviations(Past(held, state), clocks)}
    assert {key: (one.detail, one.clause_key, one.grade) for key, one in found.items()} == {
        "a": ("step", "process", ClauseLevel.BASELINE),
        "b": ("step", "speed", ClauseLevel.DIFFERENTIATED),
        "": ("resolution", "resolution", ClauseLevel.EXPECTED),
    }
    assert {key: (one.since, one.settled_at, one.since_event) for key, one in found.items()} == {
        "a": (at(1), at(2), 2),
        "b": (at(1), None, 3),
        "": (at(2), None, 1),
    }


def test_what_somebody_without_the_role_did_and_what_is_not_proven() -> None:
    photo = EvidenceContract(key="seen", kinds=(Proof.PHOTO,))
    steps = [ProcessStep(key="a", position=1, role="expert", evidence=(photo,))]
    given: dict[str, Any] = {"performer_id": uuid4()}
    in_hand, finished = (past_of(steps, record([done("a", None, 1, **given)], end)) for end in (None, 9))
    assert [one.kind for one in deviations(in_hand, (), {1}, lacking_evidence(in_hand))] == [DeviationKind.UNQUALIFIED]
    found = deviations(finished, (), {1}, lacking_evidence(finished))
    assert [(one.kind, one.step_position, one.detail, one.since) for one in found] == [
        (DeviationKind.UNQUALIFIED, 1, "", at(1)),
        (DeviationKind.EVIDENCE_MISSING, 1, "seen", at(9)),
    ]
