from collections.abc import Mapping

import pytest
from touchstone_scoring_conformance.plugin import CONFORMANCE
from touchstone_sdk import JsonValue, RecordNotScored, RecordScored, RecordView, Score

from tests.plugins.builders import a_batch, a_record, a_standard

LIMITS: Mapping[str, JsonValue] = {"resolution.limit": 172_800, "first_response.limit": 1_800}


def score_of(
    record: RecordView, parameters: Mapping[str, JsonValue] = LIMITS, config: Mapping[str, JsonValue] | None = None
) -> Score:
    (result,) = CONFORMANCE.score(a_batch(a_standard(parameters), record, config=config))
    assert isinstance(result, RecordScored)
    return result.scores[0]


@pytest.mark.parametrize(
    ("response", "resolution", "basis_points", "reason"),
    [
        (0, 0, 10_000, "within_limits"),
        (1_800, 172_800, 10_000, "within_limits"),
        (1_800, 172_800.000001, 9_999, "resolution_late"),
        (1_801, 172_800, (9_994 + 10_000) // 2, "first_response_late"),
        (3_600, 345_600, 5_000, "both_late"),
        (0, 691_200, (10_000 + 2_500) // 2, "resolution_late"),
    ],
)
def test_a_limit_missed_counts_by_how_late_it_was(
    response: float, resolution: float, basis_points: int, reason: str
) -> None:
    score = score_of(a_record(("accepted", response), resolved=resolution))
    assert (score.basis_points, score.reason) == (basis_points, reason)


def test_the_figures_behind_a_score_are_measured() -> None:
    score = score_of(a_record(("queued", 0), ("accepted", 600), ("accepted", 5_000), resolved=180_000.5))
    assert score.measured == {
        "first_response_state": "kept",
        "first_response_seconds": 600,
        "first_response_limit_seconds": 1_800,
        "first_response_late_seconds": 0,
        "resolution_state": "late",
        "resolution_seconds": 180_001,
        "resolution_limit_seconds": 172_800,
        "resolution_late_seconds": 7_201,
        "limits_judged": 2,
        "limits_kept": 1,
    }


@pytest.mark.parametrize(
    ("record", "basis_points", "reason"),
    [
        (a_record(("accepted", 60)), 10_000, "resolution_open"),
        (a_record(("accepted", 3_600)), 5_000, "first_response_late"),
        (a_record(("queued", 60)), None, "resolution_open"),
        (a_record(), None, "resolution_open"),
        (a_record(("accepted", 60), closed=90), 10_000, "closed_unresolved"),
        (a_record(("queued", 60), resolved=90), 10_000, "within_limits"),
    ],
)
def test_what_has_not_happened_yet_is_not_judged(record: RecordView, basis_points: int | None, reason: str) -> None:
    score = score_of(record)
    assert (score.basis_points, score.reason) == (basis_points, reason)


def test_limits_that_the_standard_does_not_set_are_not_judged() -> None:
    record = a_record(("accepted", 10**6), resolved=10**6)
    assert score_of(record, {}).reason == "limits_not_set"
    assert score_of(record, {}).basis_points is None
    only_response = score_of(a_record(("queued", 1), resolved=2), {"first_response.limit": 60})
    assert (only_response.basis_points, only_response.reason) == (None, "no_response_recorded")


def test_a_limit_of_zero_is_kept_only_at_once() -> None:
    nothing_allowed: Mapping[str, JsonValue] = {"resolution.limit": 0}
    assert score_of(a_record(resolved=0), nothing_allowed).basis_points == 10_000
    assert score_of(a_record(resolved=1), nothing_allowed).basis_points == 0


def test_paths_and_response_steps_are_bound_by_configuration() -> None:
    config: Mapping[str, JsonValue] = {
        "parameters": {"resolution_limit": "repair.hours.limit", "first_response_limit": "answer.limit"},
        "first_response_steps": ["answered"],
    }
    parameters: Mapping[str, JsonValue] = {"repair.hours.limit": 100, "answer.limit": 10, "resolution.limit": 1}
    score = score_of(a_record(("accepted", 50), ("answered", 20), resolved=100), parameters, config)
    assert (score.basis_points, score.reason) == (7_500, "first_response_late")


@pytest.mark.parametrize("value", ["172800", True, -1, ["1"], {"seconds": 1}])
def test_a_limit_that_is_no_number_of_seconds_is_an_error_of_every_record(value: JsonValue) -> None:
    batch = a_batch(a_standard({"resolution.limit": value}), a_record(resolved=1), a_record(resolved=2))
    results = CONFORMANCE.score(batch)
    assert [result.record_id for result in results] == [record.id for record in batch.records]
    assert [result.code for result in results if isinstance(result, RecordNotScored)] == ["parameter_invalid"] * 2


@pytest.mark.parametrize("record", [a_record(resolved=-1), a_record(("accepted", -0.5), resolved=5)])
def test_a_record_that_ends_before_it_begins_is_an_error_of_its_own(record: RecordView) -> None:
    sound = a_record(("accepted", 0), resolved=5)
    first, second = CONFORMANCE.score(a_batch(a_standard(LIMITS), record, sound))
    assert isinstance(first, RecordNotScored)
    assert first.code == "times_out_of_order"
    assert isinstance(second, RecordScored)
