from collections.abc import Mapping

import pytest
from touchstone_scoring_conformance.plugin import CONFORMANCE
from touchstone_sdk import JsonValue, ProcessView, RecordScored, RecordView, Score

from tests.plugins.builders import a_batch, a_process, a_record, a_standard

INCIDENT = a_process(("accepted", 1, True), ("queued", 2, False), ("completed", 3, True))


def score_of(record: RecordView, *processes: ProcessView, config: Mapping[str, JsonValue] | None = None) -> Score:
    (result,) = CONFORMANCE.score(a_batch(a_standard({}, *(processes or (INCIDENT,))), record, config=config))
    assert isinstance(result, RecordScored)
    return result.scores[1]


@pytest.mark.parametrize(
    ("steps", "basis_points", "reason"),
    [
        ([("accepted", 0), ("completed", 9)], 10_000, "conforms"),
        ([("accepted", 0), ("queued", 1), ("accepted", 2), ("completed", 9), ("completed", 10)], 10_000, "conforms"),
        ([("accepted", 0), ("queued", 0), ("completed", 0)], 10_000, "conforms"),
        ([("queued", 0), ("accepted", 1), ("completed", 9)], 9_166, "out_of_order"),
        ([("completed", 0), ("accepted", 9)], 7_500, "out_of_order"),
        ([("accepted", 0)], 6_666, "required_missing"),
        ([("accepted", 0), ("unmatched", 1), ("completed", 9)], 9_166, "outside_process"),
        ([("unmatched", 0)], 0, "required_missing"),
        ([], 0, "required_missing"),
    ],
)
def test_a_finished_record_is_held_against_the_whole_process(
    steps: list[tuple[str, float]], basis_points: int, reason: str
) -> None:
    score = score_of(a_record(*steps, resolved=10))
    assert (score.basis_points, score.reason) == (basis_points, reason)


@pytest.mark.parametrize(
    ("steps", "basis_points", "reason"),
    [
        ([("accepted", 0)], 10_000, "conforms_so_far"),
        ([("accepted", 0), ("queued", 1)], 10_000, "conforms_so_far"),
        ([("queued", 0)], 3_333, "required_missing"),
        ([("completed", 0)], 6_666, "required_missing"),
        ([("unmatched", 0)], 0, "outside_process"),
        ([], None, "nothing_to_judge"),
    ],
)
def test_an_open_record_is_held_against_what_it_has_reached(
    steps: list[tuple[str, float]], basis_points: int | None, reason: str
) -> None:
    score = score_of(a_record(*steps))
    assert (score.basis_points, score.reason) == (basis_points, reason)


def test_the_figures_behind_a_score_are_measured() -> None:
    steps = [("queued", 0), ("accepted", 1), ("queued", 2), ("unmatched", 3), ("accepted", 4)]
    assert score_of(a_record(*steps, resolved=9)).measured == {
        "required_present": 1,
        "required_due": 2,
        "missing_steps": "completed",
        "pairs_in_order": 0,
        "pairs_compared": 1,
        "steps_allowed": 4,
        "steps_total": 5,
        "outside_steps": "unmatched",
        "returns": 2,
    }


def test_steps_of_one_position_come_in_any_order() -> None:
    either = a_process(("accepted", 1, True), ("queued", 1, False), ("completed", 2, True))
    assert score_of(a_record(("queued", 0), ("accepted", 1), ("completed", 2), resolved=2), either).reason == "conforms"


def test_a_step_that_may_not_be_repeated_counts_as_outside_when_it_is() -> None:
    once = a_process(("accepted", 1, True, False), ("completed", 2, True, False))
    score = score_of(a_record(("accepted", 0), ("accepted", 1), ("completed", 2), ("completed", 3), resolved=2), once)
    assert (score.basis_points, score.reason) == (8_750, "outside_process")
    assert score.measured["outside_steps"] == "accepted, completed"


def test_without_one_process_to_compare_with_there_is_no_score() -> None:
    record = a_record(("accepted", 0), resolved=1)
    (result,) = CONFORMANCE.score(a_batch(a_standard(), record))
    assert isinstance(result, RecordScored)
    assert (result.scores[1].basis_points, result.scores[1].reason) == (None, "no_process")
    other = a_process(("accepted", 1, True), clause_key="other")
    assert score_of(record, INCIDENT, other).reason == "process_ambiguous"
    assert score_of(record, INCIDENT, other, config={"process_clause": "other"}).reason == "conforms"
    assert score_of(record, INCIDENT, config={"process_clause": "third"}).reason == "no_process"


def test_weights_shift_what_counts() -> None:
    record = a_record(("completed", 0), ("accepted", 9), resolved=10)
    weights: JsonValue = {"required": 1, "order": 98, "outside": 1}
    assert score_of(record, config={"weights": weights}).basis_points == 200


def test_names_of_very_many_missing_steps_are_cut() -> None:
    long = a_process(*((f"step {number} {'x' * 150}", number, True) for number in range(1, 40)))
    measured = score_of(a_record(resolved=1), long).measured
    assert measured["required_due"] == 39
    assert len(str(measured["missing_steps"])) == 200
